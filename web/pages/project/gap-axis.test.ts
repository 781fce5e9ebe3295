// @vitest-environment node
import { expect, test } from 'vitest'
import { gapAxis } from './gap-axis.ts'

const minute = 60_000

/** Distances between neighbours, in seconds of the axis. */
function distances(times: readonly number[], seconds: number): number[] {
  const { fractions } = gapAxis(times)
  return [...fractions].slice(1).map((fraction, index) => Math.round((fraction - (fractions[index] ?? 0)) * seconds))
}

/** Twelve marks, a minute apart. */
const work = Array.from({ length: 12 }, (_, count) => 1_000_000 + count * minute)
const end = 1_000_000 + 11 * minute

test('work is shown in its own time, and a pause of days takes three minutes', () => {
  const times = [...work, end + 86_400_000, end + 86_400_000 + minute]

  expect(distances(times, 15 * 60)).toEqual([...Array.from({ length: 11 }, () => 60), 180, 60])
  expect(gapAxis(times).gaps).toEqual([{ position: 12, ms: 86_400_000 }])
})

test('a night between two sessions of seconds does not fill the axis', () => {
  const times = [0, 10_000, 20_000, 86_400_000, 86_410_000].map((at) => at + 1_000_000)

  // 10 + 10 + 20.625 + 10: a quarter of what there would be with a quarter of the 210 seconds before.
  expect(distances(times, 50.625)).toEqual([10, 10, 21, 10])
})

test('a pause of some minutes is shortened, but not named', () => {
  const times = [...work, end + 20 * minute]

  expect(distances(times, 14 * 60).at(-1)).toBe(180)
  expect(gapAxis(times).gaps).toEqual([])
})

test('marks of the same moment, and of a clock that ran backwards, stand apart', () => {
  expect(distances([5000, 5000, 4000, 6000], 4)).toEqual([1, 1, 2])
})

test('marks without a time stand at the beginning, before a gap of no length', () => {
  const { fractions, gaps } = gapAxis([0, 0, 1_700_000_000_000])

  expect([...fractions]).toEqual([0, 1_000 / 16_000, 1])
  expect(gaps).toEqual([{ position: 2, ms: 0 }])
})

test('one mark, and none, have an axis', () => {
  expect(gapAxis([])).toEqual({ fractions: new Float64Array(0), gaps: [] })
  expect(gapAxis([7])).toEqual({ fractions: new Float64Array([0]), gaps: [] })
})
