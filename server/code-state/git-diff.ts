import type { Hunk } from './file-op.ts'

/** One file of a printed `git diff`, complete. Names are relative to the repository's root. */
export interface PrintedDiff {
  name: string
  status: 'changed' | 'created' | 'deleted'
  hunks: Hunk[]
}

/**
 * Reads the files out of what `git diff` printed, among other lines too. A file that was cut, is binary or was renamed
 * is left out.
 */
export function readPrintedDiff(output: string): PrintedDiff[] {
  const lines = output.split('\n')
  const out: PrintedDiff[] = []
  let at = lines.findIndex((line) => line.startsWith('diff --git '))
  while (at !== -1 && at < lines.length) {
    const found = readFile(lines, at + 1)
    if (found.diff) out.push(found.diff)
    const next = lines.findIndex((line, index) => index >= found.end && line.startsWith('diff --git '))
    if (next === -1) break
    at = next
  }
  return out
}

function readFile(lines: readonly string[], from: number): { diff: PrintedDiff | null; end: number } {
  let at = from
  let before: string | null = null
  let after: string | null = null
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line.startsWith('diff --git ') || line.startsWith('@@ ')) break
    if (line.startsWith('rename ') || line.startsWith('Binary ') || line.startsWith('GIT binary')) {
      return { diff: null, end: at }
    }
    if (line.startsWith('--- ')) before = line.slice(4)
    if (line.startsWith('+++ ')) after = line.slice(4)
  }
  const read = readHunks(lines, at)
  const name = after === '/dev/null' ? before?.replace(/^a\//, '') : after?.replace(/^b\//, '')
  if (!read.hunks || name === undefined || before === null || name.startsWith('"')) return { diff: null, end: read.end }
  const status = after === '/dev/null' ? 'deleted' : before === '/dev/null' ? 'created' : 'changed'
  return { diff: { name, status, hunks: read.hunks }, end: read.end }
}

function readHunks(lines: readonly string[], from: number): { hunks: Hunk[] | null; end: number } {
  const hunks: Hunk[] = []
  let at = from
  while (lines[at]?.startsWith('@@ ')) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(lines[at] ?? '')
    if (!head) return { hunks: null, end: at }
    const [oldStart, oldLines, newStart, newLines] = [head[1], head[2] ?? '1', head[3], head[4] ?? '1'].map(Number)
    const hunk = { oldStart: oldStart ?? 0, oldLines: oldLines ?? 0, newStart: newStart ?? 0, newLines: newLines ?? 0 }
    const body = readBody(lines, at + 1, hunk)
    if (!body) return { hunks: null, end: at + 1 }
    hunks.push({ ...hunk, lines: body })
    at += 1 + body.length
  }
  return { hunks: hunks.length === 0 ? null : hunks, end: at }
}

/** The lines of a hunk; null when some are missing. Empty lines at the very end of an output get lost on the way. */
function readBody(
  lines: readonly string[],
  from: number,
  counts: { oldLines: number; newLines: number },
): string[] | null {
  const body: string[] = []
  let old = counts.oldLines
  let fresh = counts.newLines
  for (let at = from; old > 0 || fresh > 0; at += 1) {
    const line = at < lines.length ? (lines[at] ?? '') : ' '
    if (line.startsWith('\\')) {
      body.push(line)
      continue
    }
    const mark = line === '' ? ' ' : line.charAt(0)
    if (mark === ' ' || mark === '-') old -= 1
    if (mark === ' ' || mark === '+') fresh -= 1
    if (!' -+'.includes(mark) || old < 0 || fresh < 0) return null
    body.push(line === '' ? ' ' : line)
  }
  const next = lines[from + body.length]
  if (next?.startsWith('\\')) body.push(next)
  return body
}

/** Says whether a text is what the hunks show after the change: all their new lines stand where they should. */
export function showsAfter(text: string, hunks: readonly Hunk[]): boolean {
  const lines = text.split('\n')
  return hunks.every((hunk) => {
    const seen = hunk.lines.filter((line) => !line.startsWith('-') && !line.startsWith('\\'))
    const start = hunk.newLines === 0 ? hunk.newStart : hunk.newStart - 1
    return seen.every((line, n) => lines[start + n] === line.slice(1))
  })
}

/** The text of a file that the diff shows from its first line to its last. */
export function createdText(hunks: readonly Hunk[]): string {
  const lines = hunks.flatMap((hunk) => hunk.lines)
  const isCut = lines.at(-1)?.startsWith('\\') ?? false
  const added = lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1))
  return added.length === 0 ? '' : added.join('\n') + (isCut ? '' : '\n')
}
