import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff'

/** Two texts side by side, and how they differ. */
export interface Comparison {
  before: string | null
  after: string | null
  added: number
  removed: number
  patch: string | null
}

const MOST_EDITS = 5000
const MOST_MILLISECONDS = 80

/** Compares two texts; without a patch when a side is not known or when they differ too much to compare in time. */
export function compareTexts(name: string, before: string | null, after: string | null): Comparison {
  if (before === null || after === null) return { before, after, added: 0, removed: 0, patch: null }
  const found = structuredPatch(name, name, before, after, undefined, undefined, {
    context: 3,
    maxEditLength: MOST_EDITS,
    timeout: MOST_MILLISECONDS,
  })
  if (!found) return { before, after, ...roughCount(before, after), patch: null }
  const lines = found.hunks.flatMap((hunk) => hunk.lines)
  const count = (mark: string): number => lines.filter((line) => line.startsWith(mark)).length
  return {
    before,
    after,
    added: count('+'),
    removed: count('-'),
    patch: found.hunks.length === 0 ? '' : formatPatch(found, FILE_HEADERS_ONLY),
  }
}

/** Lines of one text that the other does not have, without regard to their order. */
function roughCount(before: string, after: string): { added: number; removed: number } {
  const left = new Map<string, number>()
  for (const line of before.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
  let added = 0
  for (const line of after.split('\n')) {
    const count = left.get(line) ?? 0
    if (count > 0) left.set(line, count - 1)
    else added += 1
  }
  let removed = 0
  for (const count of left.values()) removed += count
  return { added, removed }
}
