import type { FileEdit } from './edits.ts'
import { nameAbove } from './file-name.ts'

const HEAD = /^<{5,9} SEARCH>?\s*$/
const DIVIDER = /^={5,9}\s*$/
const TAIL = /^>{5,9} REPLACE\s*$/

/** Blocks of the formats `diff`, `diff-fenced` and `editor-diff`: a text to look for and the one to put there. */
export function searchReplaceEdits(lines: readonly string[]): FileEdit[] {
  const edits: FileEdit[] = []
  let path: string | null = null
  for (let at = 0; at < lines.length; at += 1) {
    if (!HEAD.test(lines[at] ?? '')) continue
    path = nameAbove(lines, at) ?? path
    const divider = find(lines, at, DIVIDER)
    const tail = divider === null ? null : find(lines, divider, TAIL)
    if (divider === null || tail === null) break
    const old = textOf(lines.slice(at + 1, divider))
    if (path !== null) {
      edits.push({ kind: 'replace', path, replacements: [{ old, new: textOf(lines.slice(divider + 1, tail)) }] })
    }
    at = tail
  }
  return edits
}

function find(lines: readonly string[], after: number, sign: RegExp): number | null {
  const found = lines.findIndex((line, at) => at > after && sign.test(line))
  return found === -1 ? null : found
}

/** Whole lines, each with its end. */
function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
