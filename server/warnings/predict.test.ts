import { expect, test } from 'vitest'
import { predictTurns } from './predict.ts'

test('steady growth is carried on to where the agent compacts', () => {
  expect(predictTurns([100, 110, 120, 130, 140, 150], 200)).toBe(5)
  expect(predictTurns([100, 110, 120, 130, 140, 150], 201)).toBe(6)
})

test('few answers, no growth and a limit that is far away say nothing', () => {
  expect(predictTurns([], 200)).toBeNull()
  expect(predictTurns([100, 110, 120, 130, 140], 200)).toBeNull()
  expect(predictTurns([100, 100, 100, 100, 100, 100], 200)).toBeNull()
  expect(predictTurns([100, 99, 98, 97, 96, 95], 200)).toBeNull()
  expect(predictTurns([1, 2, 3, 4, 5, 6], 1000)).toBeNull()
})

test('at or above the limit no turn is left', () => {
  expect(predictTurns([250], 200)).toBe(0)
  expect(predictTurns([200], 200)).toBe(0)
})

test('only the last twenty growths count, so that the start of a session does not', () => {
  const start = Array.from({ length: 30 }, (_, index) => index * 1000)
  const later = Array.from({ length: 20 }, (_, index) => 29_000 + (index + 1) * 10)
  expect(predictTurns([...start, ...later], 29_300)).toBe(10)
})

test('one large file among small steps counts by its part', () => {
  expect(predictTurns([100, 101, 102, 103, 104, 154, 155], 210)).toBe(6)
})

test('after a rewind the growth before it says nothing', () => {
  const before = [100_000, 120_000, 140_000, 160_000]
  expect(predictTurns([...before, 50_000, 51_000, 52_000], 100_000)).toBeNull()
  expect(predictTurns([...before, 50_000, 51_000, 52_000, 53_000, 54_000, 55_000], 65_000)).toBe(10)
})
