import type { FileVersion } from '../code-state/ledger.ts'

/** A version of a file, and the event of the session from which on the file stood so. */
export interface PlacedVersion {
  /** -1: before the first event. */
  seq: number
  version: FileVersion
}

/** Whose events the versions are laid on. */
export interface Track {
  /** The session's row key. */
  session: number
  /** Time of each event, never running backwards but for what the agent wrote. */
  at: readonly number[]
  /** What happened before this event is one state. */
  from: number
}

/**
 * Lays the versions of a file on a session's events: its own stand at their event, those of others at the last event that
 * was not later. Of several at one event the last counts, and a version that holds the same as the one before is left out.
 */
export function placeVersions(versions: readonly FileVersion[], { session, at, from }: Track): PlacedVersion[] {
  const placed: PlacedVersion[] = []
  let lowest = -1
  for (const version of versions) {
    const seq = version.session === session && version.at >= 0 ? version.seq : lastBefore(at, version.at)
    lowest = Math.max(lowest, seq < from ? -1 : seq)
    const before = placed.at(-1)
    if (before?.seq === lowest) placed.pop()
    const earlier = placed.at(-1)
    if (earlier === undefined || earlier.version.content !== version.content) placed.push({ seq: lowest, version })
  }
  return placed
}

/** Index of the last event at or before a time; -1 when all are later. */
function lastBefore(at: readonly number[], time: number): number {
  let low = 0
  let high = at.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at[middle] ?? 0) <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}
