import type { ParsedEvent } from '../adapter.ts'
import { callFileOps } from './file-ops.ts'
import { listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import type { Draft } from './drafts.ts'

/** Characters of a summary line. */
const SUMMARY_LENGTH = 200

/** Fields that tell best what a call is about, for tools that have no rule of their own. */
const TELLING_FIELDS = [
  'file_path',
  'path',
  'command',
  'pattern',
  'query',
  'url',
  'description',
  'title',
  'name',
  'id',
  'prompt',
]

/** Reads a `tool_use` block. */
export function callOf(block: Shape, cwd: string | null): Draft {
  const name = textOf(block['name']) ?? 'unknown'
  const input = block['input'] ?? null
  const tool: ParsedEvent['tool'] = {
    id: textOf(block['id']) ?? '',
    name,
    summary: summaryOf(name, shapeOf(input), cwd),
    input,
    subagentId: null,
  }
  return { kind: 'tool_call', tool, fileOps: callFileOps(name, input, cwd ?? '/') }
}

/** One line that says what a call does: the file, the command, the pattern. */
export function summaryOf(name: string, input: Shape, cwd: string | null): string {
  return oneLine(longSummary(name, input, cwd))
}

/** A path as seen from the working folder; unchanged where it lies outside. */
export function relativeTo(cwd: string | null, path: string): string {
  if (cwd === null || cwd === '') return path
  const base = cwd.endsWith('/') || cwd.endsWith('\\') ? cwd.slice(0, -1) : cwd
  const rest = path.slice(base.length)
  return path.startsWith(base) && (rest.startsWith('/') || rest.startsWith('\\')) ? rest.slice(1) : path
}

function longSummary(name: string, input: Shape, cwd: string | null): string {
  const file = textOf(input['file_path']) ?? textOf(input['notebook_path'])
  switch (name) {
    case 'Read':
    case 'Write':
    case 'Edit':
    case 'MultiEdit':
    case 'NotebookEdit':
      return file === null ? '' : relativeTo(cwd, file)
    case 'Bash':
      return textOf(input['command']) ?? ''
    case 'Grep':
    case 'Glob':
      return withPlace(textOf(input['pattern']) ?? '', textOf(input['path']), cwd)
    case 'Task':
    case 'Agent':
      return [textOf(input['subagent_type']), textOf(input['description'])].filter((part) => part !== null).join(': ')
    case 'TodoWrite':
      return todoSummary(listOf(input['todos']))
    case 'Skill':
      return [textOf(input['skill']) ?? textOf(input['command']), textOf(input['args'])]
        .filter((part) => part !== null)
        .join(' ')
    case 'AskUserQuestion':
      return textOf(shapeOf(listOf(input['questions'])[0])['question']) ?? ''
    case 'ExitPlanMode':
      return firstLine(textOf(input['plan']) ?? '')
    case 'TaskCreate':
      return textOf(input['subject']) ?? ''
    case 'TaskUpdate':
      return [textOf(input['taskId']), textOf(input['status'])].filter((part) => part !== null).join(' ')
    default:
      return tellingField(input, cwd)
  }
}

function tellingField(input: Shape, cwd: string | null): string {
  for (const field of TELLING_FIELDS) {
    const value = textOf(input[field])
    if (value !== null) return relativeTo(cwd, value)
  }
  for (const value of Object.values(input)) if (typeof value === 'string' && value !== '') return value
  return ''
}

function withPlace(pattern: string, place: string | null, cwd: string | null): string {
  return place === null || place === cwd ? pattern : `${pattern} in ${relativeTo(cwd, place)}`
}

function todoSummary(todos: unknown[]): string {
  const active = todos.map(shapeOf).find((todo) => todo['status'] === 'in_progress')
  const done = todos.map(shapeOf).filter((todo) => todo['status'] === 'completed').length
  const current = active === undefined ? null : textOf(active['content'])
  return `${done}/${todos.length} done${current === null ? '' : `, now: ${current}`}`
}

function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0] ?? ''
}

function oneLine(text: string): string {
  const line = text
    .slice(0, SUMMARY_LENGTH * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return (line.length > SUMMARY_LENGTH ? `${line.slice(0, SUMMARY_LENGTH - 1)}…` : line).toWellFormed()
}
