// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { paced } from './paced.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first call runs at once, many calls run once more', () => {
  let runs = 0
  const pace = paced(() => (runs += 1), 100)

  for (let index = 0; index < 50; index++) pace.call()
  expect(runs).toBe(1)

  vi.advanceTimersByTime(100)
  expect(runs).toBe(2)

  vi.advanceTimersByTime(1_000)
  expect(runs).toBe(2)
})

test('nothing runs after it was stopped', () => {
  let runs = 0
  const pace = paced(() => (runs += 1), 100)

  pace.call()
  pace.call()
  pace.stop()
  vi.advanceTimersByTime(1_000)

  expect(runs).toBe(1)
})
