import type { ParsedEvent, SessionFact } from '../adapter.ts'
import { isShape, listOf, shapeOf, textOf, timeOf, type Shape } from '../shared/shape.ts'
import { answeredDraft, askedDraft, callDrafts } from './calls.ts'
import { eventsFrom, type Draft } from '../shared/drafts.ts'
import { folderIn, imagesIn, partsOf, textIn } from './texts.ts'
import { usageOf } from './usage.ts'

/** What a message turned out to be. No event: it only says something about the session. */
export interface MessageReading {
  events: ParsedEvent[]
  facts: SessionFact[]
}

const CONTEXT = '<session_context>'
const HOOK_CONTEXT = /^<hook_context>([\s\S]*?)<\/hook_context>\s*/
/** A model may think aloud before its summary. */
const SNAPSHOT = /^\s*(?:<scratchpad>[\s\S]*?<\/scratchpad>\s*)?<state_snapshot>/
/** Typed for the agent itself: `/compress`, `?`; a path is none. */
const COMMAND = /^(?:\/[a-z][\w:-]*(?:\s|$)|\?\s*$)/i
/** What the agent tells a sub-agent that stops without handing over its work. */
const REMINDER = 'You have stopped calling tools without finish'
/** Undoes what tools did to files, by the agent's own backup. */
const RESTORED = 'Restored project to the state before the tool call.'
const IMPORTED = /^import-\d+$/

/** Reads a message. `folder` is where the agent works, as far as it is known. */
export function readMessage(message: Shape, folder: string | null): MessageReading {
  const id = textOf(message['id']) ?? ''
  const type = textOf(message['type']) ?? 'no type'
  const head = { id, at: timeOf(message['timestamp']), recordKind: type }
  const parts = partsOf(message['content'])
  switch (type) {
    case 'user': {
      const text = textIn(parts)
      if (text?.trimStart().startsWith(CONTEXT)) return { events: [], facts: contextFacts(text) }
      const events = eventsFrom(head, userDrafts(message, id, parts))
      return { events, facts: promptFacts(events) }
    }
    case 'gemini':
      return { events: eventsFrom(head, answerDrafts(message, id, { parts, folder })), facts: [] }
    case 'info':
    case 'warning':
    case 'error':
      return { events: IMPORTED.test(id) ? [] : eventsFrom(head, [noticeDraft(message, id, textIn(parts))]), facts: [] }
    default:
      return { events: eventsFrom(head, [{ id, kind: 'unknown', raw: message }]), facts: [] }
  }
}

/** True for the message that stands for what was compressed. */
export function isSnapshot(message: Shape): boolean {
  return message['type'] === 'user' && SNAPSHOT.test(textIn(partsOf(message['content'])) ?? '')
}

/**
 * A compression and its summary, by the message that holds it. When the agent compressed in the middle of a turn, by
 * itself that is, the call which it was at is the last thing that it kept.
 */
export function compactionDrafts(message: Shape, id: string, kept: readonly Shape[]): Draft[] {
  const last = partsOf(kept.at(-1)?.['content'])
  const isMidTurn = last.some((part) => isShape(part['functionCall']))
  const trigger = isMidTurn ? 'auto' : 'unknown'
  return [
    { id, kind: 'compaction', compaction: { trigger, preTokens: null, postTokens: null, durationMs: null } },
    { id: `${id}#summary`, kind: 'summary', text: textIn(partsOf(message['content'])) },
  ]
}

function userDrafts(message: Shape, id: string, parts: Shape[]): Draft[] {
  if (isSnapshot(message)) return compactionDrafts(message, id, [])
  const results = parts.flatMap((part) => {
    const response = part['functionResponse']
    return isShape(response) ? [answeredDraft(response, textOf(response['id']) ?? `${id}#response`)] : []
  })
  const said = textIn(parts)
  if (results.length > 0) {
    const isWorth = said !== null && said.trim() !== ''
    return isWorth ? [...results, { id, kind: 'prompt', text: said, isQueued: true }] : results
  }
  const hook = HOOK_CONTEXT.exec(said ?? '')
  const rest = hook === null ? said : (said ?? '').slice(hook[0].length)
  const hooked: Draft = { id: `${id}#hook`, kind: 'hook', text: hook?.[1] ?? null, raw: message }
  if (hook !== null && rest === '') return [{ ...hooked, id }]
  return [...(hook === null ? [] : [hooked]), ...typedDrafts(message, id, { parts, said: rest })]
}

