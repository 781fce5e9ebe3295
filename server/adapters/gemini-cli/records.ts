import type { RecordSigns } from '../shared/json-line.ts'
import { isShape, textOf, type Shape } from '../shared/shape.ts'

/** Tells records of Gemini CLI from the objects in them. */
export const RECORD_SIGNS: RecordSigns = {
  start: /\{"(?:id|sessionId|\$set|\$rewindTo)":/g,
  isRecord: (found) => {
    const { kind } = recordOf(found)
    // A part of a message has an id too; a message says when it was and of whom it is.
    if (kind === 'message') return textOf(found['timestamp']) !== null && textOf(found['type']) !== null
    return kind === 'header' ? textOf(found['projectHash']) !== null : kind !== 'unknown'
  },
}

/** One step of the agent's log. Its own loader tries the kinds in this order. */
export type LogRecord =
  /** The message and all after it leave the conversation; all of it when the message is not there. */
  | { kind: 'rewind'; id: string }
  /** Takes the place of an earlier message with the same id. */
  | { kind: 'message'; message: Shape }
  /** With `messages`, the whole conversation is replaced. */
  | { kind: 'set'; values: Shape; messages: Shape[] | null }
  /** Old versions had the messages in it. */
  | { kind: 'header'; header: Shape; messages: Shape[] }
  | { kind: 'unknown'; name: string }

/** Says what a record of the log does. */
export function recordOf(record: Shape): LogRecord {
  const rewindTo = record['$rewindTo']
  if (typeof rewindTo === 'string') return { kind: 'rewind', id: rewindTo }
  if (textOf(record['id']) !== null) return { kind: 'message', message: record }
  const values = record['$set']
  if (isShape(values)) return { kind: 'set', values, messages: messagesIn(values) }
  const messages = messagesIn(record)
  if (textOf(record['sessionId']) !== null || messages !== null) {
    return { kind: 'header', header: record, messages: messages ?? [] }
  }
  return { kind: 'unknown', name: Object.keys(record)[0] ?? 'no field' }
}

function messagesIn(values: Shape): Shape[] | null {
  const list = values['messages']
  return Array.isArray(list) ? (list as unknown[]).filter(isShape) : null
}
