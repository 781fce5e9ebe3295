import { expect, test } from 'vitest'
import type { AgentSource } from '../../db/stores/source-store.ts'
import { offsetsAfter } from './line-pairs.ts'

const OLD = 'one\nkey=SECRETSECRET;\nthree\ntor'
const NOW = 'one\nkey=[X];\nthree\ntor'

function vaultOf(texts: Record<number, string>) {
  const bytesOf = (id: number) => Buffer.from(texts[id] ?? '')
  return {
    *blocks(id: number) {
      // Blocks end anywhere.
      for (let offset = 0; offset < bytesOf(id).length; offset += 7) {
        const bytes = bytesOf(id).subarray(offset, offset + 7)
        yield { sourceId: 1, generationId: id, generation: 1, offset, bytes, grewFrom: 0 }
      }
    },
    readRange: (id: number, offset: number, length: number) => bytesOf(id).subarray(offset, offset + length),
  }
}

const session: AgentSource = {
  agent: 'claude-code',
  path: '/s.jsonl',
  role: 'session',
  nativeId: 's',
  subagentId: null,
}
const sides = { before: 1, after: 2 }

test.each([
  ['the beginning', 0, 0],
  ['the end of a line before the change', 4, 4],
  ['a place in a changed line, before the change', 7, 7],
  ['a place inside of what went', 12, 8],
  ['a place in a changed line, after the change', 21, 12],
  ['the end of the changed line', 22, 13],
  ['a place in a later line', 25, 16],
  ['the end, in a line that is torn', 31, 22],
])('%s', (_name, at, to) => {
  expect(offsetsAfter(vaultOf({ 1: OLD, 2: NOW }), session, sides, [at, 0]).get(at)).toBe(to)
  expect(Buffer.from(NOW)).toHaveLength(22)
  expect(Buffer.from(OLD)).toHaveLength(31)
})

test('a side file that was looked at as a whole', () => {
  const file: AgentSource = { ...session, role: 'companion', path: '/out.txt' }
  const texts = { 1: 'a\n-----BEGIN\nxx\n-----END\nb\n', 2: 'a\n[X]\nb\n' }
  expect(offsetsAfter(vaultOf(texts), file, sides, [0, 2, 27])).toEqual(
    new Map([
      [0, 0],
      [2, 2],
      [27, 8],
    ]),
  )
})
