import type { FileOp, Hunk, Replacement } from '../../code-state/file-op.ts'
import { resolvePath } from '../../code-state/paths.ts'
import { isShape, listOf, numberOf, textOf, type Shape } from '../shared/shape.ts'
import type { ToolRecord } from './tools.ts'
import { pathIn } from './workspaces.ts'

/** What a call did to a file, as well as its record tells. */
export type Edit =
  /** `before` null: it was not there; undefined: not known. */
  | { kind: 'whole'; path: string; before: string | null | undefined; after: string; by: 'write' | 'edit' }
  | { kind: 'hunks'; path: string; before: string | undefined; hunks: Hunk[] }
  | { kind: 'replace'; path: string; before: string | undefined; replace: Replacement }
  | { kind: 'delete'; path: string }
  /** It was edited, and nothing tells how. */
  | { kind: 'unknown'; path: string }

const EDITS: readonly string[] = [
  'edit_file_v2',
  'edit_file',
  'search_replace',
  'write',
  'MultiEdit',
  'reapply',
  'apply_patch',
  'edit_notebook',
]

/** Fields that name the file of a call. */
const PATH_FIELDS = [
  'relativeWorkspacePath',
  'targetFile',
  'target_file',
  'file_path',
  'filePath',
  'path',
  'target_notebook',
]

/** True for the tool that runs commands, by each of its names. */
export function isCommand(name: string): boolean {
  return /^run_terminal_(?:command(?:_v2)?|cmd)$/.test(name)
}

/** What a call that was completed did to a file; null when nothing, or when it says that it was not applied. */
export function editOf(record: ToolRecord): Edit | null {
  const { name, result } = record
  const path = placeOf(record)
  if (path === null || result['applyFailed'] === true) return null
  if (name === 'delete_file') return { kind: 'delete', path }
  if (!EDITS.includes(name)) return null
  return wholeEdit(record, path) ?? partialEdit(record, path) ?? { kind: 'unknown', path }
}

/** What a completed call tells about files on disk. */
export function fileOpsOf(record: ToolRecord, isError: boolean): FileOp[] {
  if (isCommand(record.name)) return commandOps(record, isError)
  const edit = isError ? null : editOf(record)
  if (edit === null || absolute(edit.path, null) === null) return []
  // The person took the change back afterwards, and how the file stands since is not told.
  if (record.isRejected) return [...beforeOps(edit), opaque(record.name, edit.path)]
  switch (edit.kind) {
    case 'delete':
      return [{ op: 'delete', path: edit.path, by: 'edit' }]
    case 'unknown':
      return [opaque(record.name, edit.path)]
    case 'whole': {
      const { path, before, after, by } = edit
      return [{ op: 'write', path, after, by, ...(before === undefined ? {} : { before }) }]
    }
    case 'hunks':
      return [{ op: 'patch', path: edit.path, hunks: edit.hunks, by: 'edit', ...known(edit.before) }]
    case 'replace':
      return [{ op: 'patch', path: edit.path, hunks: [], replace: [edit.replace], by: 'edit', ...known(edit.before) }]
  }
}

/** The texts of the file before and after, each in a row of its own. */
function wholeEdit({ name, result, contents, params, rawArgs, base }: ToolRecord, path: string): Edit | null {
  const after = contents[textOf(result['afterContentId']) ?? '']
  if (typeof after === 'string') {
    const before = contents[textOf(result['beforeContentId']) ?? '']
    return { kind: 'whole', path, before: typeof before === 'string' ? before : baseOf(base, path), after, by: 'edit' }
  }
  if (name !== 'write') return null
  for (const text of [params['contents'], rawArgs['contents'], rawArgs['content']]) {
    if (typeof text === 'string') return { kind: 'whole', path, before: baseOf(base, path), after: text, by: 'write' }
  }
  return null
}

/** Parts of the file: hunks where the result has them, else the texts of the call. */
function partialEdit({ result, rawArgs, base }: ToolRecord, path: string): Edit | null {
  const before = baseOf(base, path) ?? undefined
  const diff = isShape(result['diff']) ? result['diff'] : {}
  const hunks = listOf(diff['chunks']).flatMap((chunk) => (isShape(chunk) ? (hunkOf(chunk) ?? []) : []))
  if (hunks.length > 0) return { kind: 'hunks', path, before, hunks }
  const old = rawArgs['old_string']
  const next = rawArgs['new_string']
  if (typeof old !== 'string' || typeof next !== 'string') return null
  if (old === '') return { kind: 'whole', path, before: null, after: next, by: 'edit' }
  return { kind: 'replace', path, before, replace: { old, new: next, all: rawArgs['replace_all'] === true } }
}

function hunkOf(chunk: Shape): Hunk | null {
  const diff = textOf(chunk['diffString'])
  if (diff === null) return null
  const lines = diff.split('\n').filter((line) => /^[ +\-\\]/.test(line))
  const numbers = ['oldStart', 'oldLines', 'newStart', 'newLines'].map((field) => numberOf(chunk[field]))
  const [oldStart, oldLines, newStart, newLines] = numbers
  if (oldStart == null || oldLines == null || newStart == null || newLines == null || lines.length === 0) return null
  return { oldStart, oldLines, newStart, newLines, lines }
}

function commandOps({ id, params, rawArgs, result, resultText, folder }: ToolRecord, isError: boolean): FileOp[] {
  const command = textOf(params['command']) ?? textOf(rawArgs['command'])
  if (command === null || result['rejected'] === true) return []
  const stated = textOf(params['cwd']) ?? textOf(rawArgs['working_directory'])
  const cwd = stated === null ? folder : absolute(stated, folder)
  if (cwd === null) return [{ op: 'opaque', command, touches: 'anything' }]
  const output = typeof result['output'] === 'string' ? result['output'] : resultText
  const call = `${id}:run`
  // The call may have been written before its words were whole: both are told with the result.
  return [
    { op: 'called', call, ops: [{ op: 'run', command, cwd }] },
    {
      op: 'returned',
      call,
      isError,
      ops: output === null ? [] : [{ op: 'output', stdout: output, isPartial: false, isRecorded: false }],
    },
  ]
}

function beforeOps(edit: Edit): FileOp[] {
  if (edit.kind !== 'whole' || edit.before === undefined) return []
  return [{ op: 'observe', path: edit.path, content: edit.before, by: 'read' }]
}

function opaque(command: string, path: string): FileOp {
  return { op: 'opaque', command, touches: [path] }
}

function known(before: string | undefined): { before: string } | object {
  return before === undefined ? {} : { before }
}

function baseOf(base: Shape, path: string): string | null | undefined {
  for (const [uri, text] of Object.entries(base)) {
    if ((typeof text === 'string' || text === null) && pathIn(uri) === path) return text
  }
  return undefined
}

function placeOf({ params, rawArgs, folder }: ToolRecord): string | null {
  for (const args of [params, rawArgs]) {
    for (const field of PATH_FIELDS) {
      const path = textOf(args[field])
      if (path !== null) return absolute(pathIn(path) ?? path, folder) ?? path
    }
  }
  return null
}

function absolute(path: string, folder: string | null): string | null {
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(path)) return path
  return folder === null ? null : resolvePath(folder, path)
}
