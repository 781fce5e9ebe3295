import { listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import type { Draft } from '../shared/drafts.ts'
import { callDraft } from './calls.ts'
import { changesOf, toldChanges } from './changes.ts'
import { withAsked } from './memory.ts'
import { outputDraft, resultDraft } from './outputs.ts'
import { bookkeeping, promptReading, shown, type Reader, type RecordReading } from './reading.ts'
import { textIn } from './texts.ts'

/** How texts begin that the agent itself says in the name of the user. */
const INJECTED =
  /^\s*(?:<(?:environment_context|permissions instructions|user_instructions|skills_instructions|skill|turn_aborted|subagent_notification|collaboration_mode|app-context|tools|model_switch|recommended_plugins|hook_prompt|user_shell_command)\b|# AGENTS\.md|Warning: |The following is the Codex agent history)/

/** Items that say nothing by themselves: what they stand for is told by other records. */
const SILENT: readonly unknown[] = [
  'compaction',
  'compaction_summary',
  'compaction_trigger',
  'context_compaction',
  'ghost_snapshot',
  'additional_tools',
  'other',
]

/** Reads an item of the conversation as the model sees it. */
export function readResponseItem(reader: Reader): RecordReading {
  const item = reader.record.payload
  const type = textOf(item['type']) ?? 'no type'
  if (type === 'message') return readMessage(reader, item)
  if (type === 'reasoning') return readReasoning(reader, item)
  if (type === 'agent_message') return readAgentMessage(reader, item)
  if (SILENT.includes(type)) return bookkeeping(reader)
  if (/_output$/.test(type)) return readOutput(reader, item)
  const call = callDraft(item, reader.idOf('call'), reader.folder)
  if (call === null) {
    return shown(reader, [{ id: reader.idOf('item'), kind: 'unknown', raw: item }])
  }
  if (isWhole(type)) return shown(reader, [call, resultDraft(call.id, { text: null, result: {} })])
  const changes = changesOf(call.fileOps ?? [])
  return shown(reader, [call], changes.length === 0 ? {} : withAsked(reader.memory, call.id, changes))
}

/** A patch tells that it was applied, but not how much it changed: its call does. */
function readOutput(reader: Reader, item: Shape): RecordReading {
  const result = outputDraft(item, reader.idOf('output'))
  const callId = result.result?.callId ?? ''
  const asked = reader.memory.asked[callId]
  const told = result.result?.isError === true ? [] : toldChanges(result.text ?? '', reader.folder)
  const changes = told.length > 0 && asked !== undefined ? asked : told
  return shown(reader, [{ ...result, changes }], asked === undefined ? {} : withAsked(reader.memory, callId, null))
}

/** Calls that the API itself carries out: no output follows. */
function isWhole(type: string): boolean {
  return type === 'web_search_call' || type === 'image_generation_call'
}

function readMessage(reader: Reader, item: Shape): RecordReading {
  const text = textIn(item['content']) ?? ''
  const { record } = reader
  if (item['role'] === 'assistant') {
    // The summary of a compaction is said again by the record of it.
    if (record.metadata['compaction_output'] === true || text === '') return bookkeeping(reader)
    return shown(reader, [{ id: reader.idOf('answer'), kind: 'answer', text }])
  }
  const kinds = listOf(shapeOf(item['internal_chat_message_metadata_passthrough'])['content_item_kinds'])
  const isHook = kinds.some((kind) => typeof kind === 'string' && kind.startsWith('hooks.'))
  const isUsers = kinds.some((kind) => typeof kind === 'string' && kind.startsWith('user.'))
  if (item['role'] === 'user' && !isHook && (isUsers || !INJECTED.test(text))) {
    // Since the second era a record of its own tells what was typed.
    return record.isBare ? promptReading(reader, { text, extras: [] }) : bookkeeping(reader)
  }
  const told: Draft = { id: reader.idOf('context'), kind: isHook ? 'hook' : 'attachment', text, raw: item }
  const folder = record.isBare ? /<cwd>([^<\n]+)<\/cwd>|^Current working directory: ([^\n]+)$/m.exec(text) : null
  const path = folder?.[1] ?? folder?.[2]
  return shown(reader, [told], {}, path === undefined ? [] : [{ kind: 'cwd', path, isProject: true }])
}

function readReasoning(reader: Reader, item: Shape): RecordReading {
  const texts = [textIn(item['summary']), textIn(item['content'])].filter((text) => text !== null && text !== '')
  if (texts.length === 0) return bookkeeping(reader)
  const text = texts.join('\n\n')
  return shown(reader, [{ id: reader.idOf('thinking'), kind: 'thinking', text }])
}

/** What agents say to each other: a task is what the sub-agent's session begins with. */
function readAgentMessage(reader: Reader, item: Shape): RecordReading {
  const text = textIn(item['content']) ?? ''
  if (/^Message Type: NEW_TASK$/m.test(text)) return promptReading(reader, { text, extras: [] })
  return shown(reader, [{ id: reader.idOf('message'), kind: 'notice', text, raw: item }])
}
