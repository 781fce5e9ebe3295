import { z } from 'zod'
import { defineRoute } from './route.ts'
import { SessionId } from './session.ts'

/** A place at which a session can be cut. */
export const CutPoint = z.object({
  seq: z.number().int(),
  id: z.string(),
  /** One line of the prompt or answer that the fork would end with. */
  text: z.string(),
  /** Tokens in the context there; null when unknown. */
  contextUsed: z.number().int().nullable(),
  /** A sentence: why one would choose it. */
  reason: z.string(),
})
export type CutPoint = z.infer<typeof CutPoint>

export const forkSession = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/fork',
  summary: 'Writes a new session that ends at an event, for the agent to resume. The source is not touched.',
  area: 'Sessions',
  params: z.object({ sessionId: SessionId }),
  body: z.object({
    /** `seq` or event id of the last event that the fork has. */
    at: z.union([z.number().int().min(0), z.string().min(1).max(400)]),
    dryRun: z.boolean().default(false),
  }),
  reply: z.object({
    nativeId: z.string(),
    /** Absolute, in the agent's own folder. */
    path: z.string(),
    resume: z.object({ cwd: z.string().nullable(), command: z.string() }),
    /** For undo; null with `dryRun`. */
    changeId: z.number().int().nullable(),
    /** `seq` of the last event in the fork: calls without result and half answers are left out. */
    endsAt: z.number().int(),
    lines: z.number().int(),
    bytes: z.number().int(),
    /** What a person should know before resuming, as sentences. */
    warnings: z.array(z.string()),
    /** Earlier places to cut, where this one would make the agent compact again at once. */
    alternatives: z.array(CutPoint),
  }),
})

export const openTerminal = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/open-terminal',
  summary: 'Opens a terminal on this machine with the command that resumes the session.',
  area: 'Sessions',
  params: z.object({ sessionId: SessionId }),
  reply: z.object({ opened: z.boolean(), reason: z.string().nullable() }),
})
