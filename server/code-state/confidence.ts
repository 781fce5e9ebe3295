import type { Confidence } from '../contract/replay.ts'
import type { FileVersion } from './ledger.ts'
import { endingOf, isWithin } from './paths.ts'
import { compareStamps, type Stamp } from './stamp.ts'

/** The last command before a moment that could have changed files of a kind below a folder. */
export interface LastSweep extends Stamp {
  root: string
  /** File name endings; null for any file. */
  endings: ReadonlySet<string> | null
  /** Could make or bring back files; formatters, tests and commits only change what is there. */
  isMaker: boolean
}

/**
 * A content that is seen again was the same all the time, unless it was changed and changed back. Held against real
 * commits, sights within this time after a moment prove little, later ones were always right (bench replay-truth).
 */
const SURE_AFTER = 15 * 60_000

/**
 * How sure a version's content is at a moment at or after it: exact when nothing ran since it was last seen that could
 * have touched it, or when it was seen again long after. What was masked is never exact.
 */
export function confidenceAt(
  path: string,
  version: FileVersion & { isMasked: boolean },
  moment: Stamp,
  sweeps: readonly LastSweep[],
): Confidence {
  const { exactFrom, confirmed } = version
  if (version.content === undefined) return 'unknown'
  if (version.isMasked || exactFrom === null || compareStamps(moment, exactFrom) < 0) return 'probable'
  if (confirmed.at - moment.at >= SURE_AFTER) return 'exact'
  const isSeenSince = compareStamps(confirmed, moment) <= 0
  if (isSeenSince && version.doubtedAt !== null && compareStamps(moment, confirmed) > 0) return 'probable'
  const since = isSeenSince ? confirmed : exactFrom
  const isDeleted = version.content === null
  const isTouched = sweeps.some((sweep) => (sweep.isMaker || !isDeleted) && couldTouch(sweep, path, since))
  return isTouched ? 'probable' : 'exact'
}

function couldTouch(sweep: LastSweep, path: string, since: Stamp): boolean {
  if (compareStamps(sweep, since) <= 0 || !isWithin(path, sweep.root)) return false
  return sweep.endings === null || sweep.endings.has(endingOf(path))
}
