import type { SessionFact } from '../adapter.ts'
import { isShape, listOf, numberOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { effectDrafts, subagentDrafts } from './items.ts'
import { bookkeeping, promptReading, shown, unknown, type Reader, type RecordReading } from './reading.ts'
import { textIn } from './texts.ts'
import { betweenTotals, contextOf, totalKey, usageOf } from './usage.ts'

/** Said again, better, by other records; or of no use when it is over. */
const SILENT =
  /^(?:task_complete|turn_complete|agent_message|agent_message_delta|agent_reasoning\w*|context_compacted|thread_goal_\w+|session_configured|\w+_begin|\w+_delta|web_search_end|image_generation_end|view_image_tool_call|turn_diff|plan_update|plan_delta|raw_response_item|item_started|background_event|exec_approval_request|apply_patch_approval_request|collab_\w+|mcp_startup_\w+|hook_\w+|guardian_\w+|user_input_\w+|request_\w+|sub_agent_activity|skills_update_available|shutdown_complete)$/

const SILENT_ITEMS =
  /^(?:AgentMessage|Reasoning|Plan|ContextCompaction|CollabAgentToolCall|WebSearch|ImageView|ImageGeneration|EnteredReviewMode|ExitedReviewMode|HookPrompt|Sleep)$/

/** What the agent tells a person. */
const NOTICES =
  /^(?:error|stream_error|warning|deprecation_notice|model_reroute|entered_review_mode|exited_review_mode)$/

/** Copying lines takes no longer, in milliseconds. */
const COPY_TAKES = 1000

/** Reads what the agent tells beside the conversation that the model sees. */
export function readEventMessage(reader: Reader): RecordReading {
  const { payload } = reader.record
  const type = textOf(payload['type']) ?? 'no type'
  switch (type) {
    case 'task_started':
    case 'turn_started':
      return bookkeeping(reader, { turn: turnOf(payload) }, windowFacts(payload['model_context_window']))
    case 'user_message':
      return readUserMessage(reader, payload)
    case 'item_completed':
      return readItem(reader, shapeOf(payload['item']))
    case 'thread_settings_applied': {
      const model = textOf(shapeOf(payload['thread_settings'])['model']) ?? reader.memory.model
      return bookkeeping(reader, { model })
    }
    case 'token_count':
      return readTokenCount(reader, payload['info'])
    case 'exec_command_end':
    case 'patch_apply_end':
    case 'mcp_tool_call_end':
      return shown(reader, effectDrafts(payload, reader.folder))
    case 'turn_aborted': {
      const text = `Turn aborted: ${textOf(payload['reason']) ?? 'no reason given'}.`
      return shown(reader, [{ id: reader.idOf('notice'), kind: 'notice', text, raw: payload }], { turn: 'none' })
    }
    case 'thread_rolled_back': {
      const turns = numberOf(payload['num_turns']) ?? 0
      return bookkeeping(reader, {}, turns > 0 ? [{ kind: 'rolled-back', prompts: Math.trunc(turns) }] : [])
    }
    case 'thread_name_updated': {
      const text = textOf(payload['thread_name'])
      return bookkeeping(reader, {}, text === null ? [] : [{ kind: 'title', rank: 2, text }])
    }
    default:
      if (SILENT.test(type)) return bookkeeping(reader)
      return NOTICES.test(type) ? readNotice(reader, type) : unknown(reader, `event_msg/${type}`)
  }
}

/** Why a turn began, as far as the record tells. */
export function turnOf(started: Shape): 'begun' | 'asked' | 'unasked' {
  if (isShape(started['turn_attribution'])) return 'asked'
  return started['root_turn_id'] === undefined ? 'begun' : 'unasked'
}

/** The window that fits into the context, as it was told. */
export function windowFacts(tokens: unknown): SessionFact[] {
  const window = numberOf(tokens)
  return window === null || window <= 0 ? [] : [{ kind: 'context-window', tokens: Math.trunc(window) }]
}

function readUserMessage(reader: Reader, payload: Shape): RecordReading {
  const kind = textOf(payload['kind'])
  // Early versions told by it also what they had said in the name of the user.
  if (kind !== null && kind !== 'plain') return bookkeeping(reader)
  const extras = [...listOf(payload['images']), ...listOf(payload['local_images'])]
  return promptReading(reader, { text: textOf(payload['message']) ?? '', extras })
}

function readItem(reader: Reader, item: Shape): RecordReading {
  const type = textOf(item['type']) ?? 'no type'
  switch (type) {
    case 'UserMessage': {
      const extras = listOf(item['content']).filter((part) => shapeOf(part)['type'] !== 'text')
      return promptReading(reader, { text: textIn(item['content']) ?? '', extras })
    }
    case 'CommandExecution':
    case 'FileChange':
    case 'McpToolCall':
      return shown(reader, effectDrafts(item, reader.folder))
    case 'SubAgentActivity':
      return shown(reader, subagentDrafts(item, reader.idOf('activity')))
    default:
      return SILENT_ITEMS.test(type) ? bookkeeping(reader) : unknown(reader, `item_completed/${type}`)
  }
}

/** Told after every answer, and again whenever limits are told: only a total that is another one is an answer. */
function readTokenCount(reader: Reader, told: unknown): RecordReading {
  const info = shapeOf(told)
  const last = info['last_token_usage']
  const total = totalKey(info['total_token_usage'])
  const facts = windowFacts(info['model_context_window'])
  const context = isShape(last) ? contextOf(last) : reader.memory.context
  if (total === null || total === reader.memory.total) return bookkeeping(reader, { context }, facts)
  if (isCopied(reader)) return bookkeeping(reader, { total, context }, facts)
  const stated = isShape(last) ? last : betweenTotals(reader.memory.total, shapeOf(info['total_token_usage']))
  const key = `codex:${reader.record.stamp}:${total}`
  const usage = usageOf(stated, { key, model: reader.memory.model })
  const events = [{ id: reader.idOf('tokens'), kind: 'progress' as const, text: null, usage }]
  return shown(reader, events, { total, context }, facts)
}

/** All lines that are copied into a fork get the time of that moment; no model answers as fast. */
function isCopied({ memory, record }: Reader): boolean {
  return memory.copiedAt !== null && record.at !== null && record.at - memory.copiedAt < COPY_TAKES
}

function readNotice(reader: Reader, type: string): RecordReading {
  const { payload } = reader.record
  const text = textOf(payload['message']) ?? textOf(payload['summary']) ?? type.replaceAll('_', ' ')
  return shown(reader, [{ id: reader.idOf('notice'), kind: 'notice', text, raw: payload }])
}
