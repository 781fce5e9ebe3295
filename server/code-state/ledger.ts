import type { Hunk, Replacement } from './file-op.ts'
import type { SedStep } from './sed.ts'
import type { SweepCause } from './effect.ts'
import type { Stamp } from './stamp.ts'

/** A stored content; the same number for the same text. */
export type ContentId = number

/** Where a version comes from, in the words of the contract. */
export type VersionCause = 'edit' | 'write' | 'read' | 'shell' | 'backup' | 'outside' | 'delete'

/** A change whose result depends on what stood there before. */
export type Alteration =
  | { kind: 'patch'; hunks: Hunk[]; replace?: Replacement[] }
  | { kind: 'append'; text: string }
  | { kind: 'sed'; steps: SedStep[] }
  /** Takes over the content of another file. */
  | { kind: 'from'; path: string }
  /** Back to the last commit. */
  | { kind: 'revert' }
  /** A command that names the file could have changed it. */
  | { kind: 'touch'; cause: SweepCause }
  | { kind: 'unchanged' }
  /** The whole text was printed, its last line ends perhaps cut. */
  | { kind: 'printed'; text: string }
  /** All differences from a commit were seen. */
  | { kind: 'diff'; hunks: Hunk[] }
  /** Some whole lines were seen. */
  | { kind: 'glimpse'; text: string; startLine: number; totalLines: number | null }

/**
 * What one event tells about one file. With `alter`, it changes what stood there; else `before` and `after` are whole
 * contents: null means that no file was there, undefined that it is not known.
 */
export interface PathOp extends Stamp {
  by: VersionCause
  before: ContentId | null | undefined
  after: ContentId | null | undefined
  alter: Alteration | null
}

/** A file's content from a moment on. The source is the event that the stamp names. */
export interface FileVersion extends Stamp {
  /** Null: no file is there. Undefined: something is there, but what is not known. */
  content: ContentId | null | undefined
  by: VersionCause
  /** From when on the content is known for sure; null when it never was. */
  exactFrom: Stamp | null
  /** The last moment at which this content was seen to stand. */
  confirmed: Stamp
  /** When something else was seen; when it changed is a guess, so after `confirmed` nothing is sure. Null: never. */
  doubtedAt: number | null
  /** The event that the content comes from, when this version only puts it in doubt. */
  origin?: Stamp
}

/** A command that could have changed files that it does not name. */
export interface Sweep extends Stamp {
  cause: SweepCause
}

/** A sweep and the files that it could have reached. */
export interface SweepRow extends Sweep {
  root: string
  endings: readonly string[] | null
}

/** A folder that was deleted, or moved with all that was in it. */
export interface TreeOp extends Stamp {
  path: string
  /** Null when it was deleted. */
  to: string | null
}

/** What the recorder needs of a store. Everything happens inside a transaction of the caller. */
export interface CodeLedger {
  putContent(text: string, near: ContentId | null): ContentId
  getText(id: ContentId): string | null
  /** Known files at or below a path. */
  pathsAt(path: string): string[]
  addOps(path: string, ops: readonly PathOp[]): void
  /** All operations on a file from a moment on (inclusive), oldest first. */
  opsFrom(path: string, from: Stamp | null): PathOp[]
  lastOp(path: string): Stamp | undefined
  lastOpBefore(path: string, stamp: Stamp): Stamp | undefined
  versions(path: string): FileVersion[]
  lastVersion(path: string): FileVersion | undefined
  versionBefore(path: string, stamp: Stamp): FileVersion | undefined
  saveVersions(path: string, versions: readonly FileVersion[], mode: 'all' | 'last'): void
  addSweep(sweep: SweepRow): void
  addCommit(root: string, stamp: Stamp): void
  sweeps(path: string, from: Stamp, until: Stamp): Sweep[]
  lastCommit(path: string, before: Stamp): Stamp | null
  /** Files whose last content came from another one. */
  dependentsOf(path: string): string[]
  /**
   * Files whose versions depend on which commands ran in a time span: an unseen change was placed there, or a change
   * was called exact because nothing had run before it.
   */
  concludedAround(root: string, from: number, until: number): string[]
  /** Nothing is recorded of the file yet. */
  isNewFile(path: string): boolean
  addTree(tree: TreeOp): void
  /** What was done to folders that a path lies in, from a moment on. */
  treesAbove(path: string, since: Stamp): TreeOp[]
  /** Returns false when the call is known already: copies of it in other sessions change nothing. */
  claimCall(id: string): boolean
  saveOpenCall(session: number, call: string, ops: string): void
  takeOpenCall(session: number, call: string): string | null
  lastStamp(session: number): Stamp | undefined
  saveLastStamp(stamp: Stamp): void
  /** Drops what was remembered of a transaction that was rolled back. */
  forget(): void
}
