import type { KeptFile } from '../adapter.ts'
import { endOfJson, isTrueAt, itemsOf, membersOf, textAt, type Span } from '../shared/json-spans.ts'
import { trimFiller } from '../shared/line-splitter.ts'
import { RECORD_SIGNS } from './records.ts'

/** A block of a message: what matters for keeping calls and results together. */
export interface ForkBlock {
  span: Span
  /** Which event of the record it became. */
  part: number
  /** Id of the call that the block makes, or whose result it is. */
  use: string | null
  result: string | null
  toolName: string | null
  isThinking: boolean
}

/** A record of the conversation, without its content: where it stands, what it is tied to, what of it may be edited. */
export interface ForkRecord {
  /** Which of the files it stands in, and where. */
  file: number
  span: Span
  /** Where its line begins. */
  line: number
  kind: string
  id: string
  parentId: string | null
  logicalParentId: string | null
  isSidechain: boolean
  isBoundary: boolean
  isSummary: boolean
  /** True for a text of a `user` record that has no blocks. */
  isText: boolean
  messageId: string | null
  /** Of an attachment: the call that it belongs to. */
  callId: string | null
  /** Of a compaction: ids of the records that stayed in the context. */
  preserved: string[]
  content: Span | null
  blocks: ForkBlock[]
  parentAt: Span | null
  sessionAt: Span[]
}

/** What a file holds up to some line. */
export interface FileReading {
  records: ForkRecord[]
  /** Lines without a whole record. */
  badLines: number
}

const LF = 0x0a

/** Bytes that are asked for at once. */
const BLOCK = 1024 * 1024

/** Damaged lines above this are not searched for whole records. */
const LONGEST_SEARCHED = 32 * 1024 * 1024

/**
 * Reads a file line by line, and yields after each so that other work can be done. Ends with the first line for which
 * `isEnough` is true after it was taken; a last line without line feed counts when it is whole.
 */
export function* readFile(
  file: { index: number; kept: KeptFile },
  isEnough: (reading: FileReading, line: number) => boolean,
): Generator<void, FileReading> {
  const reading: FileReading = { records: [], badLines: 0 }
  let waiting: Uint8Array[] = []
  let lineStart = 0
  for (let at = 0; at < file.kept.length;) {
    const block = asBuffer(file.kept.read(at, Math.min(at + BLOCK, file.kept.length)))
    if (block.length === 0) break
    let from = 0
    for (let feed = block.indexOf(LF); feed !== -1; feed = block.indexOf(LF, from)) {
      const bytes = yield* joined([...waiting, block.subarray(from, feed)])
      yield* takeLine(reading, file.index, { offset: lineStart, bytes })
      if (isEnough(reading, lineStart)) return reading
      waiting = []
      from = feed + 1
      lineStart = at + from
    }
    if (from < block.length) waiting.push(block.subarray(from))
    at += block.length
    yield
  }
  yield* takeLine(reading, file.index, { offset: lineStart, bytes: yield* joined(waiting) })
  return reading
}

/** Puts a long line together in steps: to copy tens of megabytes at once would hold up everything else. */
function* joined(parts: readonly Uint8Array[]): Generator<void, Buffer> {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return asBuffer(only)
  const all = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
    yield
  }
  return all
}

