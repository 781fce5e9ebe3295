import type { Snapshot } from '../../../server/contract/snapshots.ts'
import { dayOf } from '../../ui/days.ts'

/** A line of the time line: a day, or a snapshot of that day. */
export type TimelineRow =
  | { kind: 'day'; key: string; isHead: true; label: string; count: number }
  | { kind: 'snapshot'; key: string; isHead: false; snapshot: Snapshot }

/** The key of a snapshot's row. */
export function rowKey(snapshotId: number): string {
  return `snapshot:${snapshotId}`
}

/** Lays snapshots out under their days, in the order in which they come. `now` says which day is today. */
export function toTimeline(snapshots: readonly Snapshot[], now: number): TimelineRow[] {
  const days = new Map<string, { label: string; snapshots: Snapshot[] }>()
  for (const snapshot of snapshots) {
    const { key, label } = dayOf(Date.parse(snapshot.at), now)
    const day = days.get(key) ?? { label, snapshots: [] }
    days.set(key, day)
    day.snapshots.push(snapshot)
  }
  const rows: TimelineRow[] = []
  for (const [key, { label, snapshots: inside }] of days) {
    rows.push({ kind: 'day', key, isHead: true, label, count: inside.length })
    for (const snapshot of inside) rows.push({ kind: 'snapshot', key: rowKey(snapshot.id), isHead: false, snapshot })
  }
  return rows
}
