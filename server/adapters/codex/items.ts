import { numberOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import type { Draft } from '../shared/drafts.ts'
import { appliedChanges } from './changes.ts'
import { commandText, shellCall, tellingField, toolCall } from './calls.ts'
import { resultDraft, resultId, tellsOfCommit } from './outputs.ts'
import { withoutScheme } from './places.ts'
import { parsedShape, textIn } from './texts.ts'

/** Of an output that is this long, in characters, the agent has left out the middle. */
const WHOLE_OUTPUT = 65_536

/**
 * In code mode one call runs a script, which calls tools itself. What these did is told by items with ids of their own;
 * all others have the id of the call that the model made.
 */
const OF_A_SCRIPT = /^exec-[0-9a-f]{8}-/

/** What a call did, as the agent tells it beside what it sends to the API. Empty where that says as much. */
export function effectDrafts(item: Shape, folder: string | null): Draft[] {
  const id = textOf(item['id']) ?? textOf(item['call_id'])
  if (id === null) return []
  const told = effectOf(item, id, folder)
  if (told === null) return []
  if (OF_A_SCRIPT.test(id)) return [told.call, told.result]
  // Also where a result came first: of a command that went on in the background this is the last word.
  return told.isWorthMore ? [{ ...told.result, supersedes: true }] : []
}

interface Effect {
  call: Draft
  result: Draft
  /** It says more than the result that is sent to the API. */
  isWorthMore: boolean
}

function effectOf(item: Shape, id: string, folder: string | null): Effect | null {
  switch (item['type']) {
    case 'CommandExecution':
    case 'exec_command_end':
      return commandEffect(item, id, folder)
    case 'FileChange':
    case 'patch_apply_end':
      return changeEffect(item, id, folder)
    case 'McpToolCall':
    case 'mcp_tool_call_end':
      return serverEffect(item, id)
    default:
      return null
  }
}

function commandEffect(item: Shape, id: string, folder: string | null): Effect {
  const cwd = textOf(item['cwd'])
  const command = commandText(item['command'])
  const shell = { command, workdir: cwd === null ? null : withoutScheme(cwd) }
  const output = textOf(item['aggregated_output']) ?? `${textOf(item['stdout']) ?? ''}${textOf(item['stderr']) ?? ''}`
  const exitCode = numberOf(item['exit_code'])
  const isError = (exitCode ?? 0) !== 0 || item['status'] === 'failed' || item['status'] === 'declined'
  return {
    isWorthMore: true,
    call: shellCall({ id, name: 'exec_command', input: { command, cwd: shell.workdir }, shell, folder }),
    result: resultDraft(id, {
      text: output,
      result: { isError, exitCode, isCommit: !isError && tellsOfCommit(output) },
      fileOps: [{ op: 'output', stdout: output, isPartial: output.length >= WHOLE_OUTPUT, isRecorded: false }],
    }),
  }
}

function changeEffect(item: Shape, id: string, folder: string | null): Effect {
  const { ops, changes, paths } = appliedChanges(item['changes'], folder)
  const isError = item['status'] === undefined ? item['success'] === false : item['status'] !== 'completed'
  const text = [textOf(item['stdout']), textOf(item['stderr'])].filter((part) => part !== null).join('\n')
  return {
    isWorthMore: true,
    call: toolCall({ id, name: 'apply_patch', summary: paths.join(', '), input: { files: paths } }),
    result: resultDraft(id, {
      text,
      result: { isError, detail: { changes: item['changes'] ?? null } },
      fileOps: isError ? [] : ops,
      changes: isError ? [] : changes,
    }),
  }
}

function serverEffect(item: Shape, id: string): Effect {
  const invocation = item['type'] === 'McpToolCall' ? item : shapeOf(item['invocation'])
  const args = invocation['arguments'] ?? null
  const name = `mcp__${textOf(invocation['server']) ?? 'unknown'}__${textOf(invocation['tool']) ?? 'unknown'}`
  const answer = shapeOf(item['result'])
  const inner = shapeOf(answer['Ok'] ?? answer)
  const isError = item['status'] === 'failed' || 'Err' in answer || inner['isError'] === true
  const text = textIn(inner['content']) ?? textOf(shapeOf(item['error'])['message']) ?? textOf(answer['Err'])
  return {
    isWorthMore: false,
    call: toolCall({ id, name, summary: tellingField(parsedShape(args)), input: args }),
    result: resultDraft(id, { text, result: { isError } }),
  }
}

/** What the agent tells about a sub-agent: its start is the result of the call that asked for it. */
export function subagentDrafts(item: Shape, fallbackId: string): Draft[] {
  const id = textOf(item['id']) ?? fallbackId
  const subagentId = textOf(item['agent_thread_id'])
  const name = textOf(item['agent_path']) ?? textOf(item['agent_nickname']) ?? 'sub-agent'
  if (item['kind'] === 'started' && subagentId !== null) {
    return [
      { ...resultDraft(id, { text: `Started ${name}.`, result: { subagentId } }), id: resultId(id), supersedes: true },
    ]
  }
  const kind = textOf(item['kind']) ?? 'active'
  return [{ id, kind: 'notice', text: `Sub-agent ${name}: ${kind}.`, raw: item }]
}
