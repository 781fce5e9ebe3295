import { SnapshotReason } from '../../../server/contract/snapshots.ts'

/** Which snapshots to show; the server knows which hold a session. */
export interface SnapshotFilter {
  reason: SnapshotReason | undefined
  session: string | undefined
}

/** Reads a filter from the address; a reason that there is not is left out. */
export function readSnapshotFilter(query: URLSearchParams): SnapshotFilter {
  const reason = SnapshotReason.safeParse(query.get('reason'))
  return { reason: reason.success ? reason.data : undefined, session: query.get('session') ?? undefined }
}

/** The two snapshots at most that are ticked for a comparison, in the order of ticking. */
export function readTicked(query: URLSearchParams): number[] {
  const ids = (query.get('tick') ?? '').split(',').filter((part) => /^\d{1,15}$/.test(part))
  return [...new Set(ids.map(Number))].slice(0, 2)
}

/** Ticks or unticks one. A third tick takes the place of the second. */
export function toggleTick(ticked: readonly number[], id: number): number[] {
  if (ticked.includes(id)) return ticked.filter((other) => other !== id)
  return [...ticked.slice(0, 1), id]
}
