/** A hunk of a unified patch; lines carry their ` `, `-` or `+`, and may end with `\ No newline at end of file`. */
export interface Hunk {
  oldStart: number
  oldLines: number
  newStart: number
  newLines: number
  lines: string[]
  /** The hunk names no lines: it is found by its text, at the next place or at the `end` of the file. All of a patch do. */
  seek?: 'next' | 'end'
}

/** A replacement of one text by another; `all` for every place, else the first. */
export interface Replacement {
  old: string
  new: string
  all: boolean
}

/** What one record tells about files on disk. Paths are as recorded, absolute where the record has a `cwd`. */
export type FileOp =
  /** The whole content after; `before` null means that the file did not exist, absent that it is not known. */
  | { op: 'write'; path: string; after: string; before?: string | null; by: 'write' | 'edit' | 'shell' }
  /**
   * A change by hunks or by replacing strings, on a base that is recorded (`before`) or must be known. Replacements
   * are exact; hunks may be written for the eye (tabs as spaces) and are only followed where they match.
   */
  | { op: 'patch'; path: string; before?: string; hunks: Hunk[]; replace?: Replacement[]; by: 'edit' | 'shell' }
  /** The whole content was seen; null means that the file does not exist. */
  | { op: 'observe'; path: string; content: string | null; by: 'read' | 'shell' }
  /** The agent looked again and said that nothing had changed. */
  | { op: 'unchanged'; path: string }
  /** The agent's own backup of a file before a change; the content stands in a companion file, null: no such file. */
  | { op: 'backup'; path: string; companion: string | null; at: number | null }
  | { op: 'delete'; path: string; by: 'edit' | 'shell' }
  | { op: 'move'; from: string; to: string; by: 'shell' }
  /** A command ran whose effects are not recorded. `touches` lists what it could have changed. */
  | { op: 'opaque'; command: string; touches: 'anything' | string[] }
  /** A shell command as called; what it did is understood when its output is known. */
  | { op: 'run'; command: string; cwd: string }
  /** What a shell command printed. `isRecorded`: the record lists all files that the command changed. */
  | { op: 'output'; stdout: string; isPartial: boolean; isRecorded: boolean }
  /** A part of a file was seen: whole lines from `startLine` (from 1). `totalLines` null when not known. */
  | { op: 'glimpse'; path: string; text: string; startLine: number; totalLines: number | null }
  /** Something other than the agent changed the file; parts of it as it stands now, by line number. */
  | { op: 'touched'; path: string; snippets: { line: number; text: string }[] }
  /** A commit of the repository that a folder lies in: what it changed stands there now; `isTakenBack`: what was before it. */
  | { op: 'commit'; folder: string; hash: string; isTakenBack: boolean }
  /** A call or a result of another agent that is told inside this one's records. */
  | { op: 'called'; call: string; ops: FileOp[] }
  | { op: 'returned'; call: string; isError: boolean; ops: FileOp[] }
