import type { FileEdit } from './edits.ts'
import { isFence, isFenceEnd } from './file-name.ts'

/** Differences of the format `udiff`: unified, with hunks that carry no line numbers. */
export function unifiedEdits(lines: readonly string[]): FileEdit[] {
  const edits: FileEdit[] = []
  let path: string | null = null
  let hunk: string[] = []
  let isInside = false
  const close = (): void => {
    if (path !== null && hunk.some((line) => /^[+-]/.test(line))) {
      edits.push({ kind: 'replace', path, replacements: [{ old: side(hunk, '-'), new: side(hunk, '+') }] })
    }
    hunk = []
  }
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (!isInside) {
      isInside = isFence(line) && /^`{3,}diff/.test(line.trim())
      continue
    }
    const next = lines[at + 1] ?? ''
    if (isFenceEnd(line)) {
      close()
      isInside = false
      path = null
    } else if (line.startsWith('--- ') && next.startsWith('+++ ')) {
      close()
      path = nameOf(line, next)
      at += 1
    } else if (line.startsWith('@@')) close()
    else if (path !== null) hunk.push(line)
  }
  close()
  return edits
}

function nameOf(before: string, after: string): string {
  const [old = '', now = ''] = [before, after].map((line) => line.slice(4).trim())
  if (now === '/dev/null') return old.replace(/^a\//, '')
  return old.startsWith('a/') && now.startsWith('b/') ? now.slice(2) : now
}

/** One side of a hunk: what both have, and what only this one has. */
function side(hunk: readonly string[], own: '-' | '+'): string {
  const lines = hunk.filter((line) => line.startsWith(own) || line.startsWith(' ') || line === '')
  return lines.map((line) => `${line.slice(1)}\n`).join('')
}
