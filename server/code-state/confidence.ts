import type { Confidence } from '../contract/replay.ts'
import type { FileVersion } from './ledger.ts'
import { endingOf, isWithin } from './paths.ts'
import { compareStamps, type Stamp } from './stamp.ts'

/** The last command before a moment that could have changed files of a kind below a folder. */
export interface LastSweep extends Stamp {
  root: string
  /** File name endings; null for any file. */
  endings: ReadonlySet<string> | null
}

/** How sure a version's content is at a moment at or after it. What was masked is never exact. */
export function confidenceAt(
  path: string,
  version: FileVersion & { isMasked: boolean },
  moment: Stamp,
  sweeps: readonly LastSweep[],
): Confidence {
  if (version.content === undefined) return 'unknown'
  if (version.isMasked || version.exactFrom === null || compareStamps(moment, version.exactFrom) < 0) return 'probable'
  if (compareStamps(moment, version.confirmed) <= 0) return 'exact'
  if (version.isDoubted) return 'probable'
  return sweeps.some((sweep) => couldTouch(sweep, path, version.confirmed)) ? 'probable' : 'exact'
}

function couldTouch(sweep: LastSweep, path: string, since: Stamp): boolean {
  if (compareStamps(sweep, since) <= 0 || !isWithin(path, sweep.root)) return false
  return sweep.endings === null || sweep.endings.has(endingOf(path))
}
