/** A hunk of a unified patch; lines carry their ` `, `-` or `+`, and may end with `\ No newline at end of file`. */
export interface Hunk {
  oldStart: number
  oldLines: number
  newStart: number
  newLines: number
  lines: string[]
}

/** What one record tells about files on disk. Paths are as recorded, absolute where the record has a `cwd`. */
export type FileOp =
  /** The whole content after; `before` null means that the file did not exist, absent that it is not known. */
  | { op: 'write'; path: string; after: string; before?: string | null; by: 'write' | 'edit' | 'shell' }
  /** A change by hunks or by replacing strings, on a base that is recorded (`before`) or must be known. */
  | {
      op: 'patch'
      path: string
      before?: string
      hunks: Hunk[]
      replace?: { old: string; new: string; all: boolean }[]
      by: 'edit' | 'shell'
    }
  /** The whole content was seen; null means that the file does not exist. */
  | { op: 'observe'; path: string; content: string | null; by: 'read' | 'shell' }
  /** The agent's own backup of a file before a change; the content stands in a companion file. */
  | { op: 'backup'; path: string; companion: string | null; at: number | null }
  | { op: 'delete'; path: string; by: 'edit' | 'shell' }
  | { op: 'move'; from: string; to: string; by: 'shell' }
  /** A command ran whose effects are not recorded. `touches` lists what it could have changed. */
  | { op: 'opaque'; command: string; touches: 'anything' | string[] }
  /** A shell command as called; what it did is understood when its output is known. */
  | { op: 'run'; command: string; cwd: string }
  /** What a shell command printed. `isPartial`: cut, or still running. */
  | { op: 'output'; stdout: string; isPartial: boolean }
  /** A part of a file was seen: whole lines from `startLine` (from 1). `totalLines` null when not known. */
  | { op: 'glimpse'; path: string; text: string; startLine: number; totalLines: number | null }
  /** Something changed the file, seen only in parts (a linter's or a person's edit that the agent was told of). */
  | { op: 'touched'; path: string; snippet: { line: number; text: string }[] }
