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
 * Chooses when an unseen change most probably happened: at the first formatter when only the layout changed; at the last
 * git command; at the first script of the session that noticed it. With none of them it was made by hand, some time
 * before it was noticed. Between two sessions anything can have happened, so there only formatters and git are trusted.
 */
export function choosePlace(finding: Finding): { stamp: Stamp; by: VersionCause } {
  const { candidates, noticed } = finding
  const isLayout = finding.held !== null && finding.seen !== null && isLayoutOnly(finding.held, finding.seen)
  const format = candidates.find((one) => one.cause === 'format')
  const git = candidates.findLast((one) => one.cause === 'git' && one.session === noticed.session)
  const isOneSession = finding.from.session === noticed.session
  const script = isOneSession ? candidates.find((one) => one.cause === 'script') : undefined
  const chosen = isLayout ? (format ?? script) : (git ?? script)
  if (!chosen) return { stamp: stampOf(noticed), by: 'outside' }
  return { stamp: { ...stampOf(chosen), n: chosen.n + 1 }, by: 'shell' }
}

/** Only white space differs. */
export function isLayoutOnly(before: string, after: string): boolean {
  let a = 0
  let b = 0
  for (;;) {
    while (isBlank(before.charCodeAt(a))) a += 1
    while (isBlank(after.charCodeAt(b))) b += 1
    if (a >= before.length || b >= after.length) return a >= before.length && b >= after.length
    if (before.charCodeAt(a) !== after.charCodeAt(b)) return false
    a += 1
    b += 1
  }
}

/** Past the end the code is NaN, which is no blank. */
function isBlank(code: number): boolean {
  return code <= 32 || code === 0xa0
}
