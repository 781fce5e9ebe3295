import { expect, test } from 'vitest'
import { bytesOf, chooseState } from './kept-file.ts'

const stubbed = {
  path: '/a/s.jsonl',
  generations: [
    { id: 3, length: 900 },
    { id: 7, length: 12 },
  ],
}

test('a stub that took the place of the file does not win over what was kept before', () => {
  expect(chooseState([stubbed])).toEqual({ path: '/a/s.jsonl', generationId: 3, length: 900 })
})

test('a numbered state is given as asked for, and one that never was is not there', () => {
  expect(chooseState([stubbed], 2)).toEqual({ path: '/a/s.jsonl', generationId: 7, length: 12 })
  expect(chooseState([stubbed], 3)).toBeUndefined()
  expect(chooseState([])).toBeUndefined()
})

test('of a session that was moved, the place with the longest state counts', () => {
  const moved = { path: '/b/s.jsonl', generations: [{ id: 9, length: 1200 }] }
  expect(chooseState([stubbed, moved])?.path).toBe('/b/s.jsonl')
})

test('a file longer than one part comes whole and in order', () => {
  const whole = Buffer.alloc(2_500_000, 'abc')
  const parts = [
    ...bytesOf({ path: '', generationId: 5, length: whole.length }, (id, offset, length) => {
      expect(id).toBe(5)
      return whole.subarray(offset, offset + length)
    }),
  ]
  expect(Buffer.concat(parts).equals(whole)).toBe(true)
  expect(parts.map((part) => part.length)).toEqual([1_000_000, 1_000_000, 500_000])
})
