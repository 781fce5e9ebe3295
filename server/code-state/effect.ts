import type { PrintedDiff } from './git-diff.ts'
import type { SedStep } from './sed.ts'

/** Why a command could have changed files that it does not name. */
export type SweepCause = 'format' | 'git' | 'script' | 'check'

/** What a command did to files, or could have done. Paths are absolute; those of folders count for all below. */
export type Effect =
  | { kind: 'write'; path: string; text: string }
  | { kind: 'append'; path: string; text: string }
  /** `isTree`: a folder goes with all that is in it. */
  | { kind: 'delete'; path: string; isTree: boolean }
  | { kind: 'move' | 'copy'; from: string; to: string; isInto: boolean }
  | { kind: 'sed'; path: string; steps: SedStep[] }
  /** The whole content was printed, its last line ends perhaps cut. */
  | { kind: 'see'; path: string; text: string }
  /** Whole lines of a file from one on (counted from 1) were printed. */
  | { kind: 'glimpse'; path: string; startLine: number; text: string }
  /** `git diff` showed how a file differs from a commit; the name is relative to the repository's root. */
  | { kind: 'diff'; cwd: string; diff: PrintedDiff }
  /** A file stands there again as the last commit has it. */
  | { kind: 'revert'; path: string }
  /** All files below stand as the last commit has them. */
  | { kind: 'commit'; root: string }
  /** The named file or folder could have changed. */
  | { kind: 'touch'; path: string; cause: SweepCause }
  /** Any file below with one of these endings could have changed; null means any file. */
  | { kind: 'sweep'; root: string; endings: readonly string[] | null; cause: SweepCause }
