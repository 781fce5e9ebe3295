import { z } from 'zod'
import { defineRoute } from './route.ts'
import { SessionId } from './session.ts'

/**
 * How sure a file's content is. `exact`: the whole content was observed, or a patch matched an exact base, and
 * nothing since could have touched it unseen. `probable`: something could have. `unknown`: the content is not known.
 */
export const Confidence = z.enum(['exact', 'probable', 'unknown'])
export type Confidence = z.infer<typeof Confidence>

/** Where a file's content is known from. */
export const CodeSource = z.object({
  /** `edit`, `write`, `read`, `shell`, `backup`, `outside` (a change that no tool call made), `delete`. */
  kind: z.enum(['edit', 'write', 'read', 'shell', 'backup', 'outside', 'delete']),
  /** `seq` of the event, when it belongs to the asked session. */
  event: z.number().int().optional(),
  /** The session that the event belongs to, when it is another one. */
  session: SessionId.optional(),
  /** `seq` of the event in that other session. */
  sessionEvent: z.number().int().optional(),
  commit: z.string().optional(),
  at: z.iso.datetime().nullable(),
})
export type CodeSource = z.infer<typeof CodeSource>

export const CodeFile = z.object({
  /** Relative to `projectPath` where inside it, else absolute. */
  path: z.string(),
  state: z.enum(['present', 'deleted']),
  /** Of the file's bytes; null when unknown or deleted. */
  sha256: z.string().nullable(),
  bytes: z.number().int().nullable(),
  confidence: Confidence,
  source: CodeSource,
  /** True when this session changed it at or before the moment. */
  changed: z.boolean(),
})
export type CodeFile = z.infer<typeof CodeFile>

/** A moment: an event's `seq` or its id. Absent means the end of the session. */
const Moment = z.string().max(400)

const SessionParams = z.object({ sessionId: SessionId })

export const getCode = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/code',
  summary: 'Lists the files of the project as they stood right after an event.',
  area: 'Replay',
  params: SessionParams,
  query: z.object({ at: Moment.optional() }),
  reply: z.object({ at: z.number().int(), files: z.array(CodeFile) }),
  // Thousands of files: checking them costs more than finding them.
  trustReply: true,
})

export const getCodeFile = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/code/file',
  summary: 'Returns one file as it stood right after an event. `text` is null for binary or unknown content.',
  area: 'Replay',
  params: SessionParams,
  query: z.object({ at: Moment.optional(), path: z.string().min(1).max(4096) }),
  reply: CodeFile.extend({
    at: z.number().int(),
    text: z.string().nullable(),
    /** Line ranges (from 1, inclusive) that the last change wrote, for marking. */
    changedLines: z.array(z.tuple([z.number().int(), z.number().int()])),
    /** For each line its writer: index into `writers`, or -1 when it was there before. Empty when too large. */
    writtenBy: z.array(z.number().int()),
    writers: z.array(CodeSource.pick({ event: true, session: true, sessionEvent: true })),
  }),
  // A number for each line, many times a second while the scrubber is dragged.
  trustReply: true,
})

export const getCodeDiff = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/code/diff',
  summary: 'Compares one file at two moments. `from` may be `start`, `to` may be `disk`.',
  area: 'Replay',
  params: SessionParams,
  query: z.object({ path: z.string().min(1).max(4096), from: Moment.optional(), to: Moment.optional() }),
  reply: z.object({
    path: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    added: z.number().int(),
    removed: z.number().int(),
    /** A unified diff; null when a side is binary or unknown, or when the two are too different to compare in time. */
    patch: z.string().nullable(),
  }),
})
