import type { LineContext, LineReading, ParsedEvent } from '../adapter.ts'
import { eventsFrom } from '../shared/drafts.ts'
import { readJsonLine } from '../shared/json-line.ts'
import { trimFiller } from '../shared/line-splitter.ts'
import { shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { readEventMessage } from './event-messages.ts'
import { turnBefore } from './look-back.ts'
import { memoryOf, type Memory } from './memory.ts'
import { Numbering } from './numbering.ts'
import { bookkeeping, unknown, withModel, type Reader, type RecordReading } from './reading.ts'
import { recordOf, RECORD_SIGNS, type RolloutRecord } from './records.ts'
import { readResponseItem } from './response-items.ts'
import { readCompacted, readSessionMeta, readTurnContext, readUsageRecord } from './session-records.ts'

/** Reads a line of a rollout, of any era. */
export function readLine(line: Uint8Array, context: LineContext): LineReading {
  const bytes = trimFiller(line)
  if (bytes.length === 0) return { kind: 'blank' }
  try {
    const read = readJsonLine(bytes, RECORD_SIGNS)
    if ('problem' in read) return { kind: 'problem', reason: read.problem }
    let memory = memoryOf(context.memory)
    const readings = read.records.map((record, index) => {
      const reading = readRecord(record, index, { ...context, memory })
      memory = reading.memory
      return reading
    })
    return joined(readings, memory)
  } catch (error) {
    // Only foreign data can bring us here (a record nested thousands of levels deep): it is kept and told, never fatal.
    return { kind: 'problem', reason: `The record could not be understood: ${String(error)}` }
  }
}

type Completed = Omit<RecordReading, 'events'> & { events: ParsedEvent[] }

function readRecord(plain: Shape, index: number, context: LineContext & { memory: Memory }): Completed {
  const record = recordOf(context.review ? shapeOf(context.review.record(plain, index)) : plain)
  const { payload, stamp } = record
  const { nativeId } = context.source
  const numbering = new Numbering({ nativeId, stamp, counts: context.memory.counts })
  const reader: Reader = {
    record,
    idOf: (kind) => numbering.next(kind),
    folder: context.projectPath ?? textOf(payload['cwd']),
    nativeId,
    memory: context.memory,
    lookBack: () => turnBefore(context),
  }
  const reading = readKind(reader)
  const kind = [record.type, textOf(shapeOf(payload['item'])['type']) ?? textOf(payload['type'])]
  const head = { id: '', at: record.at, recordKind: kind.filter((part) => part !== null).join('/') }
  const memory = { ...reading.memory, counts: numbering.counts }
  return { ...reading, memory, events: withModel(eventsFrom(head, reading.events), memory.model) }
}

function readKind(reader: Reader): RecordReading {
  const { type } = reader.record
  switch (type) {
    case 'session_meta':
      return readSessionMeta(reader)
    case 'turn_context':
      return readTurnContext(reader)
    case 'response_item':
      return readResponseItem(reader)
    case 'event_msg':
      return readEventMessage(reader)
    case 'compacted':
      return readCompacted(reader)
    case 'token_usage_record':
      return readUsageRecord(reader)
    default:
      return isSilent(reader.record) ? bookkeeping(reader) : unknown(reader, type)
  }
}

/** Records that say nothing which would be shown. */
function isSilent({ type }: RolloutRecord): boolean {
  return /^(?:state|world_state|inter_agent_communication(?:_metadata)?|security_risk_score|retained_context|realtime_item)$/.test(
    type,
  )
}

/** A line where writes collided may hold several records: together they are one reading. */
function joined(readings: Completed[], memory: Memory): LineReading {
  const facts = readings.flatMap((reading) => reading.facts)
  const seen = new Set<string>()
  const events = readings
    .flatMap((reading) => reading.events)
    .filter((event) => !seen.has(event.id) && seen.add(event.id) !== undefined)
  if (events.length > 0) return { kind: 'events', events, facts, memory }
  const unknownKind = readings.find((reading) => reading.unknownKind !== null)?.unknownKind ?? null
  return { kind: 'bookkeeping', facts, fileOps: [], unknownKind, memory }
}
