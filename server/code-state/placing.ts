import type { Sweep, VersionCause } from './ledger.ts'
import { stampOf, type Stamp } from './stamp.ts'

/** A file was found changed: what it was, what it is, and what ran in between. */
export interface Finding {
  held: string | null
  seen: string | null
  /** Since when the held content stood. */
  from: Stamp
  noticed: Stamp
  /** What could have changed it, oldest first. */
  candidates: readonly Sweep[]
}

/**
 * Chooses when an unseen change most probably happened: at the first formatter when only the layout changed, else at
 * a git command, else at the first script; with none of them it was made by hand, some time before it was noticed.
 */
export function choosePlace(finding: Finding): { stamp: Stamp; by: VersionCause } {
  const { candidates } = finding
  const first = (cause: Sweep['cause']): Sweep | undefined => candidates.find((one) => one.cause === cause)
  const isLayout = finding.held !== null && finding.seen !== null && isLayoutOnly(finding.held, finding.seen)
  const chosen = isLayout
    ? (first('format') ?? first('script') ?? first('check'))
    : (first('git') ?? first('script') ?? first('format'))
  if (!chosen) return { stamp: stampOf(finding.noticed), by: 'outside' }
  return { stamp: { ...stampOf(chosen), n: chosen.n + 1 }, by: 'shell' }
}

/** Only white space differs. */
export function isLayoutOnly(before: string, after: string): boolean {
  return bare(before) === bare(after)
}

function bare(text: string): string {
  return text.replace(/\s+/g, '')
}
