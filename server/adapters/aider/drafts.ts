import type { EventKind } from '../../contract/event.ts'
import type { LineReading, ParsedEvent, SessionFact, Usage } from '../adapter.ts'

/** An event as a piece says it; everything that it does not say is filled in. */
export type Draft = { kind: EventKind; id?: string } & Partial<Omit<ParsedEvent, 'id' | 'kind'>>

/** Completes the drafts of one piece: the first has its id, further ones a number. */
export function eventsOf(base: string, recordKind: string, drafts: readonly Draft[]): ParsedEvent[] {
  return drafts.map((draft, part) => ({
    id: part === 0 ? base : `${base}#${part}`,
    parentId: null,
    logicalParentId: null,
    at: null,
    recordKind,
    text: null,
    isQueued: false,
    isSidechain: false,
    model: null,
    tool: null,
    result: null,
    changes: [],
    compaction: null,
    usage: null,
    fileOps: [],
    raw: null,
    ...draft,
  }))
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
