import type { EventKind } from '../../contract/event.ts'
import type { ParsedEvent } from '../adapter.ts'

/** An event as a part of a record says it; everything that it does not say is filled in. */
export type Draft = { id: string; kind: EventKind } & Partial<Omit<ParsedEvent, 'id' | 'kind'>>

/** Completes a draft. Records stand in a list, not in a tree: each hangs on the one before it. */
export function eventOf(draft: Draft, record: { at: number | null; recordKind: string }): ParsedEvent {
  return {
    parentId: null,
    logicalParentId: null,
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
    ...record,
    ...draft,
  }
}
