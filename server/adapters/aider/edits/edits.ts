import { patchEdits } from './patch.ts'
import { searchReplaceEdits } from './search-replace.ts'
import { unifiedEdits } from './unified.ts'
import { wholeEdits } from './whole.ts'

/** Everything that one answer asks to be done to one file. Paths are as written, from the project's folder. */
export type FileEdit =
  | { kind: 'replace'; path: string; replacements: { old: string; new: string }[] }
  | { kind: 'whole'; path: string; content: string }
  | { kind: 'delete'; path: string }

/**
 * The edits of an answer, by file, in the order in which files come first. The format is told by the text: the run's
 * header names one, but commands change it, and a line is read without those before it.
 */
export function editsIn(answer: string): FileEdit[] {
  const lines = answer.split('\n')
  const found = firstFound([searchReplaceEdits, patchEdits, unifiedEdits], lines) ?? wholeEdits(lines)
  return together(found)
}

type Reader = (lines: readonly string[]) => FileEdit[]

function firstFound(readers: readonly Reader[], lines: readonly string[]): FileEdit[] | null {
  for (const read of readers) {
    const edits = read(lines)
    if (edits.length > 0) return edits
  }
  return null
}

/** One answer may change a file in several blocks; whole contents and deletions take the place of what came before. */
function together(edits: readonly FileEdit[]): FileEdit[] {
  const byPath = new Map<string, FileEdit>()
  for (const edit of edits) {
    const before = byPath.get(edit.path)
    const isMore = before?.kind === 'replace' && edit.kind === 'replace'
    byPath.set(edit.path, isMore ? { ...before, replacements: [...before.replacements, ...edit.replacements] } : edit)
  }
  return [...byPath.values()]
}
