import type { EventStore } from '../../db/stores/event-store.ts'
import type { StoredSession } from '../../db/stores/session-store.ts'
import type { ExportRange } from '../contract/sharing.ts'
import { AppError, notFound } from '../errors.ts'

/** First and last event, both included. */
export interface SeqRange {
  from: number
  to: number
}

/** Rounds of widening: a pair may bring in a line that holds the half of another pair. */
const MOST_ROUNDS = 20

/**
 * The events that a range means, widened so that each call of a tool stands with its result and each line is whole. Null for
 * no range. Throws `not_found` for an event that is not there.
 */
export function rangeOf(events: EventStore, session: StoredSession, asked: ExportRange | undefined): SeqRange | null {
  if (asked === undefined || (asked.from === undefined && asked.to === undefined)) return null
  const from = asked.from === undefined ? 0 : seqOf(events, session, asked.from)
  const to = asked.to === undefined ? session.events - 1 : seqOf(events, session, asked.to)
  if (from > to) throw new AppError('bad_request', 'The range ends before it begins. Name the earlier event first.')
  let range = { from, to }
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const wider = widened(events, session, range)
    if (wider.from === range.from && wider.to === range.to) break
    range = wider
  }
  return range
}

function seqOf(events: EventStore, session: StoredSession, name: number | string): number {
  const seq = typeof name === 'number' ? name : events.findSeq(session.key, name)
  if (seq === undefined || seq >= session.events) throw notFound('event', String(name))
  return seq
}

function widened(events: EventStore, session: StoredSession, { from, to }: SeqRange): SeqRange {
  let first = from
  let last = to
  for (let after = from - 1; after < to; after += 500) {
    const rows = events.page(session.key, after, Math.min(500, to - after))
    const links = events.linksOf(
      session.key,
      rows.flatMap(({ callId, kind }) => (callId !== null && kind.startsWith('tool_') ? [callId] : [])),
    )
    for (const { callSeq, resultSeq } of links.values()) {
      if (callSeq !== null) first = Math.min(first, callSeq)
      if (resultSeq !== null) last = Math.max(last, resultSeq)
    }
  }
  // The other events of the lines at both ends.
  while (first > 0 && isSameLine(events, session, first - 1, first)) first -= 1
  while (last < session.events - 1 && isSameLine(events, session, last, last + 1)) last += 1
  return { from: first, to: last }
}

function isSameLine(events: EventStore, session: StoredSession, one: number, other: number): boolean {
  const [a, b] = events.page(session.key, one - 1, 2)
  return a?.seq === one && b?.seq === other && a.generationId === b.generationId && a.offset === b.offset
}
