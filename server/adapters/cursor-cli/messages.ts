import type { ParsedEvent, SessionFact } from '../adapter.ts'
import { eventOf, type Draft } from '../shared/drafts.ts'
import { isShape, listOf, shapeOf, textOf, timeOf, type Shape } from '../shared/shape.ts'
import { callDraft, resultDraft } from './tools.ts'

/** What the agent puts around what was typed, and in front of it. */
const QUERY = /<user_query>\s*([\s\S]*?)\s*<\/user_query>/g
const INJECTED = /^\s*<(?:user_info|system_reminder|attached_files|rules|open_and_recently_viewed_files|git_status)\b/

/** A message of a session, and what its line tells beside it. */
export interface Message {
  /** Of its blob. */
  id: string
  json: Shape
  about: Shape
  /** In no list: kept from before the conversation went back, or of a step that was not finished. */
  isAside: boolean
}

/** Reads a message; no event when it only sets the scene. */
export function readMessage(message: Message): { events: ParsedEvent[]; facts: SessionFact[] } {
  const { json, about, isAside } = message
  const agentOwn = shapeOf(shapeOf(json['providerOptions'])['cursor'])
  const role = textOf(json['role']) ?? 'no role'
  const head = { at: timeOf(json['createdAt'] ?? agentOwn['createdAt']), recordKind: role }
  const model = textOf(agentOwn['modelName']) ?? textOf(about['model'])
  const events = draftsOf(message, role).map((draft) => ({
    ...eventOf(draft, head),
    isSidechain: isAside,
    model: role === 'assistant' ? model : null,
  }))
  const prompt = events.find((event) => event.kind === 'prompt' && !isAside)?.text
  return { events, facts: prompt ? [{ kind: 'first-prompt', text: prompt }] : [] }
}

function draftsOf(message: Message, role: string): Draft[] {
  const { id, json } = message
  const parts = partsOf(json['content'])
  switch (role) {
    case 'system':
      return []
    case 'user':
      return userDrafts(id, parts, json)
    case 'assistant':
      return parts.map((part, index) => answerDraft(part, index === 0 ? id : `${id}#${index}`, message))
    case 'tool':
      return parts.map((part, index) => toolDraft(part, index === 0 ? id : `${id}#${index}`, message))
    default:
      return [{ id, kind: 'unknown', raw: json }]
  }
}

/** What was typed; what the agent adds by itself stands in messages of its own, or around it. */
function userDrafts(id: string, parts: readonly Shape[], json: Shape): Draft[] {
  const text = parts.flatMap((part) => textOf(part['text']) ?? []).join('\n')
  const queries = [...text.matchAll(QUERY)].flatMap(([, query]) => query ?? [])
  if (queries.length > 0) return [{ id, kind: 'prompt', text: queries.join('\n\n') }]
  if (INJECTED.test(text) || text.trim() === '')
    return [{ id, kind: 'attachment', text: text === '' ? null : text, raw: json }]
  return [{ id, kind: 'prompt', text }]
}

function answerDraft(part: Shape, id: string, message: Message): Draft {
  switch (part['type']) {
    case 'text':
      return { id, kind: 'answer', text: textOf(part['text']) }
    case 'reasoning':
      return { id, kind: 'thinking', text: textOf(part['text']) }
    case 'redacted-reasoning':
      return { id, kind: 'thinking', text: null }
    case 'tool-call':
      return callDraft(part, id, textOf(message.about['folder']))
    default:
      return { id, kind: 'unknown', raw: part }
  }
}

function toolDraft(part: Shape, id: string, message: Message): Draft {
  return part['type'] === 'tool-result'
    ? resultDraft(part, id, { json: message.json, parts: listOf(message.json['content']).length })
    : { id, kind: 'unknown', raw: part }
}

/** A text, or a list of parts. */
function partsOf(content: unknown): Shape[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return listOf(content).filter(isShape)
}
