import { z } from 'zod'
import { AgentId } from './agent.ts'
import { defineRoute } from './route.ts'
import { SessionId } from './session.ts'

/** Something of a session that does not reach the other agent. */
export const HandoffLoss = z.object({
  /** How many there are of it; null when that is no number. */
  count: z.number().int().nullable(),
  /** One sentence. */
  text: z.string(),
})
export type HandoffLoss = z.infer<typeof HandoffLoss>

/** Where a session goes on: an agent, or whoever is given a text to read. */
export const HandoffTarget = z.union([AgentId, z.literal('brief')])
export type HandoffTarget = z.infer<typeof HandoffTarget>

/** Tokens of a conversation when nobody says how many: it fits into every agent's context without being compacted. */
export const DEFAULT_HANDOFF_BUDGET = 120_000

export const handOffSession = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/handoff',
  summary:
    'Lets a session go on in another agent: as a session of its own where the agent can resume one, else as a brief in Markdown.',
  area: 'Sessions',
  params: z.object({ sessionId: SessionId }),
  body: z.object({
    to: HandoffTarget,
    /** `seq` or event id of the last event that is handed over; absent: the end. */
    at: z.union([z.number().int().min(0), z.string().min(1).max(400)]).optional(),
    /** Tokens at most: details of calls go first, then what is oldest. */
    budget: z.number().int().min(200).max(2_000_000).default(DEFAULT_HANDOFF_BUDGET),
    /** Says what would be written and lost, and writes nothing. */
    dryRun: z.boolean().default(false),
  }),
  reply: z.object({
    to: HandoffTarget,
    form: z.enum(['session', 'brief']),
    /** Of the new session; null for a brief. */
    nativeId: z.string().nullable(),
    /** Absolute; null for a brief, which is not written anywhere. */
    path: z.string().nullable(),
    /** The brief; null for a session. */
    text: z.string().nullable(),
    resume: z.object({ cwd: z.string().nullable(), command: z.string().nullable() }),
    /** For undo; null when nothing was written. */
    changeId: z.number().int().nullable(),
    /** `seq` of the last event that is handed over. */
    endsAt: z.number().int(),
    prompts: z.number().int(),
    answers: z.number().int(),
    calls: z.number().int(),
    tokens: z.number().int(),
    losses: z.array(HandoffLoss),
    /** What a person should know before resuming, as sentences. */
    warnings: z.array(z.string()),
  }),
})
