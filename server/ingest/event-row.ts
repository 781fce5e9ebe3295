import type { EventRow } from '../../db/stores/index-writer.ts'
import type { ParsedEvent } from '../adapters/adapter.ts'
import type { Line } from '../adapters/shared/line-splitter.ts'
import { PREVIEW_CHARACTERS } from './facts.ts'

/** The beginning of what an event says. */
export function previewOf(event: ParsedEvent): string | null {
  const text = event.tool ? event.tool.summary : event.text
  return text === null ? null : text.slice(0, PREVIEW_CHARACTERS).toWellFormed()
}

/** An event as a row, and where it stands. */
export function rowOf(
  event: ParsedEvent,
  place: { parentSeq: number | null; part: number; generationId: number; line: Line },
): EventRow {
  return {
    id: event.id,
    at: event.at,
    kind: event.kind,
    parentSeq: place.parentSeq,
    generationId: place.generationId,
    offset: place.line.offset,
    length: place.line.bytes.length,
    part: place.part,
    preview: previewOf(event),
    callId: event.tool?.id ?? event.result?.callId ?? null,
    toolName: event.tool?.name ?? null,
    isError: event.result?.isError ?? false,
    isCommit: event.result?.isCommit ?? false,
    subagentId: event.tool?.subagentId ?? event.result?.subagentId ?? null,
    contextUsed: event.usage?.isSidechain ? null : (event.usage?.contextUsed ?? null),
    isSidechain: event.isSidechain,
  }
}
