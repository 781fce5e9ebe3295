import type { FileChange } from '../../contract/event.ts'
import { compareLines, linesOf } from '../../code-state/line-diff.ts'
import type { ParsedEvent } from '../adapter.ts'
import type { Draft } from '../shared/drafts.ts'
import { isShape, numberOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { jsonIn } from './contents.ts'
import { editOf, fileOpsOf, isCommand } from './file-ops.ts'

/** Characters of a summary line. */
const SUMMARY_LENGTH = 200

/** Fields that tell best what a call is about. */
const TELLING_FIELDS = [
  'command',
  'relativeWorkspacePath',
  'targetFile',
  'target_file',
  'file_path',
  'path',
  'pattern',
  'globPattern',
  'query',
  'url',
  'description',
  'prompt',
]

/** Calls of these states have an end. */
const ENDED: readonly unknown[] = ['completed', 'error', 'cancelled']

/** What `git commit` prints first: `[main 1a2b3c4] subject`. */
const COMMIT_LINE = /^\[(?:detached HEAD|[^\s\]]+)(?: \([^)]*\))? [0-9a-f]{7,40}\] /m

/** A call of a tool as its bubble tells it, with all texts read. */
export interface ToolRecord {
  id: string
  name: string
  status: unknown
  isRejected: boolean
  params: Shape
  rawArgs: Shape
  /** The result read as JSON; an empty object where it is a text. */
  result: Shape
  /** The result as it stands. */
  resultText: string | null
  additional: Shape
  /** Where relative paths are meant from; null when that is not known. */
  folder: string | null
  /** Texts of files, by the key that the result names. */
  contents: Shape
  /** Files as they stood before their first edit, by URI or path. */
  base: Shape
}

/** The events of a tool's bubble: the call and, once it has one, its result. Both are known by the bubble's id. */
export function toolDrafts(tool: Shape, id: string, about: Shape): Draft[] {
  const record = recordOf(tool, id, about)
  const input = Object.keys(record.params).length > 0 ? record.params : record.rawArgs
  const call: Draft = {
    id,
    kind: 'tool_call',
    tool: { id, name: record.name, summary: summaryOf(record), input, subagentId: subagentOf(record) },
  }
  return ENDED.includes(record.status) ? [call, resultDraft(tool, record)] : [call]
}

function recordOf(tool: Shape, id: string, about: Shape): ToolRecord {
  const result = tool['result']
  return {
    id,
    name: textOf(tool['name']) ?? 'unknown',
    status: tool['status'],
    isRejected: tool['userDecision'] === 'rejected',
    params: jsonIn(tool['params']),
    rawArgs: jsonIn(tool['rawArgs']),
    result: jsonIn(result),
    resultText:
      typeof result === 'string' ? result : result === null || result === undefined ? null : JSON.stringify(result),
    additional: jsonIn(tool['additionalData']),
    folder: textOf(about['folder']),
    contents: shapeOf(about['contents']),
    base: shapeOf(about['base']),
  }
}

function resultDraft(tool: Shape, record: ToolRecord): Draft {
  const { id, result } = record
  const exitCode = isCommand(record.name) ? numberOf(result['exitCode'] ?? result['exitCodeV2']) : null
  const isError = record.status !== 'completed' || (exitCode ?? 0) !== 0 || result['rejected'] === true
  const text = textOfResult(tool, record)
  const told: NonNullable<ParsedEvent['result']> = {
    callId: id,
    isError,
    exitCode,
    images: [],
    persisted: null,
    detail: Object.keys(result).length > 0 ? result : null,
    subagentId: subagentOf(record),
    isCommit: isCommand(record.name) && !isError && COMMIT_LINE.test(text ?? ''),
  }
  const fileOps = record.status === 'completed' ? fileOpsOf(record, isError) : []
  const changes = record.status === 'completed' && !record.isRejected ? changesOf(record) : []
  return { id: `${id}:result`, kind: 'tool_result', text, result: told, fileOps, changes }
}

function textOfResult(tool: Shape, { result, resultText }: ToolRecord): string | null {
  const error = jsonIn(tool['error'])
  const told = textOf(error['clientVisibleErrorMessage']) ?? textOf(error['message']) ?? textOf(tool['error'])
  for (const field of ['output', 'contents', 'content', 'message']) {
    if (typeof result[field] === 'string') return result[field]
  }
  // An edit says where the texts of the file stand, or how they differ: that is shown as what changed.
  if (typeof result['afterContentId'] === 'string' || isShape(result['diff'])) return told
  return told ?? (resultText === '' || resultText === '{}' ? null : resultText)
}

function summaryOf({ params, rawArgs }: ToolRecord): string {
  for (const args of [params, rawArgs]) {
    for (const field of TELLING_FIELDS) {
      const value = textOf(args[field])
      if (value !== null) return oneLine(value)
    }
  }
  return ''
}

/** The composer that works for a call. */
function subagentOf({ name, result, additional }: ToolRecord): string | null {
  if (!name.startsWith('task')) return null
  return textOf(additional['subagentComposerId']) ?? textOf(result['subagentComposerId'])
}

function changesOf(record: ToolRecord): FileChange[] {
  const edit = editOf(record)
  if (edit === null) return []
  if (edit.kind === 'delete') return [{ path: edit.path, change: 'deleted', added: 0, removed: 0 }]
  const change = edit.kind === 'whole' && edit.before === null ? 'created' : 'modified'
  return [{ path: edit.path, change, ...countsOf(edit) }]
}

function countsOf(edit: Exclude<ReturnType<typeof editOf>, null | { kind: 'delete' }>): {
  added: number
  removed: number
} {
  if (edit.kind === 'hunks') {
    const lines = edit.hunks.flatMap((hunk) => hunk.lines)
    return { added: startingWith(lines, '+'), removed: startingWith(lines, '-') }
  }
  if (edit.kind === 'unknown') return { added: 0, removed: 0 }
  const [before, after] = edit.kind === 'whole' ? [edit.before ?? '', edit.after] : [edit.replace.old, edit.replace.new]
  let added = 0
  let removed = 0
  for (const run of compareLines(linesOf(before), linesOf(after))) {
    if (run.kind === 'added') added += run.count
    if (run.kind === 'removed') removed += run.count
  }
  return { added, removed }
}

function startingWith(lines: readonly string[], sign: string): number {
  return lines.filter((line) => line.startsWith(sign)).length
}

function oneLine(text: string): string {
  const line = text
    .slice(0, SUMMARY_LENGTH * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return (line.length > SUMMARY_LENGTH ? `${line.slice(0, SUMMARY_LENGTH - 1)}…` : line).toWellFormed()
}
