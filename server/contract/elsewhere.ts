import { z } from 'zod'
import { defineRoute } from './route.ts'
import { SecretSeverity, SecretState } from './secrets.ts'

/** A file outside the sessions that holds a known value. It is listed, never touched. */
export const ElsewherePlace = z.object({
  /** Secrets in the path itself are masked. */
  path: z.string(),
  /** In a project that sessions are about, or in an agent's own folder: histories, pasted texts, settings, logs. */
  area: z.enum(['project', 'agent']),
  /** The line where it stands first, counted from 1. */
  line: z.number().int(),
  /** How often it stands in the file. */
  count: z.number().int(),
  secretId: z.number().int(),
})
export type ElsewherePlace = z.infer<typeof ElsewherePlace>

/** How a search goes, or how the last one ended. */
export const ElsewhereReport = z.object({
  state: z.enum(['never', 'running', 'done', 'cancelled', 'failed']),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  /** Folders that are searched, with everything below them. */
  roots: z.array(z.string()),
  rootsDone: z.number().int(),
  files: z.number().int(),
  bytes: z.number().int(),
  /** Files that were not looked into. */
  skipped: z.object({ large: z.number().int(), binary: z.number().int(), unreadable: z.number().int() }),
  /** True when there were more files than are searched at once. */
  isCapped: z.boolean(),
  /** How many values were looked for. */
  values: z.number().int(),
  places: z.array(ElsewherePlace),
})
export type ElsewhereReport = z.infer<typeof ElsewhereReport>

/** The report with the secrets that its places name. */
const ElsewhereReply = ElsewhereReport.extend({
  secrets: z.array(
    z.object({
      id: z.number().int(),
      label: z.string(),
      placeholder: z.string(),
      severity: SecretSeverity,
      state: SecretState,
    }),
  ),
})

export const getElsewhere = defineRoute({
  method: 'GET',
  path: '/api/secrets/elsewhere',
  summary: 'Tells how the search for known values in other places on disk goes, or how the last one ended.',
  area: 'Secrets',
  reply: ElsewhereReply,
})

export const searchElsewhere = defineRoute({
  method: 'POST',
  path: '/api/secrets/elsewhere',
  summary:
    'Searches the folders of projects and the agents’ own folders for known values, in the background. Nothing is changed there.',
  area: 'Secrets',
  reply: ElsewhereReply,
})

export const cancelElsewhere = defineRoute({
  method: 'DELETE',
  path: '/api/secrets/elsewhere',
  summary: 'Ends the running search. What it found so far stays listed.',
  area: 'Secrets',
  reply: ElsewhereReply,
})
