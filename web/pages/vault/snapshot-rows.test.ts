// @vitest-environment node
import { expect, test } from 'vitest'
import { snapshotWith } from '../../testing/snapshot.ts'
import { toTimeline } from './snapshot-rows.ts'

/** Local times, so that the test means the same in every time zone. */
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString()
const now = new Date(2026, 10, 24, 12).getTime()

test('snapshots stand below their day, which says how many there are', () => {
  const rows = toTimeline(
    [
      snapshotWith({ id: 4, at: at(24, 9) }),
      snapshotWith({ id: 3, at: at(24, 0) }),
      snapshotWith({ id: 2, at: at(23, 23) }),
      snapshotWith({ id: 1, at: at(20, 8) }),
    ],
    now,
  )

  expect(rows.map((row) => (row.kind === 'day' ? `${row.label} ${row.count}` : row.snapshot.id))).toEqual([
    'Today 2',
    4,
    3,
    'Yesterday 1',
    2,
    'Friday 20 November 2026 1',
    1,
  ])
})

test('only days are heads, so that the keys pass them by', () => {
  const rows = toTimeline([snapshotWith({ id: 1, at: at(24, 9) })], now)

  expect(rows.map((row) => row.isHead)).toEqual([true, false])
})
