import { createHash } from 'node:crypto'
import type { Adapter, LineContext, LineReading, ParsedEvent, SessionFact, Source } from '../adapter.ts'
import type { FileOp } from '../../code-state/file-op.ts'
import { readJsonLine } from '../shared/json-line.ts'
import { trimFiller } from '../shared/line-splitter.ts'
import { shapeOf, type Shape } from '../shared/shape.ts'
import { claudeComposer } from './compose.ts'
import { eventsOf } from './events.ts'
import { bookkeepingFacts, chainFacts, subagentFacts } from './facts.ts'
import { bookkeepingFileOps } from './file-ops.ts'
import { claudeForks } from './fork.ts'
import { classify, listLive, roots } from './locate.ts'
import { compactsAt } from './compaction-point.ts'
import { costOf } from './prices.ts'
import { resumeCommand } from './resume-command.ts'
import { BOOKKEEPING_KINDS, RECORD_SIGNS, fullKindOf, headOf, isChainRecord, kindOf } from './records.ts'

/** Reads the sessions of Claude Code. See the README beside for paths, record kinds and evidence. */
export const claudeCode: Adapter = {
  id: 'claude-code',
  label: 'Claude Code',
  roots,
  classify,
  readLine,
  readCompanion,
  listLive,
  fork: claudeForks,
  composer: claudeComposer,
  resumeCommand,
  contextWindow,
  compactsAt,
  costOf,
}

function readLine(line: Uint8Array, context: LineContext): LineReading {
  const bytes = trimFiller(line)
  if (bytes.length === 0) return { kind: 'blank' }
  try {
    const read = readJsonLine(bytes, RECORD_SIGNS)
    if ('problem' in read) return { kind: 'problem', reason: read.problem }
    const { review } = context
    const records = review ? read.records.map((record, index) => shapeOf(review.record(record, index))) : read.records
    return joined(records.map((record, index) => readRecord(record, () => lineId(bytes, index), context)))
  } catch (error) {
    // Only foreign data can bring us here (a record nested thousands of levels deep): it is kept and told, never fatal.
    return { kind: 'problem', reason: `The record could not be understood: ${String(error)}` }
  }
}

type RecordReading = Extract<LineReading, { kind: 'events' | 'bookkeeping' }>

function readRecord(record: Shape, fallbackId: () => string, context: LineContext): RecordReading {
  if (!isChainRecord(record)) {
    const kind = kindOf(record)
    return {
      kind: 'bookkeeping',
      facts: bookkeepingFacts(record),
      fileOps: bookkeepingFileOps(record, context.source.path),
      unknownKind: BOOKKEEPING_KINDS.has(kind) ? null : fullKindOf(record),
    }
  }
  const head = headOf(record, fallbackId)
  const events = eventsOf(record, head)
  ownChain(events, context.source)
  return { kind: 'events', events, facts: chainFacts(record, events, context.source) }
}

/** An id for a record without one: the same wherever the same line stands. */
function lineId(bytes: Uint8Array, index: number): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 24)
  return index === 0 ? `line-${hash}` : `line-${hash}-${index}`
}

/** In its own transcript a sub-agent's work is the main chain, though its records say otherwise. */
function ownChain(events: ParsedEvent[], source: Source): void {
  if (source.role === 'subagent') for (const event of events) event.isSidechain = false
}

/** A line where writes collided may hold several records: together they are one reading. */
function joined(readings: RecordReading[]): LineReading {
  const only = readings[0]
  if (readings.length === 1 && only !== undefined) return only
  const facts: SessionFact[] = readings.flatMap((reading) => reading.facts)
  const events = readings.flatMap((reading) => (reading.kind === 'events' ? reading.events : []))
  const fileOps: FileOp[] = readings.flatMap((reading) => (reading.kind === 'bookkeeping' ? reading.fileOps : []))
  const last = events.at(-1)
  if (last === undefined) {
    const unknownKind = readings.find((reading) => reading.kind === 'bookkeeping' && reading.unknownKind !== null)
    return {
      kind: 'bookkeeping',
      facts,
      fileOps,
      unknownKind: unknownKind?.kind === 'bookkeeping' ? unknownKind.unknownKind : null,
    }
  }
  last.fileOps = [...last.fileOps, ...fileOps]
  return { kind: 'events', events, facts }
}

function readCompanion(source: Source, content: Uint8Array): SessionFact[] {
  if (source.subagentId === null) return []
  const read = readJsonLine(trimFiller(content), RECORD_SIGNS)
  return 'problem' in read ? [] : subagentFacts(read.records[0])
}

/** The agent writes the window nowhere: models from the fifth generation, and names that say so, have a million tokens. */
function contextWindow(model: string, used: number): number {
  const isLong = /\[1m\]|-(?:opus|sonnet|haiku|fable|mythos)-(?:[5-9]|\d\d)(?:\D|$)/i.test(model)
  return isLong || used > 200_000 ? 1_000_000 : 200_000
}
