import { z } from 'zod'
import { HookAgent } from './hooks.ts'
import { SessionId } from './session.ts'

export const IngestProgress = z.object({
  /** `paused`: the backlog waits for `POST /api/ingest/resume`; what grows now is read all the same. */
  state: z.enum(['idle', 'running', 'paused']),
  sourcesDone: z.number().int(),
  sourcesTotal: z.number().int(),
  bytesDone: z.number().int(),
  bytesTotal: z.number().int(),
})
export type IngestProgress = z.infer<typeof IngestProgress>

/**
 * What the WebSocket `/api/live` says. Each message carries a sequence number; a client that lost the connection
 * asks with `?since=<last number>` and gets what it missed, or `reset` when that is no longer held, and then reads
 * everything again by the ordinary routes. A message says what changed and up to where, never the content.
 */
export const LiveMessage = z.discriminatedUnion('kind', [
  /** First on every connection. `sequence` is the newest number. */
  z.object({ kind: z.literal('hello'), sequence: z.number().int(), version: z.string() }),
  z.object({ kind: z.literal('reset'), sequence: z.number().int() }),
  /** A session is new or grew: it now has `events` events, the last of which came with this message. */
  z.object({
    kind: z.literal('session'),
    sequence: z.number().int(),
    sessionId: SessionId,
    isNew: z.boolean(),
    events: z.number().int(),
    isLive: z.boolean(),
  }),
  /** A session's running state or its source's state changed. */
  z.object({ kind: z.literal('state'), sequence: z.number().int(), sessionId: SessionId }),
  z.object({ kind: z.literal('ingest'), sequence: z.number().int(), progress: IngestProgress }),
  /** A snapshot was taken, changed or deleted, or files outside were written or put back. */
  z.object({ kind: z.literal('vault'), sequence: z.number().int() }),
  /** The context of a running session passed a warning level. */
  z.object({
    kind: z.literal('warning'),
    sequence: z.number().int(),
    sessionId: SessionId,
    level: z.number().int(),
    used: z.number().int(),
    window: z.number().int(),
    turnsLeft: z.number().int().nullable(),
  }),
  /** A secret was read for the first time in a session that is running. */
  z.object({
    kind: z.literal('finding'),
    sequence: z.number().int(),
    sessionId: SessionId,
    secretId: z.number().int(),
    /** The format's id, for a notice that needs no further request. */
    secretKind: z.string(),
    seq: z.number().int().nullable(),
  }),
  /** How much of the files of a redaction was looked through, in bytes; `job` is the name that it was asked for with. */
  z.object({
    kind: z.literal('redaction'),
    sequence: z.number().int(),
    job: z.string(),
    done: z.number().int(),
    total: z.number().int(),
  }),
  /** The guard held a prompt or a tool call back. */
  z.object({
    kind: z.literal('held-back'),
    sequence: z.number().int(),
    agent: HookAgent,
    agentLabel: z.string(),
    /** Null for a prompt. */
    tool: z.string().nullable(),
    /** What people call the secrets that it carries, the surest first. */
    labels: z.array(z.string()),
  }),
  /** Secrets were found, looked at again, ignored or taken out: lists of them are to be read again. */
  z.object({ kind: z.literal('secrets'), sequence: z.number().int() }),
  /** How far an export is that somebody waits for: `done` parts of `total`. */
  z.object({
    kind: z.literal('export'),
    sequence: z.number().int(),
    ticket: z.string(),
    done: z.number().int(),
    total: z.number().int(),
  }),
  /** The agents, path mappings or another setting changed. */
  z.object({ kind: z.literal('settings'), sequence: z.number().int() }),
])
export type LiveMessage = z.infer<typeof LiveMessage>
