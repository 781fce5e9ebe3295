/** Which values go. */
export interface RedactionPick {
  keep: number[]
  only: number[] | null
  candidates: boolean
}

/** What shall be looked through for secrets. */
export interface RedactionOrder {
  /** Files of the sessions. */
  sourceIds: number[]
  /** Side files of no session: only what the others hold is taken out of them. */
  sharedIds: number[]
  pick: RedactionPick
  /** The last state only, or all that were kept. */
  states: 'last' | 'all'
  /** What it is called in reports of how far it is, and when it is stopped; null: nobody asks. */
  job: string | null
}

/** A state of a file and what becomes of it. */
export interface LookedState {
  generationId: number
  /** Bytes before and after. */
  length: number
  lengthAfter: number
  sha256: string
  sha256After: string
  changedLines: number
  /** Holds the bytes after; null when nothing changes, or when nothing was to be made. */
  file: string | null
  /** Why it cannot be changed, as a sentence. */
  problem: string | null
}

/** A file that was looked through. */
export interface LookedFile {
  sourceId: number
  path: string
  isShared: boolean
  isPresent: boolean
  /** The last one is the newest. */
  states: LookedState[]
}

/** A string that changes, masked. */
export interface LookedHunk {
  path: string
  line: number
  field: string
  text: string
  secretId: number
}

/** What a look found. */
export interface RedactionLooked {
  files: LookedFile[]
  met: { secretId: number; hits: number; isTakenOut: boolean }[]
  hunks: LookedHunk[]
  hasMore: boolean
  lines: number
  changedLines: number
  left: { path: string; line: number; field: string; why: 'unchecked' | 'untouchable' }[]
}

/** What a redaction was made of, as the vault notes it. */
export interface RedactionNote {
  sessions: string[]
  scopes: ('own' | 'kept')[]
  /** Ids of the secrets that were taken out. */
  taken: number[]
  before: 'keep' | 'none'
}

/**
 * `drop`: it comes to nothing. `undoing`: agents' files are about to be put back. `back`: so are the kept bytes. `done`: not
 * after all. `forget`: what an undo would need goes.
 */
export type RedactionStep = 'drop' | 'undoing' | 'back' | 'done' | 'forget'
