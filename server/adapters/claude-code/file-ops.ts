import type { FileOp, Hunk, Replacement } from '../../code-state/file-op.ts'
import { createdText } from '../../code-state/git-diff.ts'
import { resolvePath } from '../../code-state/paths.ts'

type Fields = Record<string, unknown>

/** What a `user` record with a tool result tells about files on disk. */
export function resultFileOps(record: Fields): FileOp[] {
  const result = record.toolUseResult
  if (!isFields(result)) return []
  const cwd = textOf(record.cwd) ?? '/'
  if (isFields(result.file)) return readOps(result, result.file, cwd)
  if (typeof result.updated_file === 'string') return notebookOps(result, cwd)
  if (typeof result.filePath === 'string') return editOps(result, resolvePath(cwd, result.filePath))
  if (typeof result.stdout === 'string') return shellOps(result, result.stdout, cwd)
  return []
}

/** What a tool call asks for. It counts only when its result came, was no error, and does not tell the truth itself. */
export function callFileOps(name: string, input: unknown, cwd: string): FileOp[] {
  if (!isFields(input)) return []
  if (name === 'Bash') {
    const command = textOf(input.command)
    return command === null ? [] : [{ op: 'run', command, cwd }]
  }
  const file = textOf(input.file_path) ?? textOf(input.notebook_path)
  if (file === null) return []
  const path = resolvePath(cwd, file)
  switch (name) {
    case 'Write': {
      const after = textOf(input.content)
      return after === null ? [] : [{ op: 'write', path, after, by: 'write' }]
    }
    case 'Edit':
    case 'MultiEdit': {
      const replace = replacements(input)
      return replace.length === 0 ? [] : [{ op: 'patch', path, hunks: [], replace, by: 'edit' }]
    }
    case 'NotebookEdit':
      return [{ op: 'opaque', command: name, touches: [path] }]
    default:
      return []
  }
}

/**
 * What a record outside the conversation tells: file-history snapshots and deltas, notes on edited files. The path of
 * the session's file says where its file backups lie; without it they are left out.
 */
export function bookkeepingFileOps(record: Fields, sessionPath: string | null = null): FileOp[] {
  switch (record.type) {
    case 'file-history-snapshot':
      return snapshotOps(record, backupFolder(sessionPath))
    case 'file-history-delta':
      return deltaOps(record, backupFolder(sessionPath))
    case 'attachment':
      return attachmentOps(record)
    case 'progress':
      return progressOps(record)
    default:
      return []
  }
}

function readOps(result: Fields, file: Fields, cwd: string): FileOp[] {
  const name = textOf(file.filePath)
  if (name === null) return []
  const path = resolvePath(cwd, name)
  if (result.type === 'file_unchanged') return [{ op: 'unchanged', path }]
  const text = textOf(file.content)
  if (result.type !== 'text' || text === null) return []
  const startLine = Math.max(1, countOf(file.startLine) ?? 1)
  const totalLines = countOf(file.totalLines)
  const numLines = countOf(file.numLines)
  // A text that was shortened after the record was made no longer has the lines that it claims.
  if (numLines !== null && numLines !== lineCount(text)) return []
  if (startLine === 1 && numLines !== null && numLines === totalLines) {
    return [{ op: 'observe', path, content: text, by: 'read' }]
  }
  return [{ op: 'glimpse', path, text, startLine, totalLines }]
}

function editOps(result: Fields, path: string): FileOp[] {
  const before = textOf(result.originalFile)
  const content = textOf(result.content)
  if (content !== null) {
    const base = { op: 'write', path, after: content, by: 'write' } as const
    if (before !== null) return [{ ...base, before }]
    return [result.type === 'create' ? { ...base, before: null } : base]
  }
  const replace = replacements(result)
  const [only] = replace
  if (only?.old === '' && replace.length === 1 && !before) {
    return [{ op: 'write', path, after: only.new, before: before ?? null, by: 'edit' }]
  }
  const hunks = hunksOf(result.structuredPatch)
  if (hunks.length === 0 && replace.length === 0) return []
  // A person who changed the edit before accepting it leaves the strings as the agent wrote them.
  const isChanged = result.userModified === true
  return [
    {
      op: 'patch',
      path,
      hunks,
      by: 'edit',
      ...(before === null ? {} : { before }),
      ...(replace.length > 0 && !isChanged ? { replace } : {}),
    },
  ]
}

