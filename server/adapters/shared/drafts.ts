import type { EventKind } from '../../contract/event.ts'
import type { ParsedEvent } from '../adapter.ts'

/** An event as a part of a message says it; everything that it does not say is filled in. */
export type Draft = { id: string; kind: EventKind } & Partial<Omit<ParsedEvent, 'id' | 'kind'>>

/** What all events of one message share. */
export interface MessageHead {
  id: string
  at: number | null
  recordKind: string
}

/** Completes drafts of one message. */
export function eventsFrom(head: Omit<MessageHead, 'id'>, drafts: readonly Draft[]): ParsedEvent[] {
  return drafts.map((draft) => eventOf(draft, head))
}

/** Completes a draft. Messages and records stand in a list, not in a tree: each hangs on the one before it. */
export function eventOf(draft: Draft, { at, recordKind }: Omit<MessageHead, 'id'>): ParsedEvent {
  return {
    parentId: null,
    logicalParentId: null,
    at,
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
  }
}
