import { z } from 'zod'
import { HookAgent } from './hooks.ts'
import { defineRoute } from './route.ts'
import { SecretTier } from './secrets.ts'

/** A secret that the guard held back, however often. Its value is in no answer. */
export const HeldBack = z.object({
  id: z.number().int(),
  /** Id of the format or structure. */
  kind: z.string(),
  /** What people call it: “GitHub personal access token”. */
  label: z.string(),
  /** The mark that it has, or would have, wherever text is shown. */
  placeholder: z.string(),
  tier: SecretTier,
  /** Who was about to send it last. */
  agent: HookAgent,
  agentLabel: z.string(),
  /** The tool whose input carried it; null for a prompt. */
  tool: z.string().nullable(),
  /** How often it was held back. */
  times: z.number().int(),
  lastAt: z.iso.datetime(),
  /** The guard lets it pass from now on. */
  isLetThrough: z.boolean(),
})
export type HeldBack = z.infer<typeof HeldBack>

/** What the guard did so far. */
export const GuardReport = z.object({
  prompts: z.number().int(),
  toolCalls: z.number().int(),
  /** Prompts and tool calls that were let pass because they were too large or could not be looked at in time. */
  unchecked: z.number().int(),
  /** The newest first. */
  items: z.array(HeldBack),
})
export type GuardReport = z.infer<typeof GuardReport>

export const getGuard = defineRoute({
  method: 'GET',
  path: '/api/guard',
  summary: 'Says what the guard held back: how many prompts and tool calls, and which secrets, without their values.',
  area: 'Settings',
  reply: GuardReport,
})

export const putHeldBack = defineRoute({
  method: 'PUT',
  path: '/api/guard/:heldId',
  summary: 'Lets a secret pass the guard that was held back, or holds it back again.',
  area: 'Settings',
  params: z.object({ heldId: z.coerce.number().int() }),
  body: z.object({ isLetThrough: z.boolean() }),
  reply: GuardReport,
})
