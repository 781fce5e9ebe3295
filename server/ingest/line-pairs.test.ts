import { expect, test } from 'vitest'
import type { AgentSource } from '../../db/stores/source-store.ts'
import { adapters } from '../adapters/registry.ts'
import { linePairs, offsetsAfter } from './line-pairs.ts'
import { splittersOf } from './pieces-of.ts'

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

const splitterFor = splittersOf(adapters)
const partsOf = (texts: Record<number, string>) => ({ vault: vaultOf(texts), splitterFor })

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
  expect(offsetsAfter(partsOf({ 1: OLD, 2: NOW }), session, sides, [at, 0]).get(at)).toBe(to)
  expect(Buffer.from(NOW)).toHaveLength(22)
  expect(Buffer.from(OLD)).toHaveLength(31)
})

test('a side file that was looked at as a whole', () => {
  const file: AgentSource = { ...session, role: 'companion', path: '/out.txt' }
  const texts = { 1: 'a\n-----BEGIN\nxx\n-----END\nb\n', 2: 'a\n[X]\nb\n' }
  expect(offsetsAfter(partsOf(texts), file, sides, [0, 2, 27])).toEqual(
    new Map([
      [0, 0],
      [2, 2],
      [27, 8],
    ]),
  )
})

const document: AgentSource = { ...session, agent: 'gemini-cli', path: '/chats/session-a.json' }
const history: AgentSource = { ...session, agent: 'aider', path: '/p/.aider.chat.history.md', nativeId: null }

test.each([
  [
    'a document, with what stands between its messages',
    document,
    '\ufeff{\n  "messages": [\n  {\n    "text": "KEY"\n  },\n  { "text": "b" }\n]\n}\n',
    [
      ['{\n  "messages": [', false, 0],
      ['{\n    "text": "[X]!"\n  }', true, 0],
      ['{ "text": "b" }', false, 1],
      [']\n}', false, 1],
    ],
  ],
  [
    'a history of runs, prompts with all their lines',
    history,
    '\n# aider chat started at 2026-09-01 10:00:00\n\n#### use KEY  \n#### or KEY  \n\nOne.\n\n',
    [
      ['# aider chat started at 2026-09-01 10:00:00', false, 0],
      ['#### use [X]!  \n#### or [X]!', true, 0],
      ['One.', false, 2],
    ],
  ],
])('%s is paired piece by piece', (_name, source, text, expected) => {
  const parts = partsOf({ 1: text, 2: text.replaceAll('KEY', '[X]!') })
  const pairs = [...linePairs(parts, source, sides)].map(({ old, now, isChanged }) => {
    expect(Buffer.from(now.bytes).equals(parts.vault.readRange(2, now.offset, now.bytes.length))).toBe(true)
    return [Buffer.from(now.bytes).toString().trim(), isChanged, now.offset - old.offset]
  })
  expect(pairs.filter(([said]) => said !== '')).toEqual(expected)
})

test('pieces that fall apart move nothing', () => {
  const pairs = linePairs(partsOf({ 1: 'a KEY\nb\n', 2: 'a\nb\nb\n' }), session, sides)
  expect(() => [...pairs]).toThrow('would be read as other parts than before')
})
