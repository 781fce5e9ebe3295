import type { FileOp, Hunk } from '../../code-state/file-op.ts'
import type { FileChange } from '../../contract/event.ts'
import { isShape, textOf, type Shape } from '../shared/shape.ts'
import { placeOf } from './places.ts'

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/** What a patch did to files, as the agent tells it after it was applied. */
export interface AppliedChanges {
  ops: FileOp[]
  changes: FileChange[]
  paths: string[]
}

/** Reads `changes`: a map from paths to what became of them. */
export function appliedChanges(changes: unknown, folder: string | null): AppliedChanges {
  const read: AppliedChanges = { ops: [], changes: [], paths: [] }
  if (!isShape(changes)) return read
  for (const [name, change] of Object.entries(changes)) {
    const path = placeOf(name, folder) ?? name
    read.paths.push(path)
    if (!isShape(change)) continue
    const one = appliedChange(path, change, folder)
    read.ops.push(...one.ops)
    if (one.change) read.changes.push(one.change)
  }
  return read
}

function appliedChange(path: string, change: Shape, folder: string | null): { ops: FileOp[]; change?: FileChange } {
  const { type, content } = change
  if (type === 'add' && typeof content === 'string') {
    const told: FileChange = { path, change: 'created', added: linesOf(content), removed: 0 }
    return { ops: [{ op: 'write', path, after: content, by: 'edit' }], change: told }
  }
  if (type === 'delete') {
    const seen: FileOp[] = typeof content === 'string' ? [{ op: 'observe', path, content, by: 'read' }] : []
    const removed = typeof content === 'string' ? linesOf(content) : 0
    return {
      ops: [...seen, { op: 'delete', path, by: 'edit' }],
      change: { path, change: 'deleted', added: 0, removed },
    }
  }
  const diff = textOf(change['unified_diff']) ?? ''
  const hunks = hunksOf(diff)
  const to = placeOf(textOf(change['move_path']), folder)
  const ops: FileOp[] = hunks.length === 0 ? [] : [{ op: 'patch', path, hunks, by: 'edit' }]
  if (to !== null && to !== path) ops.push({ op: 'move', from: path, to, by: 'shell' })
  if (ops.length === 0) return { ops }
  return { ops, change: { path: to ?? path, change: 'modified', ...countedIn(hunks) } }
}

function countedIn(hunks: readonly Hunk[]): Pick<FileChange, 'added' | 'removed'> {
  const lines = hunks.flatMap((hunk) => hunk.lines)
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length
  return { added: count('+'), removed: count('-') }
}

/** What operations on files would change. */
export function changesOf(ops: readonly FileOp[]): FileChange[] {
  return ops.flatMap((op): FileChange[] => {
    if (op.op === 'write') return [{ path: op.path, change: 'created', added: linesOf(op.after), removed: 0 }]
    if (op.op === 'delete') return [{ path: op.path, change: 'deleted', added: 0, removed: 0 }]
    return op.op === 'patch' ? [{ path: op.path, change: 'modified', ...countedIn(op.hunks) }] : []
  })
}

/** Files that a patch says it changed, in words; how much it does not say. */
export function toldChanges(text: string, folder: string | null): FileChange[] {
  const list = /^Success\. Updated the following files:\n((?:[AMD] [^\n]+(?:\n|$))+)/m.exec(text)?.[1] ?? ''
  return [...list.matchAll(/^([AMD]) ([^\n]+)$/gm)].map(([, sign, name = '']) => {
    const change = sign === 'A' ? 'created' : sign === 'D' ? 'deleted' : 'modified'
    return { path: placeOf(name, folder) ?? name, change, added: 0, removed: 0 }
  })
}

/** The hunks of a unified diff. */
export function hunksOf(diff: string): Hunk[] {
  const hunks: Hunk[] = []
  for (const line of diff.split('\n')) {
    const head = HUNK.exec(line)
    const last = hunks.at(-1)
    if (head) {
      const [, oldStart, oldLines = '1', newStart, newLines = '1'] = head
      hunks.push({
        oldStart: Number(oldStart),
        oldLines: Number(oldLines),
        newStart: Number(newStart),
        newLines: Number(newLines),
        lines: [],
      })
    } else if (last && /^[ +\-\\]/.test(line)) last.lines.push(line)
    else if (last && line === '' && isOpen(last)) last.lines.push(' ')
  }
  return hunks
}

function isOpen(hunk: Hunk): boolean {
  return hunk.lines.filter((line) => !line.startsWith('+')).length < hunk.oldLines
}

function linesOf(text: string): number {
  if (text === '') return 0
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}
