import type { FileEdit } from './edits.ts'
import { fileNameIn, isFence, isFenceEnd } from './file-name.ts'

/** The formats `whole` and `editor-whole`: a file's name, then its whole content between fences. */
export function wholeEdits(lines: readonly string[]): FileEdit[] {
  const edits: FileEdit[] = []
  for (let at = 0; at < lines.length; at += 1) {
    if (!isFence(lines[at] ?? '')) continue
    const end = lines.findIndex((line, index) => index > at && isFenceEnd(line))
    if (end === -1) break
    const path = fileNameIn(lines[at - 1] ?? '')
    if (path !== null && looksLikeFile(path)) {
      edits.push({
        kind: 'whole',
        path,
        content: lines
          .slice(at + 1, end)
          .map((line) => `${line}\n`)
          .join(''),
      })
    }
    at = end
  }
  return edits
}

/** A word above a piece of code is no name of a file unless it has an ending or a folder. */
function looksLikeFile(path: string): boolean {
  return /^[^\s:"'(){}<>|*?]*(?:\.\w+|\/[^\s/]+)$/.test(path) || /^(?:Makefile|Dockerfile|LICENSE|README)$/.test(path)
}
