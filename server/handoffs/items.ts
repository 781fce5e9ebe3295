import { setImmediate as breathe } from 'node:timers/promises'
import type { EventLinks, StoredEvent } from '../../db/stores/event-store.ts'
import type { Event } from '../contract/event.ts'

/** Something that is handed over: what one side said, or a call with what came of it. */
export type Item =
  | { kind: 'said'; role: 'user' | 'assistant'; seq: number; at: number | null; text: string }
  | { kind: 'call'; seq: number; at: number | null; call: CallText }

/** A call in words. */
export interface CallText {
  name: string
  summary: string
  input: string
  /** Null while no result has come. */
  output: string | null
  isError: boolean
}

/** What a stretch of a session holds. */
export interface Reading {
  items: Item[]
  /** Summaries of compactions, the last one last. */
  summaries: { seq: number; text: string }[]
  /** Events that are not handed over, by kind. */
  leftOut: Map<string, number>
  images: number
  /** Texts of which only the beginning could be read. */
  cut: number
}

/** Where events come from. */
export interface EventSource {
  events: { page(sessionKey: number, after: number, limit: number): StoredEvent[] }
  bodies: { whole(row: StoredEvent, links: EventLinks): Event }
}

const NO_LINKS: EventLinks = { calls: new Map(), subagents: new Map() }
const ROWS_AT_ONCE = 200
const SLICE_MS = 8

/** What is no part of a conversation, or has no form in another agent. */
const NOT_HANDED_OVER: ReadonlySet<string> = new Set([
  'thinking',
  'command',
  'hook',
  'attachment',
  'notice',
  'progress',
  'unknown',
  'microcompaction',
])

/**
 * Reads a session up to an event, along the path that leads to it: what a rewind left before is not on it. Hands over to
 * other requests every few milliseconds.
 */
export async function readItems(
  source: EventSource,
  cut: { sessionKey: number; seq: number; branch: number },
): Promise<Reading> {
  const reading: Reading = { items: [], summaries: [], leftOut: new Map(), images: 0, cut: 0 }
  const calls = new Map<string, CallText>()
  let begun = performance.now()
  for (let after = -1; ;) {
    const rows = source.events.page(cut.sessionKey, after, ROWS_AT_ONCE)
    const last = rows.at(-1)
    if (last === undefined) return reading
    after = last.seq
    for (const row of rows) {
      if (row.seq > cut.seq) return reading
      take(source, reading, { row, calls, branch: cut.branch })
      if (performance.now() - begun < SLICE_MS) continue
      await breathe()
      begun = performance.now()
    }
  }
}

function take(
  source: EventSource,
  reading: Reading,
  { row, calls, branch }: { row: StoredEvent; calls: Map<string, CallText>; branch: number },
): void {
  if (row.branch < 0) return count(reading, 'side chain')
  if (row.branch !== 0 && row.branch !== branch) return count(reading, 'rewound')
  if (NOT_HANDED_OVER.has(row.kind)) return count(reading, row.kind)
  const event = source.bodies.whole(row, NO_LINKS)
  if (event.truncated) reading.cut += 1
  const at = event.at === null ? null : Date.parse(event.at)
  const text = event.text ?? ''
  if (event.kind === 'prompt' || event.kind === 'answer') {
    if (text.trim() === '') return
    const role = event.kind === 'prompt' ? 'user' : 'assistant'
    reading.items.push({ kind: 'said', role, seq: row.seq, at, text })
  } else if (event.kind === 'summary') reading.summaries.push({ seq: row.seq, text })
  else if (event.kind === 'compaction') count(reading, 'compaction')
  else if (event.tool) takeCall(reading, { row, calls, at }, event.tool)
  else if (event.result) {
    reading.images += event.result.images.length
    const call = calls.get(event.result.callId)
    if (call) Object.assign(call, { output: text, isError: event.result.isError })
  }
}

function takeCall(
  reading: Reading,
  { row, calls, at }: { row: StoredEvent; calls: Map<string, CallText>; at: number | null },
  tool: NonNullable<Event['tool']>,
): void {
  const call = { name: tool.name, summary: tool.summary, input: inputText(tool.input), output: null, isError: false }
  calls.set(tool.id, call)
  reading.items.push({ kind: 'call', seq: row.seq, at, call })
}

function inputText(input: unknown): string {
  if (input === null || input === undefined) return ''
  return typeof input === 'string' ? input : JSON.stringify(input, null, 1)
}

function count(reading: Reading, kind: string): void {
  reading.leftOut.set(kind, (reading.leftOut.get(kind) ?? 0) + 1)
}
