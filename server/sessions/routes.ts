import { basename } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { EventLinks, EventStore, StoredEvent } from '../../db/stores/event-store.ts'
import type { SessionStore, StoredSession } from '../../db/stores/session-store.ts'
import type { Event } from '../contract/event.ts'
import type { SessionSource } from '../contract/session.ts'
import {
  findInSession,
  getEvent,
  getFacets,
  getSession,
  getTimeline,
  listEvents,
  listSessions,
} from '../contract/sessions.ts'
import { notFound } from '../errors.ts'
import { mount } from '../mount.ts'
import { findText } from './find.ts'
import { bytesOf, chooseState, type KeptFile } from './kept-file.ts'
import { present, type Surroundings } from './sessions.ts'

/** What the routes of this feature need. */
export interface SessionDeps {
  sessions: SessionStore
  events: EventStore
  bodies: {
    page(rows: readonly StoredEvent[], links: EventLinks): Event[]
    whole(row: StoredEvent, links: EventLinks): Event
    line(row: StoredEvent): Iterable<Uint8Array>
    texts(row: StoredEvent): { part: number; text: string }[]
  }
  surroundings: Surroundings
  liveIds(): string[]
  /** What the vault knows of sources. */
  describeSources(ids: readonly number[]): (SessionSource & { id: number })[]
  /** The transcripts of a session in all their states. */
  keptFiles(key: number): KeptFile[]
  readRange(generationId: number, offset: number, length: number): Uint8Array
}

/** A page ends when its lines have taken this many bytes, so that answering never holds up the server. */
const MOST_BYTES_IN_PAGE = 1_500_000

/** Lists sessions, shows one, and reads its events. */
export function sessionRoutes(app: FastifyInstance, deps: SessionDeps): void {
  const { sessions, events, surroundings } = deps

  mount(app, listSessions, ({ query }) => {
    const { live, q, ...filter } = query
    const words = (q ?? '').split(/\s+/).filter((word) => word !== '')
    const page = sessions.list({ ...filter, words, ids: live ? deps.liveIds() : undefined })
    return { items: page.items.map((stored) => present(stored, surroundings)), nextCursor: page.nextCursor }
  })

  mount(app, getFacets, () => ({ ...sessions.facets(), live: deps.liveIds().length }))

  mount(app, getSession, ({ params }) => {
    const stored = getStored(deps, params.sessionId)
    const sources = deps.describeSources(sessions.sourceIdsOf(stored.key))
    return {
      ...present(stored, surroundings),
      subagentSessions: sessions.subagentsOf(stored.id).map((subagent) => ({
        session: present(subagent, surroundings),
        callSeq: callOf(deps, stored, subagent),
        agentType: subagent.subagentType,
        description: subagent.subagentDescription,
      })),
      sources: sources.map(({ id: _id, ...source }) => source),
      problemList: events.problems(stored.key).map(({ sourceId, length, ...problem }) => ({
        ...problem,
        bytes: length,
        sourcePath: sources.find((source) => source.id === sourceId)?.path ?? '',
      })),
      version: stored.version,
    }
  })

  mount(app, listEvents, ({ params, query }) => {
    const stored = getStored(deps, params.sessionId)
    const rows = withinBytes(events.page(stored.key, query.after, query.limit))
    const last = rows.at(-1)
    const hasMore = last !== undefined && last.seq + 1 < stored.events
    const items = deps.bodies.page(rows, linksOf(deps, stored, rows))
    return { items, nextCursor: hasMore ? String(last.seq) : null }
  })

  mount(app, getEvent, ({ params }) => {
    const stored = getStored(deps, params.sessionId)
    const row = getRow(deps, stored, params.seq)
    return deps.bodies.whole(row, linksOf(deps, stored, [row]))
  })

  mount(app, getTimeline, ({ params, query }) => events.timeline(getStored(deps, params.sessionId).key, query.after))

  mount(app, findInSession, ({ params, query }) => {
    const stored = getStored(deps, params.sessionId)
    return findText({ events, bodies: deps.bodies }, stored.key, { text: query.q, limit: query.limit })
  })

  app.get<{ Params: { sessionId: string }; Querystring: { generation?: string } }>(
    '/api/sessions/:sessionId/source',
    {
      schema: {
        tags: ['Sessions'],
        summary:
          'Returns the bytes of the session’s file: the longest state that was ever kept, or a numbered generation.',
      },
    },
    (request, reply) => {
      const stored = getStored(deps, request.params.sessionId)
      const { generation } = request.query
      const number = generation === undefined || generation === '' ? undefined : Number(generation)
      const state = chooseState(deps.keptFiles(stored.key), number)
      if (state === undefined) throw notFound('kept generation of this session', generation ?? '1')
      return reply
        .type('application/x-ndjson')
        .header('content-length', state.length)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(basename(state.path))}`)
        .send(Readable.from(bytesOf(state, deps.readRange), { objectMode: false }))
    },
  )

  app.get<{ Params: { sessionId: string; seq: string } }>(
    '/api/sessions/:sessionId/events/:seq/line',
    { schema: { tags: ['Sessions'], summary: 'Returns the bytes of the record that an event was read from.' } },
    (request, reply) => {
      const stored = getStored(deps, request.params.sessionId)
      const line = deps.bodies.line(getRow(deps, stored, Number(request.params.seq)))
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="event-${request.params.seq}.json"`)
        .send(Readable.from(line, { objectMode: false }))
    },
  )
}

function getStored(deps: SessionDeps, sessionId: string): StoredSession {
  const stored = deps.sessions.find(sessionId)
  if (!stored) throw notFound('session', sessionId)
  return stored
}

function getRow(deps: SessionDeps, stored: StoredSession, seq: number): StoredEvent {
  const [row] = Number.isSafeInteger(seq) ? deps.events.page(stored.key, seq - 1, 1) : []
  if (row?.seq !== seq) throw notFound('event', String(seq))
  return row
}

function linksOf(deps: SessionDeps, stored: StoredSession, rows: readonly StoredEvent[]): EventLinks {
  const callIds = rows.flatMap((row) => (row.callId === null ? [] : [row.callId]))
  // A sub-agent's own sub-agents stand beside it, below the session that began it all.
  const subagents = deps.sessions.subagentIds(stored.parentId ?? stored.id)
  return { calls: deps.events.linksOf(stored.key, callIds), subagents }
}

function withinBytes(rows: StoredEvent[]): StoredEvent[] {
  let bytes = 0
  const end = rows.findIndex((row, index) => {
    bytes += row.part === 0 ? row.length : 0
    return index > 0 && bytes > MOST_BYTES_IN_PAGE
  })
  return end === -1 ? rows : rows.slice(0, end)
}

function callOf(deps: SessionDeps, parent: StoredSession, subagent: StoredSession): number | null {
  if (subagent.parentCallId !== null) {
    const link = deps.events.linksOf(parent.key, [subagent.parentCallId]).get(subagent.parentCallId)
    if (link?.callSeq != null) return link.callSeq
  }
  return deps.events.callOfSubagent(parent.key, subagent.nativeId) ?? null
}
