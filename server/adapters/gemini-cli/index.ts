import type { Adapter, LineContext, LineReading, ParsedEvent, SessionFact, Source } from '../adapter.ts'
import { readJsonLine } from '../shared/json-line.ts'
import { LineSplitter, trimFiller, type LinePosition } from '../shared/line-splitter.ts'
import { shapeOf, textOf, timeOf, type Shape } from '../shared/shape.ts'
import { geminiComposer } from './compose.ts'
import { completed, DocumentSplitter, isDocument } from './document-splitter.ts'
import { eventsFrom } from '../shared/drafts.ts'
import { geminiForks } from './fork.ts'
import { classify, roots } from './locate.ts'
import { compactionDrafts, isSnapshot, readMessage } from './messages.ts'
import { costOf } from './prices.ts'
import { recordOf, RECORD_SIGNS } from './records.ts'
import { resumeCommand } from './resume-command.ts'
import { compactsAt, contextWindow } from './windows.ts'

/** Reads the sessions of Gemini CLI. See the README beside for paths, record kinds and evidence. */
export const geminiCli: Adapter = {
  id: 'gemini-cli',
  label: 'Gemini CLI',
  roots,
  classify,
  splitter,
  readLine,
  fork: geminiForks,
  composer: geminiComposer,
  resumeCommand,
  contextWindow,
  compactsAt,
  costOf,
}

function splitter(source: Source, start?: LinePosition): DocumentSplitter | LineSplitter {
  return isDocument(source.path) ? new DocumentSplitter(start) : new LineSplitter(start)
}

function readLine(line: Uint8Array, context: LineContext): LineReading {
  const trimmed = trimFiller(line)
  if (trimmed.length === 0) return { kind: 'blank' }
  const bytes = isDocument(context.source.path) ? completed(trimmed) : trimmed
  try {
    const read = readJsonLine(bytes, RECORD_SIGNS)
    if ('problem' in read) return { kind: 'problem', reason: read.problem }
    const { review } = context
    const records = review ? read.records.map((record, index) => shapeOf(review.record(record, index))) : read.records
    return joined(records.map((record) => readRecord(record, context)))
  } catch (error) {
    // Only foreign data can bring us here (a record nested thousands of levels deep): it is kept and told, never fatal.
    return { kind: 'problem', reason: `The record could not be understood: ${String(error)}` }
  }
}

interface RecordReading {
  events: ParsedEvent[]
  facts: SessionFact[]
  unknownKind: string | null
}

function readRecord(record: Shape, context: LineContext): RecordReading {
  const read = recordOf(record)
  const folder = context.projectPath ?? null
  switch (read.kind) {
    case 'rewind':
      return { events: [], facts: [{ kind: 'rewind', id: read.id, keeps: false }], unknownKind: null }
    case 'message': {
      const { events, facts } = readMessage(read.message, folder)
      return { events: events.map(withLastWord), facts, unknownKind: null }
    }
    case 'set': {
      const list = read.messages === null ? NOTHING : readConversation(read.messages, folder)
      return { events: list.events, facts: [...aboutSession(read.values), ...list.facts], unknownKind: null }
    }
    case 'header': {
      const list = readMessages(read.messages, folder)
      return { events: list.events, facts: [...aboutSession(read.header), ...list.facts], unknownKind: null }
    }
    case 'unknown':
      return { events: [], facts: [], unknownKind: read.name }
  }
}

/** The last record of a message counts. Results that are sent to the API again say less than those beside their call. */
function withLastWord(event: ParsedEvent): ParsedEvent {
  return event.recordKind === 'user' && event.kind === 'tool_result' ? event : { ...event, supersedes: true }
}

const NOTHING: { events: ParsedEvent[]; facts: SessionFact[] } = { events: [], facts: [] }

/**
 * A whole conversation that takes the place of the one before. What of it is known keeps its place; what it lacks at the
 * end has been left. After a compression the messages that stay have new ids: only the summary is new.
 */
function readConversation(messages: readonly Shape[], folder: string | null): typeof NOTHING {
  const snapshot = messages.find(isSnapshot)
  if (snapshot !== undefined) {
    const id = textOf(snapshot['id']) ?? ''
    const head = { id, at: timeOf(snapshot['timestamp']), recordKind: '$set/messages' }
    const events = id === '' ? [] : eventsFrom(head, compactionDrafts(snapshot, id, messages))
    return {
      events,
      facts: readMessages(
        messages.filter((message) => message !== snapshot),
        folder,
      ).facts,
    }
  }
  const read = readMessages(messages, folder)
  const last = read.events.at(-1)
  return last === undefined ? read : { ...read, facts: [...read.facts, { kind: 'rewind', id: last.id, keeps: true }] }
}

/** In a list of everything, an answer of calls alone needs no place of its own. */
function readMessages(messages: readonly Shape[], folder: string | null): typeof NOTHING {
  const readings = messages.filter((message) => textOf(message['id']) !== null).map((one) => readMessage(one, folder))
  const events = readings.flatMap((reading) => reading.events)
  return {
    events: events.filter((event) => event.kind !== 'progress' || event.usage !== null),
    facts: readings.flatMap((reading) => reading.facts),
  }
}

function aboutSession(values: Shape): SessionFact[] {
  const facts: SessionFact[] = []
  const title = textOf(values['summary'])
  if (title !== null) facts.push({ kind: 'title', rank: 1, text: title })
  const [folder] = Array.isArray(values['directories']) ? (values['directories'] as unknown[]) : []
  if (typeof folder === 'string' && folder !== '') facts.push({ kind: 'cwd', path: folder })
  return facts
}

/** A line where writes collided may hold several records: together they are one reading. */
function joined(readings: RecordReading[]): LineReading {
  const facts = readings.flatMap((reading) => reading.facts)
  const seen = new Set<string>()
  const events = readings
    .flatMap((reading) => reading.events)
    .filter((event) => !seen.has(event.id) && seen.add(event.id) !== undefined)
  if (events.length > 0) return { kind: 'events', events, facts }
  const unknownKind = readings.find((reading) => reading.unknownKind !== null)?.unknownKind ?? null
  return { kind: 'bookkeeping', facts, fileOps: [], unknownKind }
}
