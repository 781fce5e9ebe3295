import type { EventLinks, StoredEvent } from '../../db/stores/event-store.ts'
import type { Adapter, ParsedEvent, Source } from '../adapters/adapter.ts'
import { type Event, EventKind } from '../contract/event.ts'
import { AppError } from '../errors.ts'
import { cutLongStrings, cutText } from './cut.ts'
import type { StoredMask } from './stored-review.ts'

/** Where the bytes of lines come from. */
export interface KeptLines {
  /** The bytes of one generation; shorter when it ends before. */
  readRange(generationId: number, offset: number, length: number): Uint8Array
  sourceOfGeneration(generationId: number): Source | undefined
}

/** Lines above this many bytes are not parsed for a page: its events show their beginning only. */
export const LONGEST_LINE_IN_PAGE = 1_000_000
/** Lines above this many bytes are not parsed at all: parsing would hold up everything else. */
export const LONGEST_LINE = 4_000_000

/** Bytes that are read at once. */
const PART = 1_000_000

const IN_PAGE = { text: 24_000, string: 4_000, image: 300_000 }
const ALONE = { text: 2_000_000, string: 500_000, image: 8_000_000 }

const RAW_KINDS: readonly string[] = ['unknown', 'hook', 'attachment', 'notice', 'progress']

/** Makes whole events out of index rows and the vault's lines. Bodies are not stored twice: the vault has them. */
export class EventBodies {
  readonly #lines: KeptLines
  readonly #adapters: ReadonlyMap<string, Adapter>
  readonly #mask: StoredMask

  constructor(lines: KeptLines, adapters: readonly Adapter[], mask: StoredMask) {
    this.#lines = lines
    this.#mask = mask
    this.#adapters = new Map(adapters.map((adapter) => [adapter.id, adapter]))
  }

  /** Events of a page, long texts cut. */
  page(rows: readonly StoredEvent[], links: EventLinks): Event[] {
    let line: { generationId: number; offset: number; parts: ParsedEvent[] } | null = null
    return rows.map((row) => {
      if (row.length > LONGEST_LINE_IN_PAGE) return this.#toEvent(row, undefined, links, IN_PAGE)
      if (line?.generationId !== row.generationId || line.offset !== row.offset) {
        line = { generationId: row.generationId, offset: row.offset, parts: this.#parse(row) }
      }
      return this.#toEvent(row, line.parts[row.part], links, IN_PAGE)
    })
  }

  /** One event as whole as a browser can take it. */
  whole(row: StoredEvent, links: EventLinks): Event {
    const parts = row.length > LONGEST_LINE ? [] : this.#parse(row)
    return this.#toEvent(row, parts[row.part], links, ALONE)
  }

  /**
   * The line of an event, secrets replaced and every other byte as it is; in parts, because one of 60 MB in one piece
   * would hold up everything else. Throws an `AppError` for one that is too long to be masked.
   */
  line(row: StoredEvent): Iterable<Uint8Array> {
    if (!this.#mask.has(row.generationId, row.offset)) return this.#parts(row)
    const masked =
      row.length > LONGEST_LINE
        ? null
        : this.#mask.splice(
            row.generationId,
            row.offset,
            this.#lines.readRange(row.generationId, row.offset, row.length),
          )
    if (masked === null) {
      throw new AppError(
        'conflict',
        'This record holds a secret and cannot be masked here. Export the session: there it is taken out.',
      )
    }
    return [masked]
  }

  *#parts(row: StoredEvent): Generator<Uint8Array, void> {
    for (let read = 0; read < row.length; read += PART) {
      yield this.#lines.readRange(row.generationId, row.offset + read, Math.min(PART, row.length - read))
    }
  }

  /** The texts that a person can see of the events of one line. */
  texts(row: StoredEvent): { part: number; text: string }[] {
    if (row.length > LONGEST_LINE) return [{ part: row.part, text: row.preview ?? '' }]
    return this.#parse(row).map((event, part) => ({
      part,
      text: event.tool ? `${event.tool.name} ${JSON.stringify(event.tool.input)}` : (event.text ?? ''),
    }))
  }

  #parse(row: StoredEvent): ParsedEvent[] {
    const source = this.#lines.sourceOfGeneration(row.generationId)
    const adapter = source && this.#adapters.get(source.agent)
    if (!source || !adapter) return []
    const reading = adapter.readLine(this.#lines.readRange(row.generationId, row.offset, row.length), {
      source,
      offset: row.offset,
      review: this.#mask.reviewOf(row.generationId, row.offset),
      before: (bytes) => {
        const from = Math.max(0, row.offset - bytes)
        return this.#lines.readRange(row.generationId, from, row.offset - from)
      },
    })
    return reading.kind === 'events' ? reading.events : []
  }

  #toEvent(row: StoredEvent, parsed: ParsedEvent | undefined, links: EventLinks, limits: typeof IN_PAGE): Event {
    const link = row.callId === null ? undefined : links.calls.get(row.callId)
    const text = cutText(parsed ? parsed.text : row.preview, limits.text)
    const input = cutLongStrings(parsed?.tool?.input ?? null, limits.string)
    const detail = cutLongStrings(parsed?.result?.detail ?? null, limits.string)
    const isRaw = RAW_KINDS.includes(row.kind)
    const raw = cutLongStrings(isRaw ? (parsed?.raw ?? null) : null, limits.string)
    const subagentId = row.subagentId ?? link?.subagentId ?? null
    return {
      seq: row.seq,
      id: row.id,
      at: row.at === null ? null : new Date(row.at).toISOString(),
      kind: EventKind.catch('unknown').parse(row.kind),
      parentSeq: row.parentSeq,
      branch: row.branch,
      text: text.value,
      truncated: !parsed || text.isCut || input.isCut || detail.isCut || raw.isCut,
      bytes: row.length,
      queued: parsed?.isQueued ?? false,
      tool:
        row.kind === 'tool_call' && row.callId !== null
          ? {
              id: row.callId,
              name: row.toolName ?? parsed?.tool?.name ?? '',
              summary: parsed?.tool?.summary ?? row.preview ?? '',
              input: input.value,
              resultSeq: link?.resultSeq ?? null,
              subagent: subagentId === null ? null : (links.subagents.get(subagentId) ?? null),
            }
          : null,
      result:
        row.kind === 'tool_result' && row.callId !== null
          ? {
              callId: row.callId,
              callSeq: link?.callSeq ?? null,
              name: link?.name ?? null,
              isError: row.isError === 1,
              exitCode: parsed?.result?.exitCode ?? null,
              images: (parsed?.result?.images ?? []).map((image) =>
                image.base64 !== null && image.base64.length > limits.image ? { ...image, base64: null } : image,
              ),
              persisted: parsed?.result?.persisted ?? null,
              detail: detail.value,
            }
          : null,
      changes: parsed?.changes ?? [],
      compaction: parsed?.compaction ?? null,
      model: parsed?.model ?? null,
      tokens: parsed?.usage?.tokens ?? null,
      contextUsed: parsed?.usage?.contextUsed ?? parsed?.compaction?.postTokens ?? null,
      recordKind: parsed?.recordKind ?? row.kind,
      raw: raw.value,
    }
  }
}