function replacements(fields: Fields): Replacement[] {
  const edits = Array.isArray(fields.edits) ? fields.edits : [fields]
  const out: Replacement[] = []
  for (const edit of edits) {
    if (!isFields(edit)) continue
    const old = textOf(edit.oldString) ?? textOf(edit.old_string)
    const next = textOf(edit.newString) ?? textOf(edit.new_string)
    const all = edit.replaceAll === true || edit.replace_all === true
    if (old !== null && next !== null) out.push({ old, new: next, all })
  }
  return out
}

function notebookOps(result: Fields, cwd: string): FileOp[] {
  const path = textOf(result.notebook_path) ?? textOf(result.filePath)
  const after = textOf(result.updated_file)
  if (path === null || after === null || (textOf(result.error) ?? '') !== '') return []
  const before = textOf(result.original_file)
  return [{ op: 'write', path: resolvePath(cwd, path), after, by: 'edit', ...(before === null ? {} : { before }) }]
}

function shellOps(result: Fields, stdout: string, cwd: string): FileOp[] {
  const isPartial =
    result.interrupted === true ||
    result.isImage === true ||
    typeof result.backgroundTaskId === 'string' ||
    typeof result.persistedOutputPath === 'string'
  const diff = isFields(result.bashEditDiff) ? result.bashEditDiff : null
  const out: FileOp[] = [{ op: 'output', stdout, isPartial, isRecorded: diff !== null }]
  if (diff) out.push(...recordedChanges(diff, cwd))
  return out
}

/** Newer agents record what a command changed in a git repository: hunks for some files, names for the others. */
function recordedChanges(diff: Fields, cwd: string): FileOp[] {
  const out: FileOp[] = []
  const told = new Set<string>()
  for (const file of Array.isArray(diff.files) ? diff.files : []) {
    if (!isFields(file) || typeof file.filePath !== 'string') continue
    const path = resolvePath(cwd, file.filePath)
    told.add(path)
    const hunks = hunksOf(file.hunks)
    if (file.deleted === true) out.push({ op: 'delete', path, by: 'shell' })
    else if (file.created === true)
      out.push({ op: 'write', path, after: createdText(hunks), before: null, by: 'shell' })
    else out.push({ op: 'patch', path, hunks, by: 'shell' })
  }
  const others = (Array.isArray(diff.changedFiles) ? diff.changedFiles : [])
    .filter((name) => typeof name === 'string')
    .map((name) => resolvePath(cwd, name))
    .filter((path) => !told.has(path))
  if (others.length > 0) out.push({ op: 'opaque', command: '', touches: others })
  return out
}

/** `<root>/projects/<project>/<session>.jsonl`, or a file below `<session>/`, has its backups in `<root>/file-history/<session>`. */
function backupFolder(sessionPath: string | null): string | null {
  const parts = /^(.*)[\\/]projects[\\/][^\\/]+[\\/]([^\\/]+?)(?:\.jsonl)?(?:[\\/]|$)/.exec(sessionPath ?? '')
  return parts ? `${parts[1] ?? ''}/file-history/${parts[2] ?? ''}` : null
}

function snapshotOps(record: Fields, backups: string | null): FileOp[] {
  const snapshot = isFields(record.snapshot) ? record.snapshot : null
  if (!snapshot || !isFields(snapshot.trackedFileBackups)) return []
  return Object.entries(snapshot.trackedFileBackups).flatMap(([path, backup]) => backupOps(path, backup, backups))
}

function deltaOps(record: Fields, backups: string | null): FileOp[] {
  const path = textOf(record.trackingPath)
  return path === null ? [] : backupOps(path, record.backup, backups)
}

