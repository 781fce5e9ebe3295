import { expect, test } from 'vitest'
import type { Snapshot, SnapshotScope } from '../contract/snapshots.ts'
import { whichGo } from './retention.ts'

const NOW = Date.parse('2026-06-30T12:00:00.000Z')

function taken(id: number, at: string, scope: SnapshotScope = { all: true }): Snapshot {
  const counts = { sessions: 0, sources: 0, rawBytes: 0, changedSources: 0, changedBytes: 0 }
  return { id, label: null, reason: 'daily', cause: null, scope, at: `${at}.000Z`, isPinned: false, ...counts }
}

function going(snapshots: Snapshot[], rules = { keepAllDays: 2, keepDailyDays: 5, keepWeeklyDays: 21 }): number[] {
  return whichGo(snapshots, rules, NOW).map(({ id }) => id)
}

test('of the last days all stay, then the newest of each day, then of each week, then none', () => {
  const snapshots = [
    taken(9, '2026-06-30T11:00:00'),
    taken(8, '2026-06-28T12:00:01'),
    // Older than two days: one a day.
    taken(7, '2026-06-27T20:00:00'),
    taken(6, '2026-06-27T08:00:00'),
    taken(5, '2026-06-26T08:00:00'),
    // Older than seven days: one a week, from Monday to Sunday.
    taken(4, '2026-06-21T08:00:00'),
    taken(3, '2026-06-15T08:00:00'),
    taken(2, '2026-06-14T08:00:00'),
    // Older than 28 days.
    taken(1, '2026-06-02T11:00:00'),
  ]
  expect(going(snapshots)).toEqual([6, 3, 1])
})

test('each scope has its own newest of a day', () => {
  const one = { sessions: ['claude-code:a'] }
  const snapshots = [
    taken(4, '2026-06-27T20:00:00'),
    taken(3, '2026-06-27T19:00:00', one),
    taken(2, '2026-06-27T18:00:00', one),
    taken(1, '2026-06-27T17:00:00'),
  ]
  expect(going(snapshots)).toEqual([2, 1])
})

test('a stretch of no days is passed over', () => {
  const snapshots = [taken(2, '2026-06-28T20:00:00'), taken(1, '2026-06-27T20:00:00')]
  expect(going(snapshots, { keepAllDays: 2, keepDailyDays: 0, keepWeeklyDays: 0 })).toEqual([1])
})
