// @vitest-environment node
import { expect, test } from 'vitest'
import { gapAxis } from './gap-axis.ts'

const minute = 60_000

/** Distances between neighbours, in seconds of the axis. */
function distances(times: readonly number[], seconds: number): number[] {
  const { fractions } = gapAxis(times)
  return [...fractions].slice(1).map((fraction, index) => Math.round((fraction - (fractions[index] ?? 0)) * seconds))
}

test('work is shown in its own time, and a pause of days takes three minutes', () => {
  const times = [0, minute, 2 * minute, 2 * minute + 86_400_000, 3 * minute + 86_400_000].map((at) => at + 1_000_000)

  expect(distances(times, 360)).toEqual([60, 60, 180, 60])
  expect(gapAxis(times).gaps).toEqual([{ position: 3, ms: 86_400_000 }])
})

test('a pause of some minutes is shortened, but not named', () => {
  const times = [minute, 2 * minute, 22 * minute]

  expect(distances(times, 240)).toEqual([60, 180])
  expect(gapAxis(times).gaps).toEqual([])
})

test('marks of the same moment, and of a clock that ran backwards, stand apart', () => {
  expect(distances([5000, 5000, 4000, 6000], 4)).toEqual([1, 1, 2])
})

test('marks without a time stand at the beginning, before a gap of no length', () => {
  const { fractions, gaps } = gapAxis([0, 0, 1_700_000_000_000])

  expect([...fractions]).toEqual([0, 1_000 / 181_000, 1])
  expect(gaps).toEqual([{ position: 2, ms: 0 }])
})

test('one mark, and none, have an axis', () => {
  expect(gapAxis([])).toEqual({ fractions: new Float64Array(0), gaps: [] })
  expect(gapAxis([7])).toEqual({ fractions: new Float64Array([0]), gaps: [] })
})
