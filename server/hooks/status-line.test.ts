import { expect, test } from 'vitest'
import { lineOf } from './status-line.ts'

const now = 1_800_000_000_000
const facts = {
  context: { used: 142_000, window: 200_000 },
  levels: [75, 90],
  turnsLeft: 6,
  snapshotAt: now - 130_000,
  now,
}

test('one line says how full the context is, how many turns are left, and how old the last snapshot is', () => {
  expect(lineOf(facts)).toBe('\u001b[32m▰▰▰▰▰▱▱ 71 %\u001b[0m · ~6 turns to compaction · snapshot 2 min ago')
})

test('what is not known is left out', () => {
  expect(lineOf({ ...facts, turnsLeft: null, snapshotAt: null })).toBe('\u001b[32m▰▰▰▰▰▱▱ 71 %\u001b[0m')
  expect(lineOf({ ...facts, context: null, turnsLeft: null })).toBe('context not known yet · snapshot 2 min ago')
})

test('few turns, and the age of a snapshot, are said in words that fit', () => {
  const line = (turnsLeft: number, age: number) =>
    lineOf({ ...facts, turnsLeft, snapshotAt: now - age })
      .split(' · ')
      .slice(1)
  expect(line(1, 10_000)).toEqual(['~1 turn to compaction', 'snapshot just now'])
  expect(line(0, 3_600_000)).toEqual(['compaction any moment', 'snapshot 1 h ago'])
  expect(line(2, 72 * 3_600_000)).toEqual(['~2 turns to compaction', 'snapshot 3 days ago'])
})
