import { expect, test } from 'vitest'
import { writersOfLines } from './blame.ts'
import { addedRanges, compareLines } from './line-diff.ts'

test('each line belongs to the text that brought it in', () => {
  const found = writersOfLines([
    { text: 'a\nb\nc\n', writer: null },
    { text: 'a\nB\nc\n', writer: 'first' },
    { text: 'a\nB\nc\nd\n', writer: 'second' },
  ])
  expect(found).toEqual({ writtenBy: [-1, 0, -1, 1], writers: ['first', 'second'] })
})

test('writers whose lines are all gone are left out', () => {
  const found = writersOfLines([
    { text: 'a\n', writer: 'first' },
    { text: 'b\n', writer: 'second' },
  ])
  expect(found).toEqual({ writtenBy: [0], writers: ['second'] })
})

test('lines that moved down keep their writer', () => {
  const found = writersOfLines([
    { text: 'x\ny\n', writer: 'first' },
    { text: 'new\nx\ny\n', writer: 'second' },
  ])
  expect(found.writtenBy.map((index) => found.writers[index])).toEqual(['second', 'first', 'first'])
})

test('an emptied file has no lines', () => {
  expect(
    writersOfLines([
      { text: 'x\n', writer: 'first' },
      { text: '', writer: 'second' },
    ]).writtenBy,
  ).toEqual([])
})

test('added lines come as ranges', () => {
  expect(addedRanges('a\nb\n', 'a\nx\ny\nb\nz\n')).toEqual([
    [2, 3],
    [5, 5],
  ])
  expect(addedRanges('a\n', 'a\n')).toEqual([])
})

test('two texts with nothing in common are told in time', () => {
  const lines = (mark: string) => Array.from({ length: 20_000 }, (_, n) => `${mark}${n}`)
  const begun = performance.now()
  expect(compareLines(lines('a'), lines('b'))).toEqual([
    { kind: 'removed', count: 20_000 },
    { kind: 'added', count: 20_000 },
  ])
  expect(performance.now() - begun).toBeLessThan(5000)
})
