// @vitest-environment node
import { expect, test } from 'vitest'
import { ReadingRate } from './reading-rate.ts'

test('a rate needs two looks that lie apart', () => {
  const rate = new ReadingRate()

  expect(rate.add(0, 0)).toBeUndefined()
  expect(rate.add(1_000, 50)).toBeUndefined()
  expect(rate.add(5_000_000, 500)).toBe(10_000_000)
})

test('the rate follows the last seconds, not the whole past', () => {
  const rate = new ReadingRate()
  rate.add(0, 0)
  rate.add(100_000_000, 1_000)
  for (let second = 2; second <= 10; second++) rate.add(100_000_000 + second * 1_000_000, second * 1_000)

  expect(rate.add(111_000_000, 11_000)).toBe(1_000_000)
})

test('a counter that starts again starts the rate again', () => {
  const rate = new ReadingRate()
  rate.add(60_000_000, 0)
  rate.add(0, 1_000)

  expect(rate.add(2_000_000, 2_000)).toBe(2_000_000)
})
