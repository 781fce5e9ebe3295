import { z } from 'zod'
import { AgentId } from './agent.ts'
import { Event } from './event.ts'
import { defineRoute, pageOf } from './route.ts'
import { Session, SessionDetail, SessionId } from './session.ts'

const SessionParams = z.object({ sessionId: SessionId })

/** `true`/`false` in a query string. */
const Flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1')

export const listSessions = defineRoute({
  method: 'GET',
  path: '/api/sessions',
  summary: 'Lists sessions, the last active first. Sub-agents stand below their parent and are left out.',
  area: 'Sessions',
  query: z.object({
    agent: AgentId.optional(),
    /** The project's folder, as in `projectPath`. */
    project: z.string().optional(),
    /** Words that title, project, branch, first prompt or native id must contain. */
    q: z.string().optional(),
    live: Flag.optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
    cursor: z.string().optional(),
  }),
  reply: pageOf(Session),
})

export const getSession = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId',
  summary: 'Returns one session with its sources, sub-agents and problems.',
  area: 'Sessions',
  params: SessionParams,
  reply: SessionDetail,
})

export const listEvents = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/events',
  summary: 'Returns events in the order of the file. A page may be shorter than `limit` when events are large.',
  area: 'Sessions',
  params: SessionParams,
  query: z.object({
    /** Events with a greater `seq`; -1 or absent starts at the first. */
    after: z.coerce.number().int().min(-1).default(-1),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  reply: pageOf(Event),
  trustReply: true,
})

export const getEvent = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/events/:seq',
  summary: 'Returns one event, with texts that a page of events cuts short.',
  area: 'Sessions',
  params: SessionParams.extend({ seq: z.coerce.number().int().min(0) }),
  reply: Event,
  trustReply: true,
})

/** The whole session in columns, one row per event, small enough for the scrubber of a very long session. */
export const Timeline = z.object({
  /** Highest `seq` + 1. */
  length: z.number().int(),
  /** Milliseconds since 1970; a missing time repeats the one before. */
  at: z.array(z.number()),
  /** Indexes into `kinds`. */
  kind: z.array(z.number().int()),
  kinds: z.array(z.string()),
  branch: z.array(z.number().int()),
  /** Sparse facts, each a list of `seq`. */
  errors: z.array(z.number().int()),
  /** `seq`, tokens in the context. */
  context: z.array(z.tuple([z.number().int(), z.number().int()])),
  /** `seq`, index into `paths`, lines added, lines removed. */
  edits: z.array(z.tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()])),
  paths: z.array(z.string()),
  compactions: z.array(
    z.object({ seq: z.number().int(), pre: z.number().int().nullable(), post: z.number().int().nullable() }),
  ),
  /** `seq` of commits that the agent made. */
  commits: z.array(z.number().int()),
  /** `seq`, first line of each prompt. */
  prompts: z.array(z.tuple([z.number().int(), z.string()])),
  /** `seq` of a tool call, `seq` of its result, so that replay can show both as one step before any event is loaded. */
  results: z.array(z.tuple([z.number().int(), z.number().int()])).optional(),
})
export type Timeline = z.infer<typeof Timeline>

export const getTimeline = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/timeline',
  summary: 'Returns the whole session in columns, for a scrubber. With `after`, only what came later.',
  area: 'Sessions',
  params: SessionParams,
  query: z.object({ after: z.coerce.number().int().min(-1).default(-1) }),
  reply: Timeline,
  trustReply: true,
})

export const findInSession = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/find',
  summary: 'Returns the events whose text contains the words, ignoring case, in order.',
  area: 'Sessions',
  params: SessionParams,
  query: z.object({ q: z.string().min(1).max(500), limit: z.coerce.number().int().min(1).max(5000).default(1000) }),
  reply: z.object({
    items: z.array(z.object({ seq: z.number().int(), excerpt: z.string() })),
    /** True when more events match than were returned. */
    isCut: z.boolean(),
  }),
})

export const Facets = z.object({
  projects: z.array(z.object({ path: z.string(), sessions: z.number().int() })),
  agents: z.array(z.object({ id: AgentId, sessions: z.number().int() })),
  models: z.array(z.object({ name: z.string(), sessions: z.number().int() })),
  total: z.number().int(),
  live: z.number().int(),
})
export type Facets = z.infer<typeof Facets>

export const getFacets = defineRoute({
  method: 'GET',
  path: '/api/facets',
  summary: 'Counts sessions by project, agent and model.',
  area: 'Sessions',
  reply: Facets,
})
