import type { LineReading, ParsedEvent, SessionFact, Usage } from '../adapter.ts'
import { eventsFrom, type Draft } from '../shared/drafts.ts'

/** An event as a piece says it. */
export type PieceDraft = Omit<Draft, 'id'> & { id?: string }

/** Completes the drafts of one piece: the first has its id, further ones a number. */
export function eventsOf(base: string, recordKind: string, drafts: readonly PieceDraft[]): ParsedEvent[] {
  const named = drafts.map((draft, part) => ({ id: part === 0 ? base : `${base}#${part}`, ...draft }))
  return eventsFrom({ at: null, recordKind }, named)
}

/** What a call came to. */
export function resultOf(
  callId: string,
  outcome: { isError: boolean; isCommit?: boolean },
): NonNullable<ParsedEvent['result']> {
  return {
    callId,
    isError: outcome.isError,
    exitCode: null,
    images: [],
    persisted: null,
    detail: null,
    subagentId: null,
    isCommit: outcome.isCommit ?? false,
  }
}

export function bookkeeping(facts: SessionFact[]): LineReading {
  return { kind: 'bookkeeping', facts, fileOps: [], unknownKind: null }
}

/** An answer's tokens as Aider rounds them; see the README for what `sent` includes. */
export function usageOf(
  key: string,
  counts: { sent: number; received: number; cacheWrite: number; cacheHit: number },
  paid: { model: string; costUsd: number | null },
): Usage {
  const { sent, received, cacheWrite, cacheHit } = counts
  return {
    key,
    messageId: null,
    isSidechain: false,
    model: paid.model,
    tokens: {
      input: Math.max(0, sent - cacheWrite - cacheHit),
      output: received,
      cacheRead: cacheHit,
      cacheWrite,
    },
    cacheWrite1h: 0,
    speed: 'standard',
    statedCostUsd: paid.costUsd,
    contextUsed: sent,
  }
}
