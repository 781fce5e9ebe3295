/** A line of a small diff; `gap` stands between two hunks. */
export interface PatchLine {
  kind: 'added' | 'removed' | 'same' | 'gap'
  text: string
}

/** What of a unified diff a person reads: its changed lines and those around them. File and hunk heads are left out. */
export function parseUnifiedPatch(patch: string): PatchLine[] {
  const lines: PatchLine[] = []
  let isInHunk = false
  for (const line of patch.split('\n')) {
    if (line.startsWith('@@')) {
      if (isInHunk) lines.push({ kind: 'gap', text: '' })
      isInHunk = true
    } else if (isInHunk) {
      const read = readPatchLine(line)
      if (read) lines.push(read)
    }
  }
  return lines
}

/** A line of a hunk; undefined for what is none, such as `\ No newline at end of file`. */
function readPatchLine(line: string): PatchLine | undefined {
  const text = line.slice(1)
  switch (line.charAt(0)) {
    case '+':
      return { kind: 'added', text }
    case '-':
      return { kind: 'removed', text }
    case ' ':
      return { kind: 'same', text }
    default:
      return undefined
  }
}

/** How many lines a diff adds and removes. */
export function countLines(lines: readonly PatchLine[]): { added: number; removed: number } {
  let added = 0
  let removed = 0
  for (const { kind } of lines) {
    if (kind === 'added') added += 1
    if (kind === 'removed') removed += 1
  }
  return { added, removed }
}
