import type { ParsedEvent, SessionFact } from '../adapter.ts'
import type { Draft } from '../shared/drafts.ts'
import type { Memory } from './memory.ts'
import type { RolloutRecord } from './records.ts'

/** What a record of a rollout turned out to be. Without events it is bookkeeping. */
export interface RecordReading {
  events: Draft[]
  facts: SessionFact[]
  unknownKind: string | null
  memory: Memory
}

/** What a record is read with. */
export interface Reader {
  record: RolloutRecord
  /** Makes the next id of this kind; see `Numbering`. */
  idOf(kind: string): string
  /** Relative paths are meant from here. */
  folder: string | null
  /** Of the session that the file belongs to. */
  nativeId: string | null
  memory: Memory
  /** What was begun before the record, told by the bytes before it; asked where nothing is remembered. */
  lookBack(): Memory['turn']
}

/** A record that says nothing which would be shown. */
export function bookkeeping(reader: Reader, changed: Partial<Memory> = {}, facts: SessionFact[] = []): RecordReading {
  return { events: [], facts, unknownKind: null, memory: { ...reader.memory, ...changed } }
}

/** A record that is shown. */
export function shown(
  reader: Reader,
  events: Draft[],
  changed: Partial<Memory> = {},
  facts: SessionFact[] = [],
): RecordReading {
  return { ...bookkeeping(reader, changed, facts), events }
}

/** A record of a kind that is not known. */
export function unknown(reader: Reader, name: string): RecordReading {
  return { ...bookkeeping(reader), unknownKind: name }
}

/** What a person typed, with what came with it. */
export function promptReading(reader: Reader, prompt: { text: string; extras: unknown[] }): RecordReading {
  const { text, extras } = prompt
  const id = reader.idOf('prompt')
  const isQueued = reader.memory.turn === 'prompted'
  const events: Draft[] = [{ id, kind: 'prompt', text, isQueued }]
  if (extras.length > 0) events.push({ id: `${id}#extras`, kind: 'attachment', text: null, raw: extras })
  const facts: SessionFact[] = text.trim() === '' ? [] : [{ kind: 'first-prompt', text }]
  return shown(reader, events, { turn: 'prompted' }, facts)
}

/** Says which event kinds carry the model. */
export function withModel(events: readonly ParsedEvent[], model: string | null): ParsedEvent[] {
  return events.map((event) => (event.kind === 'answer' || event.kind === 'tool_call' ? { ...event, model } : event))
}