/** A Buffer looks for a byte many times faster than a plain array. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function* takeLine(
  reading: FileReading,
  file: number,
  line: { offset: number; bytes: Uint8Array },
): Generator<void, void> {
  const trimmed = trimFiller(line.bytes)
  if (trimmed.length === 0) return
  const shift = line.offset + (trimmed.byteOffset - line.bytes.byteOffset)
  const bytes = asBuffer(trimmed)
  const spans = yield* recordSpans(bytes)
  if (spans.length === 0) reading.badLines += 1
  for (const span of spans) {
    const record = readRecord(bytes, span, { file, line: line.offset, shift })
    if (record !== null) reading.records.push(record)
    yield
  }
}

/** Where whole records stand in a line: one, or in a line where writes collided those that can be told from torn ones. */
function* recordSpans(bytes: Buffer): Generator<void, Span[]> {
  const end = bytes[0] === 0x7b ? yield* endOfJson(bytes, 0) : null
  if (end === bytes.length) return [{ from: 0, to: end }]
  if (bytes.length > LONGEST_SEARCHED) return []
  const text = bytes.toString('latin1')
  const starts = new RegExp(RECORD_SIGNS.start)
  const found: Span[] = []
  let budget = 8 * text.length
  for (let match = starts.exec(text); match !== null && budget > 0; match = starts.exec(text)) {
    const from = match.index
    const to = yield* endOfJson(bytes, from)
    budget -= (to ?? text.length) - from
    if (to === null || !/^\s*(?:$|\{)/.test(text.slice(to, to + 64))) continue
    found.push({ from, to })
    starts.lastIndex = to
  }
  return found
}

function readRecord(
  bytes: Uint8Array,
  span: Span,
  place: { file: number; line: number; shift: number },
): ForkRecord | null {
  const members = membersOf(bytes, span.from)
  const id = textAt(bytes, members.get('uuid'))
  const kind = textAt(bytes, members.get('type')) ?? ''
  if (id === null || id === '') return null
  const subtype = textAt(bytes, members.get('subtype'))
  const message = membersAt(bytes, members.get('message'))
  const content = message.get('content')
  const attachment = membersAt(bytes, members.get('attachment'))
  const isBoundary = kind === 'compact_boundary' || (kind === 'system' && subtype === 'compact_boundary')
  const away = (found: Span): Span => ({ from: found.from + place.shift, to: found.to + place.shift })
  const isList = content !== undefined && bytes[content.from] === 0x5b
  return {
    file: place.file,
    span: away(span),
    line: place.line,
    kind,
    id,
    parentId: textAt(bytes, members.get('parentUuid')),
    logicalParentId: textAt(bytes, members.get('logicalParentUuid')),
    isSidechain: isTrueAt(bytes, members.get('isSidechain')),
    isBoundary,
    isSummary: isTrueAt(bytes, members.get('isCompactSummary')),
    isText: content !== undefined && !isList,
    messageId: kind === 'assistant' ? textAt(bytes, message.get('id')) : null,
    callId: textAt(bytes, attachment.get('toolUseID')),
    preserved: isBoundary ? preservedIn(bytes, members.get('compactMetadata')) : [],
    content: isList ? away(content) : null,
    blocks: isList ? blocksIn(bytes, content, kind).map((block) => ({ ...block, span: away(block.span) })) : [],
    parentAt: mapped(members.get('parentUuid'), away),
    sessionAt: [members.get('sessionId'), members.get('session_id')].flatMap((found) => (found ? [away(found)] : [])),
  }
}

/** Texts that stand together became one event of a `user` record; any other block is an event of its own. */
function blocksIn(bytes: Uint8Array, content: Span, kind: string): ForkBlock[] {
  let part = -1
  let wasText = false
  return itemsOf(bytes, content.from).map((span) => {
    const block = membersAt(bytes, span)
    const type = textAt(bytes, block.get('type')) ?? ''
    const isText = kind === 'user' && type === 'text'
    if (!(isText && wasText)) part += 1
    wasText = isText
    const isUse = type.endsWith('tool_use')
    return {
      span,
      part,
      use: isUse ? textAt(bytes, block.get('id')) : null,
      result: textAt(bytes, block.get('tool_use_id')),
      toolName: isUse ? textAt(bytes, block.get('name')) : null,
      isThinking: type === 'thinking' || type === 'redacted_thinking',
    }
  })
}

function preservedIn(bytes: Uint8Array, metadata: Span | undefined): string[] {
  const meta = membersAt(bytes, metadata)
  const segment = membersAt(bytes, meta.get('preservedSegment'))
  const messages = membersAt(bytes, meta.get('preservedMessages'))
  const lists = [messages.get('uuids'), messages.get('allUuids')].flatMap((list) =>
    list ? itemsOf(bytes, list.from) : [],
  )
  const ends = [segment.get('headUuid'), segment.get('tailUuid')]
  return [...ends, ...lists].flatMap((span) => textAt(bytes, span) ?? [])
}

function membersAt(bytes: Uint8Array, span: Span | undefined): Map<string, Span> {
  return span === undefined ? new Map() : membersOf(bytes, span.from)
}

function mapped(span: Span | undefined, change: (span: Span) => Span): Span | null {
  return span === undefined ? null : change(span)
}
