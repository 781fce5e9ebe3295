import type { FileOp, Hunk } from '../../code-state/file-op.ts'
import { placeOf } from './places.ts'

const BEGIN = /^\s*\*\*\* Begin Patch\s*$/
const END = /^\s*\*\*\* End Patch\s*$/
const FILE = /^\s*\*\*\* (Add|Delete|Update) File: (.+?)\s*$/
const MOVE = /^\s*\*\*\* Move to: (.+?)\s*$/
const END_OF_FILE = /^\s*\*\*\* End of File\s*$/
const ANCHOR = /^@@(?: (.*))?$/

/** One file of a patch in the agent's own grammar. */
interface FilePatch {
  kind: 'Add' | 'Delete' | 'Update'
  path: string
  movedTo: string | null
  lines: string[]
}

/** `apply_patch` called in a shell, perhaps after a change of the folder. */
const IN_SHELL =
  /^\s*(?:cd\s+(?:"([^"\n]+)"|'([^'\n]+)'|([^\s;&|]+))\s*&&\s*)?(?:apply_patch|applypatch)\s+<<-?\s*(["']?)(\w+)\4[^\n]*\n([\s\S]*?)\n\s*\5\s*$/

/** What a patch asks to be done; nothing for a text that is none. Paths are meant from the folder. */
export function patchOps(text: string, folder: string | null): FileOp[] {
  return filesIn(text).flatMap((file): FileOp[] => {
    const path = placeOf(file.path, folder)
    if (path === null) return []
    if (file.kind === 'Delete') return [{ op: 'delete', path, by: 'edit' }]
    if (file.kind === 'Add') return [{ op: 'write', path, after: addedText(file.lines), by: 'edit' }]
    const hunks = hunksIn(file.lines)
    const change: FileOp[] = hunks.length === 0 ? [] : [{ op: 'patch', path, hunks, by: 'edit' }]
    const to = placeOf(file.movedTo, folder)
    return to === null ? change : [...change, { op: 'move', from: path, to, by: 'shell' }]
  })
}

/** The patch that a shell command hands to `apply_patch`, and where; null for any other command. */
export function patchInShell(command: string): { patch: string; folder: string | null } | null {
  const found = IN_SHELL.exec(command)
  if (found === null) return null
  return { patch: found[6] ?? '', folder: found[1] ?? found[2] ?? found[3] ?? null }
}

/** Paths that a patch names, as it writes them. */
export function pathsIn(text: string): string[] {
  return filesIn(text).map(({ path }) => path)
}

function filesIn(text: string): FilePatch[] {
  const files: FilePatch[] = []
  let isInside = false
  for (const line of text.split(/\r?\n/)) {
    if (BEGIN.test(line)) isInside = true
    else if (END.test(line)) isInside = false
    if (!isInside) continue
    const head = FILE.exec(line)
    const last = files.at(-1)
    if (head?.[1] !== undefined && head[2] !== undefined) {
      files.push({ kind: head[1] as FilePatch['kind'], path: head[2], movedTo: null, lines: [] })
    } else if (last !== undefined) {
      const movedTo = last.lines.length === 0 ? MOVE.exec(line)?.[1] : undefined
      if (movedTo === undefined) last.lines.push(line)
      else last.movedTo = movedTo
    }
  }
  return files
}

function addedText(lines: readonly string[]): string {
  return lines
    .filter((line) => line.startsWith('+'))
    .map((line) => `${line.slice(1)}\n`)
    .join('')
}

/** Chunks have no line numbers: each is found by its text, after the one before it. */
function hunksIn(lines: readonly string[]): Hunk[] {
  const hunks: Hunk[] = []
  for (const line of lines) {
    const last = hunks.at(-1)
    const anchor = ANCHOR.exec(line)
    if (anchor) {
      if (anchor[1] !== undefined && anchor[1] !== '') hunks.push(soughtHunk([` ${anchor[1]}`]))
      hunks.push(soughtHunk([]))
    } else if (END_OF_FILE.test(line)) {
      if (last) last.seek = 'end'
    } else {
      // A line without its sign is an empty line of context.
      const signed = line === '' ? ' ' : line
      if (!/^[ +-]/.test(signed)) continue
      if (last) last.lines.push(signed)
      else hunks.push(soughtHunk([signed]))
    }
  }
  return hunks.filter((hunk) => hunk.lines.length > 0).map(counted)
}

function soughtHunk(lines: string[]): Hunk {
  return { oldStart: 0, oldLines: 0, newStart: 0, newLines: 0, lines, seek: 'next' }
}

function counted(hunk: Hunk): Hunk {
  const oldLines = hunk.lines.filter((line) => !line.startsWith('+')).length
  const newLines = hunk.lines.filter((line) => !line.startsWith('-')).length
  return { ...hunk, oldLines, newLines }
}
