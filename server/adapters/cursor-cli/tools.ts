import type { FileOp } from '../../code-state/file-op.ts'
import { resolvePath } from '../../code-state/paths.ts'
import type { Draft } from '../shared/drafts.ts'
import { isShape, listOf, numberOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'

/** Characters of a summary line. */
const SUMMARY_LENGTH = 200
const TELLING_FIELDS = [
  'command',
  'path',
  'file_path',
  'glob_pattern',
  'pattern',
  'query',
  'url',
  'description',
  'prompt',
]

/** What `git commit` prints first: `[main 1a2b3c4] subject`. */
const COMMIT_LINE = /^\[(?:detached HEAD|[^\s\]]+)(?: \([^)]*\))? [0-9a-f]{7,40}\] /m

/** A call. Its words count when its result came and was no error. */
export function callDraft(part: Shape, id: string, folder: string | null): Draft {
  const name = textOf(part['toolName']) ?? 'unknown'
  const args = argsOf(part['args'] ?? part['input'])
  const callId = textOf(part['toolCallId']) ?? id
  return {
    id,
    kind: 'tool_call',
    tool: { id: callId, name, summary: summaryOf(args), input: args, subagentId: null },
    fileOps: fileOpsOf(name, args, folder),
  }
}

/** A result; what it says in a form of its own stands beside the message when that has one result only. */
export function resultDraft(part: Shape, id: string, message: { json: Shape; parts: number }): Draft {
  const callId = textOf(part['toolCallId']) ?? id
  const text = textIn(part['result'] ?? part['output'])
  const told = message.parts === 1 ? highLevelOf(message.json) : {}
  const exitCode = numberOf(told['exitCode'])
  const isError = part['isError'] === true || (exitCode ?? 0) !== 0
  const isShell = part['toolName'] === 'Shell'
  return {
    id,
    kind: 'tool_result',
    text,
    result: {
      callId,
      isError,
      exitCode: isShell ? exitCode : null,
      images: [],
      persisted: null,
      detail: isShape(part['result']) ? part['result'] : null,
      subagentId: null,
      isCommit: isShell && !isError && COMMIT_LINE.test(text ?? ''),
    },
    // The agent puts words of its own around what a command printed.
    fileOps: isShell && text !== null ? [{ op: 'output', stdout: text, isPartial: true, isRecorded: false }] : [],
  }
}

function highLevelOf(json: Shape): Shape {
  const own = shapeOf(shapeOf(json['providerOptions'])['cursor'])
  return shapeOf(shapeOf(own['highLevelToolCallResult'])['output'])
}

function fileOpsOf(name: string, args: Shape, folder: string | null): FileOp[] {
  if (name === 'Shell') {
    const command = textOf(args['command'])
    const stated = textOf(args['working_directory']) ?? textOf(args['workdir']) ?? '.'
    const cwd = placeOf(stated, folder)
    if (command === null) return []
    return cwd === null ? [{ op: 'opaque', command, touches: 'anything' }] : [{ op: 'run', command, cwd }]
  }
  const path = placeOf(textOf(args['path']) ?? textOf(args['file_path']), folder)
  if (path === null) return []
  if (name === 'Delete') return [{ op: 'delete', path, by: 'edit' }]
  if (name === 'Write') {
    const after = args['contents'] ?? args['content']
    return typeof after === 'string' ? [{ op: 'write', path, after, by: 'write' }] : []
  }
  const { old_string: old, new_string: next } = args
  if (name !== 'StrReplace' || typeof old !== 'string' || typeof next !== 'string') return []
  if (old === '') return [{ op: 'write', path, after: next, by: 'edit' }]
  return [
    { op: 'patch', path, hunks: [], replace: [{ old, new: next, all: args['replace_all'] === true }], by: 'edit' },
  ]
}

/** Arguments are an object, or a text that says one. */
function argsOf(args: unknown): Shape {
  if (typeof args !== 'string') return shapeOf(args)
  try {
    return shapeOf(JSON.parse(args))
  } catch {
    return {}
  }
}

function textIn(result: unknown): string | null {
  if (typeof result === 'string') return result === '' ? null : result
  const parts = listOf(result).flatMap((part) => textOf(shapeOf(part)['text']) ?? [])
  if (parts.length > 0) return parts.join('\n')
  const told = shapeOf(result)
  return textOf(told['value']) ?? (Object.keys(told).length === 0 ? null : JSON.stringify(told))
}

function summaryOf(args: Shape): string {
  for (const field of TELLING_FIELDS) {
    const value = textOf(args[field])
    if (value !== null) return oneLine(value)
  }
  return ''
}

function oneLine(text: string): string {
  const line = text
    .slice(0, SUMMARY_LENGTH * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return (line.length > SUMMARY_LENGTH ? `${line.slice(0, SUMMARY_LENGTH - 1)}…` : line).toWellFormed()
}

function placeOf(path: string | null, folder: string | null): string | null {
  if (path === null) return null
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(path)) return path
  return folder === null ? null : resolvePath(folder, path)
}
