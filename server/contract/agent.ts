import { z } from 'zod'

/** An adapter's folder name. Stored in ids, so it is never renamed. */
export const AgentId = z.enum(['claude-code', 'codex', 'gemini-cli', 'aider', 'cursor', 'cursor-cli'])
export type AgentId = z.infer<typeof AgentId>

/** An agent as Settings shows it. */
export const AgentSummary = z.object({
  id: AgentId,
  label: z.string(),
  /** The folders that were looked into, absolute, whether or not they exist. */
  roots: z.array(z.object({ path: z.string(), exists: z.boolean() })),
  sessions: z.number().int(),
  sources: z.number().int(),
  /** Sources that are no longer at their place but kept here. */
  gone: z.number().int(),
  bytes: z.number().int(),
  /** When bytes were last kept from this agent. */
  lastReadAt: z.iso.datetime().nullable(),
  problems: z.number().int(),
  /** Record kinds that the adapter does not know, most frequent first. */
  unknownKinds: z.array(z.object({ kind: z.string(), count: z.number().int() })),
  /** Sources that could not be read at the last try, with the reason as a sentence. */
  unreadable: z.array(z.object({ path: z.string(), reason: z.string() })),
})
export type AgentSummary = z.infer<typeof AgentSummary>