/** A path is absolute or lies below the folder that the backup names; without one it cannot be placed. */
function backupOps(path: string, backup: unknown, backups: string | null): FileOp[] {
  if (!isFields(backup)) return []
  const folder = textOf(backup.realParentDir)
  const isAbsolute = path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)
  if (!isAbsolute && folder === null) return []
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  const place = isAbsolute ? resolvePath('/', path) : resolvePath(folder ?? '/', name)
  const file = textOf(backup.backupFileName)
  if (file !== null && backups === null) return []
  const companion = file === null ? null : `${backups}/${file}`
  const at = Date.parse(textOf(backup.backupTime) ?? '')
  return [{ op: 'backup', path: place, companion, at: Number.isNaN(at) ? null : at }]
}

function attachmentOps(record: Fields): FileOp[] {
  const note = isFields(record.attachment) ? record.attachment : null
  const name = note ? textOf(note.filename) : null
  if (!note || name === null) return []
  const path = resolvePath(textOf(record.cwd) ?? '/', name)
  if (note.type === 'edited_text_file') {
    return [{ op: 'touched', path, snippets: numberedParts(textOf(note.snippet) ?? '') }]
  }
  const content = isFields(note.content) ? note.content : null
  if (note.type !== 'file' || !content || !isFields(content.file)) return []
  return readOps(content, content.file, textOf(record.cwd) ?? '/')
}

/** Older agents tell their sub-agents' calls inside the main file. */
function progressOps(record: Fields): FileOp[] {
  const inner = isFields(record.data) && isFields(record.data.message) ? record.data.message : null
  const message = inner && isFields(inner.message) ? inner.message : null
  if (!inner || !message || !Array.isArray(message.content)) return []
  const cwd = textOf(record.cwd) ?? '/'
  const out: FileOp[] = []
  for (const block of message.content) {
    if (!isFields(block)) continue
    if (block.type === 'tool_use' && typeof block.id === 'string' && typeof block.name === 'string') {
      const ops = callFileOps(block.name, block.input, cwd)
      if (ops.length > 0) out.push({ op: 'called', call: block.id, ops })
    } else if (block.type === 'tool_result' && typeof block.tool_use_id === 'string') {
      const ops = resultFileOps({ ...inner, cwd })
      if (ops.length === 0) ops.push(...plainResultOps(block.content))
      out.push({ op: 'returned', call: block.tool_use_id, isError: block.is_error === true, ops })
    }
  }
  return out
}

/** A result that has only the text which the model saw. */
function plainResultOps(content: unknown): FileOp[] {
  const text = Array.isArray(content)
    ? content.map((part) => (isFields(part) && typeof part.text === 'string' ? part.text : '')).join('\n')
    : textOf(content)
  return text ? [{ op: 'output', stdout: text, isPartial: false, isRecorded: false }] : []
}

/** Reads text in the form of `cat -n`: number, tab or arrow, line. A gap in the numbers begins a new part. */
export function numberedParts(text: string): { line: number; text: string }[] {
  const parts: { line: number; lines: string[] }[] = []
  for (const row of text.split('\n')) {
    const found = /^\s*(\d+)(?:→|\t)(.*)$/s.exec(row)
    if (!found) continue
    const line = Number(found[1])
    const last = parts.at(-1)
    if (last && last.line + last.lines.length === line) last.lines.push(found[2] ?? '')
    else parts.push({ line, lines: [found[2] ?? ''] })
  }
  return parts.map((part) => ({ line: part.line, text: part.lines.join('\n') }))
}

function hunksOf(value: unknown): Hunk[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((hunk): Hunk[] => {
    if (!isFields(hunk) || !Array.isArray(hunk.lines)) return []
    const lines = hunk.lines.filter((line) => typeof line === 'string')
    return [
      {
        oldStart: countOf(hunk.oldStart) ?? 0,
        oldLines: countOf(hunk.oldLines) ?? 0,
        newStart: countOf(hunk.newStart) ?? 0,
        newLines: countOf(hunk.newLines) ?? 0,
        lines,
      },
    ]
  })
}

function lineCount(text: string): number {
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
}
