// @vitest-environment node
import { expect, test } from 'vitest'
import { countChanges, readChange, sumOf, toCompareRows, type Comparison } from './compare-rows.ts'

function item(sessionId: string, parts: Partial<Comparison>): Comparison {
  return {
    sessionId,
    title: sessionId,
    change: 'grown',
    bytesBefore: 1,
    bytesAfter: 2,
    linesAdded: 0,
    linesRemoved: 0,
    codeFiles: [],
    seqBefore: null,
    seqAfter: null,
    ...parts,
  }
}

const items = [
  item('a:grown', { linesAdded: 5, codeFiles: [{ path: 'a.ts', change: 'modified' }] }),
  item('a:same', { change: 'unchanged' }),
  item('a:gone', { change: 'gone' }),
  item('a:rewritten', { change: 'rewritten', linesAdded: 1, linesRemoved: 3 }),
]

test('what is in danger comes first, and what is the same stays out', () => {
  expect(toCompareRows(items, undefined).map(({ key }) => key)).toEqual(['a:gone', 'a:rewritten', 'a:grown'])
})

test('unchanged sessions are shown when they are asked for', () => {
  const change = readChange(new URLSearchParams('change=unchanged'))

  expect(toCompareRows(items, change).map(({ key }) => key)).toEqual(['a:same'])
  expect(readChange(new URLSearchParams('change=eaten'))).toBeUndefined()
})

test('the sums are over all sessions', () => {
  expect(countChanges(items)).toEqual({ gone: 1, rewritten: 1, grown: 1, added: 0, unchanged: 1 })
  expect(sumOf(items)).toEqual({ added: 6, removed: 3, files: 1 })
})
