import type { FileChange } from '../../contract/event.ts'
import { isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'

/** Reads from a structured tool result which files it changed, and by how many lines. */
export function changesOf(detail: unknown): FileChange[] {
  if (!isShape(detail)) return []
  if (isShape(detail['bashEditDiff'])) return shellChanges(detail['bashEditDiff'])
  const notebook = textOf(detail['notebook_path'])
  if (notebook !== null) return notebookChanges(notebook, detail)
  const path = textOf(detail['filePath'])
  if (path === null) return []
  if (typeof detail['content'] === 'string' && (detail['type'] === 'create' || detail['type'] === 'update')) {
    return [writeChange(path, detail, detail['content'])]
  }
  if (typeof detail['newString'] !== 'string' && !Array.isArray(detail['edits'])) return []
  const isNew = detail['oldString'] === '' && detail['originalFile'] === ''
  return [{ path, change: isNew ? 'created' : 'modified', ...countHunks(detail['structuredPatch']) }]
}

function writeChange(path: string, detail: Shape, content: string): FileChange {
  if (detail['type'] === 'create') return { path, change: 'created', added: countLines(content), removed: 0 }
  return { path, change: 'modified', ...countHunks(detail['structuredPatch']) }
}

function shellChanges(diff: Shape): FileChange[] {
  const told = listOf(diff['files']).map(shapeOf)
  const changes: FileChange[] = []
  for (const file of told) {
    const path = textOf(file['filePath'])
    if (path === null) continue
    const change = file['created'] === true ? 'created' : file['deleted'] === true ? 'deleted' : 'modified'
    changes.push({ path, change, ...countHunks(file['hunks']) })
  }
  const seen = new Set(changes.map((change) => change.path))
  for (const path of listOf(diff['changedFiles'])) {
    if (typeof path === 'string' && path !== '' && !seen.has(path)) {
      changes.push({ path, change: 'modified', added: 0, removed: 0 })
    }
  }
  return changes
}

function notebookChanges(path: string, detail: Shape): FileChange[] {
  if (textOf(detail['error']) !== null) return []
  const before = detail['original_file']
  const after = detail['updated_file']
  if (typeof before !== 'string' || typeof after !== 'string')
    return [{ path, change: 'modified', added: 0, removed: 0 }]
  return [{ path, change: 'modified', ...countChangedLines(before.split('\n'), after.split('\n')) }]
}

/** Counts lines that only one side has; a line that moved is not counted. */
function countChangedLines(before: string[], after: string[]): { added: number; removed: number } {
  const left = new Map<string, number>()
  for (const line of before) left.set(line, (left.get(line) ?? 0) + 1)
  let added = 0
  for (const line of after) {
    const count = left.get(line) ?? 0
    if (count > 0) left.set(line, count - 1)
    else added += 1
  }
  return { added, removed: before.length - (after.length - added) }
}

function countHunks(hunks: unknown): { added: number; removed: number } {
  let added = 0
  let removed = 0
  for (const hunk of listOf(hunks)) {
    for (const line of listOf(shapeOf(hunk)['lines'])) {
      if (typeof line !== 'string') continue
      if (line.startsWith('+')) added += 1
      else if (line.startsWith('-')) removed += 1
    }
  }
  return { added, removed }
}

/** Lines of a text; a last one without line feed counts. */
function countLines(text: string): number {
  if (text === '') return 0
  let lines = text.endsWith('\n') ? 0 : 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}
