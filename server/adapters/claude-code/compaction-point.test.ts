import { expect, test } from 'vitest'
import { compactsAt } from './compaction-point.ts'

test('older versions compacted earlier', () => {
  expect(compactsAt(200_000, '2.0.76')).toBe(155_000)
  expect(compactsAt(200_000, '2.1.17')).toBe(155_000)
  expect(compactsAt(200_000, '2.1.29')).toBe(167_000)
  expect(compactsAt(200_000, '3.0.0')).toBe(167_000)
  expect(compactsAt(200_000, null)).toBe(167_000)
})

test('a window of a million is filled further', () => {
  expect(compactsAt(1_000_000, '2.1.330')).toBe(977_000)
})
