import type { FileChange } from '../../contract/event.ts'
import type { ParsedEvent } from '../adapter.ts'
import { isShape, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import type { Draft } from '../shared/drafts.ts'
import { callFileOps, resultFileOps, shellOutput, withoutWrapper } from './file-ops.ts'
import { imagesIn, partsOf, textIn } from './texts.ts'

/** Characters of a summary line. */
const SUMMARY_LENGTH = 200

/** Fields that tell best what a call is about. */
const TELLING_FIELDS = [
  'command',
  'file_path',
  'absolute_path',
  'path',
  'dir_path',
  'pattern',
  'query',
  'url',
  'prompt',
]

/** What `git commit` prints first: `[main 1a2b3c4] subject`. */
const COMMIT_LINE = /^(?:Output: )?\[(?:detached HEAD|[^\s\]]+)(?: \([^)]*\))? [0-9a-f]{7,40}\] /m

/** Where a text says that the output was put into a file. */
const PERSISTED =
  /Output too large\.(?: Showing first [\d.,\s]+ and last [\d.,\s]+ characters\. For full output see| Full output available at): ([^\n]+)/

/** Calls of these states have an end, with or without a result. */
const ENDED: readonly unknown[] = ['success', 'error', 'cancelled']

/** The events of one call as the agent keeps it with its answer: the call and, once it has one, its result. */
export function callDrafts(call: Shape, fallbackId: string, folder: string | null): Draft[] {
  const id = textOf(call['id']) ?? fallbackId
  const asked = askedDraft({ id, name: textOf(call['name']) ?? 'unknown', args: shapeOf(call['args']), folder })
  const agentId = textOf(call['agentId'])
  if (asked.tool) asked.tool = { ...asked.tool, summary: summaryOf(call, asked.tool), subagentId: agentId }
  const hasEnded = ENDED.includes(call['status']) || (call['status'] === undefined && 'result' in call)
  return hasEnded ? [asked, resultDraft(call, id, folder)] : [asked]
}

/** A call as it is sent to the API. */
export function askedDraft(call: { id: string; name: string; args: Shape; folder: string | null }): Draft {
  const { id, name, args, folder } = call
  const tool: ParsedEvent['tool'] = { id, name, summary: tellingField(args), input: args, subagentId: null }
  return { id, kind: 'tool_call', tool, fileOps: callFileOps(name, args, folder) }
}

/** A result as it is sent to the API, for calls that are nowhere else told of. */
export function answeredDraft(response: Shape, callId: string): Draft {
  const text = responseText(response)
  const isError = 'error' in shapeOf(response['response'])
  return { id: resultId(callId), kind: 'tool_result', text, result: { ...emptyResult(callId), isError } }
}

/** The id of a result's event; the call has its own. */
export function resultId(callId: string): string {
  return `${callId}:result`
}

function resultDraft(call: Shape, id: string, folder: string | null): Draft {
  const parts = partsOf(call['result'])
  const text = textOfResult(call, parts)
  const display = call['resultDisplay']
  const isShell = call['name'] === 'run_shell_command'
  const exitCode = isShell && text !== null && call['status'] === 'success' ? shellOutput(text).exitCode : null
  const isError = call['status'] === 'error' || call['status'] === 'cancelled' || (exitCode ?? 0) !== 0
  const persisted = PERSISTED.exec(text ?? '')?.[1]?.trim()
  const result: ParsedEvent['result'] = {
    ...emptyResult(id),
    isError,
    exitCode,
    images: imagesIn(parts),
    persisted: persisted === undefined || persisted === '' ? null : { path: persisted, bytes: null },
    // In a terminal the agent keeps the cells of its screen.
    detail: Array.isArray(display) ? null : (display ?? null),
    subagentId: textOf(call['agentId']),
    isCommit: isShell && !isError && text !== null && COMMIT_LINE.test(withoutWrapper(text)),
  }
  const fileOps = resultFileOps(call, text, folder)
  return { id: resultId(id), kind: 'tool_result', text, result, fileOps, changes: isError ? [] : changesOf(call) }
}

function emptyResult(callId: string): NonNullable<ParsedEvent['result']> {
  return {
    callId,
    isError: false,
    exitCode: null,
    images: [],
    persisted: null,
    detail: null,
    subagentId: null,
    isCommit: false,
  }
}

/** A list may hold the results of all calls that were made at once. */
function textOfResult(call: Shape, parts: readonly Shape[]): string | null {
  const responses = parts
    .filter((part) => isShape(part['functionResponse']))
    .map((part) => shapeOf(part['functionResponse']))
  const own = responses.filter((response) => response['id'] === call['id'])
  const told = (own.length > 0 ? own : responses).map(responseText).filter((text) => text !== null)
  const beside = textIn(parts)
  const all = beside === null ? told : [...told, beside]
  if (all.length > 0) return all.join('\n')
  const display = call['resultDisplay']
  return typeof display === 'string' ? display : null
}

function responseText(response: Shape): string | null {
  const answer = shapeOf(response['response'])
  for (const field of ['output', 'error', 'content', 'result']) {
    if (typeof answer[field] === 'string') return answer[field]
  }
  return Object.keys(answer).length === 0 ? null : JSON.stringify(answer)
}

function summaryOf(call: Shape, tool: NonNullable<ParsedEvent['tool']>): string {
  const file = textOf(shapeOf(call['args'])['file_path']) ?? textOf(shapeOf(call['args'])['absolute_path'])
  if (file !== null) return oneLine(shortPath(file, textOf(call['description'])))
  return tool.summary === '' ? oneLine(textOf(call['description']) ?? '') : tool.summary
}

/** The agent describes a call with the path as seen from the project: `src/a.ts`, `Writing to src/a.ts`, `src/a.ts: old => new`. */
function shortPath(file: string, description: string | null): string {
  const told = /^(?:Writing to )?([^\n]+?)(?:: [\s\S]*| \(lines [^\n]*\))?$/.exec(description ?? '')?.[1]
  return told !== undefined && told !== '' && file.replaceAll('\\', '/').endsWith(told.replaceAll('\\', '/'))
    ? told
    : file
}

function tellingField(args: Shape): string {
  for (const field of TELLING_FIELDS) {
    const value = textOf(args[field])
    if (value !== null) return oneLine(value)
  }
  for (const value of Object.values(args)) if (typeof value === 'string' && value !== '') return oneLine(value)
  return ''
}

function changesOf(call: Shape): FileChange[] {
  const display = shapeOf(call['resultDisplay'])
  if (typeof display['newContent'] !== 'string' || call['status'] !== 'success') return []
  const path = textOf(display['filePath']) ?? textOf(shapeOf(call['args'])['file_path'])
  if (path === null) return []
  const isNew = display['isNewFile'] === true || display['originalContent'] === null
  return [{ path, change: isNew ? 'created' : 'modified', ...countLines(textOf(display['fileDiff']) ?? '') }]
}

/** Lines that the hunks of a diff add and take away. */
function countLines(diff: string): { added: number; removed: number } {
  let added = 0
  let removed = 0
  let isInHunk = false
  for (const line of diff.split('\n')) {
    if (line.startsWith('@@')) isInHunk = true
    else if (isInHunk && line.startsWith('+')) added += 1
    else if (isInHunk && line.startsWith('-')) removed += 1
  }
  return { added, removed }
}

function oneLine(text: string): string {
  const line = text
    .slice(0, SUMMARY_LENGTH * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return (line.length > SUMMARY_LENGTH ? `${line.slice(0, SUMMARY_LENGTH - 1)}…` : line).toWellFormed()
}
