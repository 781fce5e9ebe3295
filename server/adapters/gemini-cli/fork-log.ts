import type { ForkPiece, KeptFile, Splitter } from '../adapter.ts'
import { readJsonLine } from '../shared/json-line.ts'
import { LineSplitter, trimFiller, type Line } from '../shared/line-splitter.ts'
import { listOf, textOf, type Shape } from '../shared/shape.ts'
import { completed, DocumentSplitter, isDocument } from './document-splitter.ts'
import { partsOf, textIn } from './texts.ts'
import { recordOf, RECORD_SIGNS } from './records.ts'

/** Bytes that are read at once. */
const BLOCK = 512 * 1024

/** What the log says about its session, as the agent merges it. */
export type Metadata = Shape

/** A log up to a line, as the agent would load it, and the pieces that a copy of it under another id consists of. */
export interface LogReading {
  pieces: ForkPiece[]
  lines: number
  badLines: number
  metadata: Metadata
  /** Ids of the conversation's messages in their order; true for those that the agent can go on from. */
  messages: Map<string, boolean>
  /** The records of the line at which it ends. */
  last: Shape[]
}

/** Reads a file up to the line that begins at `until`, which is not among the pieces. */
export function* readLog(file: KeptFile, until: number): Generator<void, LogReading> {
  const log: LogReading = { pieces: [], lines: 0, badLines: 0, metadata: {}, messages: new Map(), last: [] }
  const isDoc = isDocument(file.path)
  for (const line of linesOf(file, isDoc ? new DocumentSplitter() : new LineSplitter())) {
    yield
    if (line.offset > until) break
    const bytes = trimFiller(line.bytes)
    if (bytes.length === 0) continue
    const read = readJsonLine(isDoc ? completed(bytes) : bytes, RECORD_SIGNS)
    if ('problem' in read) {
      log.badLines += 1
      continue
    }
    if (line.offset === until) {
      log.last = read.records
      break
    }
    const isWhole = !isDoc && read.records.length === 1
    for (const record of read.records) {
      apply(log, record)
      const copy = copyOf(record)
      const from = line.offset
      if (copy === record && isWhole) addRange(log, from, from + line.size)
      else if (copy !== null) addRecord(log, copy)
    }
  }
  return log
}

/** Adds a record that no file has. */
export function addRecord(log: LogReading, record: Shape): void {
  log.pieces.push({ bytes: Buffer.from(`${JSON.stringify(record)}\n`) })
  log.lines += 1
}

/** Follows what the agent does with a record when it loads the log. */
export function apply(log: LogReading, record: Shape): void {
  const read = recordOf(record)
  switch (read.kind) {
    case 'rewind':
      return removeFrom(log.messages, read.id)
    case 'message':
      return note(log.messages, read.message)
    case 'set':
    case 'header': {
      const { messages: _, ...values } = read.kind === 'set' ? read.values : read.header
      Object.assign(log.metadata, values)
      if (read.kind === 'set' && read.messages !== null) log.messages.clear()
      for (const message of read.messages ?? []) note(log.messages, message)
      return
    }
    case 'unknown':
      return
  }
}

/** A message that a new prompt can follow: what a person said, or an answer that is not empty. */
export function isResumable(message: Shape): boolean {
  const text = (textIn(partsOf(message['content'])) ?? '').trim()
  if (message['type'] === 'user') return text !== '' && !/^(?:\/|\?|<session_context>|<hook_context>)/.test(text)
  const isFilled = text !== '' || [message['toolCalls'], message['thoughts']].some((list) => listOf(list).length > 0)
  return message['type'] === 'gemini' && isFilled
}

function removeFrom(messages: Map<string, boolean>, id: string): void {
  let isGone = !messages.has(id)
  for (const one of [...messages.keys()]) {
    if (one === id) isGone = true
    if (isGone) messages.delete(one)
  }
}

function note(messages: Map<string, boolean>, message: Shape): void {
  const id = textOf(message['id'])
  if (id !== null) messages.set(id, isResumable(message))
}

/** The record as a copy under another id has it: who it is says its first line. Null when it says nothing else. */
function copyOf(record: Shape): Shape | null {
  const read = recordOf(record)
  if (read.kind === 'header') return read.messages.length === 0 ? null : { $set: { messages: read.messages } }
  if (read.kind !== 'set' || !('sessionId' in read.values)) return record
  const { sessionId: _, ...values } = read.values
  return Object.keys(values).length === 0 ? null : { $set: values }
}

function addRange(log: LogReading, from: number, to: number): void {
  const before = log.pieces.at(-1)
  if (before && 'file' in before && before.to === from) before.to = to
  else log.pieces.push({ file: 0, from, to })
  log.lines += 1
}

function* linesOf(file: KeptFile, splitter: Splitter): Generator<Line, void> {
  for (let from = 0; from < file.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, file.length)
    yield* splitter.push(Uint8Array.from(file.read(from, to)), from)
  }
}
