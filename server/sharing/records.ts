import type { CodeReader } from '../../db/stores/code-reader.ts'
import type { EventLinks, EventStore, StoredEvent } from '../../db/stores/event-store.ts'
import type { SessionStore, StoredSession } from '../../db/stores/session-store.ts'
import { isWithin } from '../code-state/paths.ts'
import type { Event } from '../contract/event.ts'
import type { Confidence } from '../contract/replay.ts'
import type { SharedSession } from '../contract/sharing.ts'
import { placeVersions } from './place-versions.ts'
import type { SeqRange } from './range.ts'

/** Where what is shared is read from: the index, which is masked, and the vault's lines through the same mask. */
export interface RecordSources {
  sessions: SessionStore
  events: EventStore
  bodies: { whole(row: StoredEvent, links: EventLinks): Event }
  code: CodeReader
}

/** A text of a file from an event on; null when it is not known. */
export interface VersionRecord {
  kind: 'version'
  path: string
  seq: number
  state: 'present' | 'deleted'
  confidence: Confidence
  text: string | null
}

/** What a readable export is made of, in this order: a session, the texts of its files, its events; then its sub-agents. */
export type ExportRecord =
  { kind: 'session'; session: SharedSession } | VersionRecord | { kind: 'event'; event: EventRecord }

/** Pictures are held in `data`, a name in which nobody looks for secrets in a picture's bytes. */
type EventRecord = Omit<Event, 'result'> & { result: ResultRecord | null }
type ResultRecord = Omit<NonNullable<Event['result']>, 'images'> & {
  images: { mediaType: string; bytes: number; data: string | null }[]
}

const ROWS = 100

/** Reads all records of a session; without a range its sub-agents too, with one those that began in it. */
export function* recordsOf(
  sources: RecordSources,
  session: StoredSession,
  range: SeqRange | null,
): Generator<ExportRecord, void> {
  const { sessions, events, code } = sources
  const family = sessions.subagentsOf(session.id).map((one) => ({ one, callSeq: callOf(events, session, one) }))
  const within = family.filter(({ callSeq }) => range === null || isIn(range, callSeq))
  yield { kind: 'session', session: describe(session, null) }
  const keys = [session.key, ...within.map(({ one }) => one.key)]
  yield* versions({ code, events }, session, keys, range)
  yield* eventsOf(sources, session, range)
  for (const { one, callSeq } of within) {
    yield { kind: 'session', session: describe(one, callSeq) }
    yield* eventsOf(sources, one, null)
  }
}

/** The event as the contract has it. */
export function eventOf({ result, ...event }: EventRecord): Event {
  if (result === null) return { ...event, result }
  const images = result.images.map(({ data, ...image }) => ({ ...image, base64: data }))
  return { ...event, result: { ...result, images } }
}

function* eventsOf(
  { events, bodies, sessions }: RecordSources,
  session: StoredSession,
  range: SeqRange | null,
): Generator<ExportRecord, void> {
  const subagents = sessions.subagentIds(session.parentId ?? session.id)
  const last = range?.to ?? session.events - 1
  for (let after = (range?.from ?? 0) - 1; after < last;) {
    const rows = events.page(session.key, after, Math.min(ROWS, last - after))
    if (rows.length === 0) return
    const callIds = rows.flatMap(({ callId }) => (callId === null ? [] : [callId]))
    const links = { calls: events.linksOf(session.key, callIds), subagents }
    for (const row of rows) yield { kind: 'event', event: recordOf(bodies.whole(row, links)) }
    after = rows.at(-1)?.seq ?? last
  }
}

function recordOf({ result, ...event }: Event): EventRecord {
  if (result === null) return { ...event, result }
  const images = result.images.map(({ base64, ...image }) => ({ ...image, data: base64 }))
  return { ...event, result: { ...result, images } }
}

function* versions(
  { code, events }: Pick<RecordSources, 'code' | 'events'>,
  session: StoredSession,
  keys: readonly number[],
  range: SeqRange | null,
): Generator<VersionRecord, void> {
  const end = { session: session.key, seq: range?.to ?? session.events - 1 }
  if (end.seq < 0) return
  const at = events.times(session.key)
  const first = range?.from ?? 0
  const paths = new Set(keys.flatMap((key) => code.changedBy(key)))
  for (const path of [...paths].sort()) {
    const placed = placeVersions(code.versionsUntil(end, path), { session: session.key, at, from: first })
    for (const { seq, version } of placed) {
      const { content } = version
      yield {
        kind: 'version',
        path: shown(session.projectPath, path),
        seq,
        state: content === null ? 'deleted' : 'present',
        confidence:
          code.fileAt({ session: session.key, seq: seq < 0 ? first - 1 : seq }, path)?.confidence ?? 'unknown',
        text: content === null || content === undefined ? null : code.text(content),
      }
    }
  }
}

function shown(projectPath: string | null, path: string): string {
  if (projectPath === null || projectPath === path || !isWithin(path, projectPath)) return path
  return path.slice(projectPath === '/' ? 1 : projectPath.length + 1)
}

/** `seq` of the tool call that started a sub-agent; null when nothing tells. */
export function callOf(events: EventStore, parent: StoredSession, subagent: StoredSession): number | null {
  const stated = subagent.parentCallId
  const link = stated === null ? undefined : events.linksOf(parent.key, [stated]).get(stated)
  return link?.callSeq ?? events.callOfSubagent(parent.key, subagent.nativeId) ?? null
}

function isIn({ from, to }: SeqRange, seq: number | null): boolean {
  return seq !== null && seq >= from && seq <= to
}

function describe(session: StoredSession, callSeq: number | null): SharedSession {
  return {
    id: session.id,
    agent: session.agent,
    nativeId: session.nativeId,
    title: session.title,
    projectPath: session.projectPath,
    gitBranch: session.gitBranch,
    startedAt: session.startedAt,
    endedAt: session.endedAt,
    events: session.events,
    prompts: session.prompts,
    compactions: session.compactions,
    toolCalls: session.toolCalls,
    errors: session.errors,
    models: session.models,
    tokens: session.tokens,
    costUsd: session.costUsd,
    filesChanged: session.filesChanged,
    linesAdded: session.linesAdded,
    linesRemoved: session.linesRemoved,
    parentId: session.parentId,
    agentType: session.subagentType,
    description: session.subagentDescription,
    callSeq,
  }
}