/** What a person typed; where it was completed with contents of files, these come after it. */
function typedDrafts(message: Shape, id: string, { parts, said }: { parts: Shape[]; said: string | null }): Draft[] {
  if (said?.startsWith(REMINDER)) return [{ id, kind: 'notice', text: said, raw: message }]
  const shown = message['displayContent'] === undefined ? null : textIn(partsOf(message['displayContent']))
  const typed = shown ?? said ?? ''
  if (typed.trim() === '' && parts.length === 0) return [{ id, kind: 'notice', text: said, raw: message }]
  const prompt: Draft = { id, kind: COMMAND.test(typed) ? 'command' : 'prompt', text: typed }
  const isCompleted = (shown !== null && shown !== said) || imagesIn(parts).length > 0
  return isCompleted ? [prompt, { id: `${id}#content`, kind: 'attachment', text: said, raw: message }] : [prompt]
}

function answerDrafts(message: Shape, id: string, read: { parts: Shape[]; folder: string | null }): Draft[] {
  const { parts, folder } = read
  const model = textOf(message['model'])
  const thoughts = listOf(message['thoughts']).map(shapeOf)
  const text = textIn(parts) ?? ''
  // An answer of calls alone has no text: its tokens and its place have to stand somewhere.
  const answer: Draft = { id, kind: text === '' ? 'progress' : 'answer', text: text === '' ? null : text }
  const calls = listOf(message['toolCalls']).map(shapeOf)
  const told = calls.flatMap((call, index) => callDrafts(call, `${id}#call${index}`, folder))
  const drafts = [
    ...thoughts.map((thought, index) => thoughtDraft(thought, `${id}#thought${index}`)),
    { ...answer, usage: usageOf(message, id) },
    ...(calls.length > 0 ? told : askedDrafts(parts, id, folder)),
  ]
  return drafts.map((draft) => ({ ...draft, model }))
}

function thoughtDraft(thought: Shape, id: string): Draft {
  const texts = [textOf(thought['subject']), textOf(thought['description'])].filter((text) => text !== null)
  return { id, kind: 'thinking', text: texts.join('\n\n'), at: timeOf(thought['timestamp']) }
}

/** Calls in the form of the API, as they stand in lists of a whole conversation. */
function askedDrafts(parts: readonly Shape[], id: string, folder: string | null): Draft[] {
  return parts.flatMap((part, index) => {
    const call = part['functionCall']
    if (!isShape(call)) return []
    const callId = textOf(call['id']) ?? `${id}#call${index}`
    return [askedDraft({ id: callId, name: textOf(call['name']) ?? 'unknown', args: shapeOf(call['args']), folder })]
  })
}

function noticeDraft(message: Shape, id: string, text: string | null): Draft {
  const kind = text === null || text === '' ? 'progress' : 'notice'
  const isRestore = text?.startsWith(RESTORED) ?? false
  return {
    id,
    kind,
    text,
    raw: message,
    fileOps: isRestore ? [{ op: 'opaque', command: '/restore', touches: 'anything' }] : [],
  }
}

function contextFacts(text: string): SessionFact[] {
  const path = folderIn(text)
  return path === null ? [] : [{ kind: 'cwd', path, isProject: true }]
}

function promptFacts(events: readonly ParsedEvent[]): SessionFact[] {
  const prompt = events.find((event) => event.kind === 'prompt' && event.text !== null && event.text.trim() !== '')
  return prompt?.text ? [{ kind: 'first-prompt', text: prompt.text }] : []
}
