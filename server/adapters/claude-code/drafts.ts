import type { EventKind } from '../../contract/event.ts'
import type { ParsedEvent } from '../adapter.ts'
import type { Head } from './records.ts'

/** An event before it has its id: what a part of a record says. */
export type Draft = { kind: EventKind } & Partial<Omit<ParsedEvent, 'id' | 'parentId' | 'kind'>>

/**
 * Gives the parts of one record their ids. The first has the record's uuid, so that children find it; the others hang
 * below it as `<uuid>#1` and so on.
 */
export function eventsFrom(head: Head, drafts: Draft[]): ParsedEvent[] {
  return drafts.map((draft, index) => ({
    id: index === 0 ? head.id : `${head.id}#${index}`,
    parentId: index === 0 ? head.parentId : head.id,
    logicalParentId: index === 0 ? head.logicalParentId : null,
    at: head.at,
    recordKind: head.recordKind,
    text: null,
    isQueued: false,
    isSidechain: head.isSidechain,
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
