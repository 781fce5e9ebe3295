import { z } from 'zod'
import { defineRoute } from './route.ts'
import { SecretTier } from './secrets.ts'
import { SessionId } from './session.ts'

/** What shall be taken out. */
export const RedactionChoice = z.object({
  /** Secrets that stay as they are. */
  keep: z.array(z.number().int()).default([]),
  /** Values that are only candidates go too. */
  candidates: z.boolean().default(true),
  /** Names of users in paths, e-mail addresses and host names become stand-ins; absent: as the settings say. */
  personalData: z.boolean().optional(),
})
export type RedactionChoice = z.infer<typeof RedactionChoice>

/** One secret of a preview: where it goes, and how often. */
export const RedactedSecret = z.object({
  /** Null for a value that was first found now, and for personal data. */
  secretId: z.number().int().nullable(),
  placeholder: z.string(),
  kind: z.string(),
  label: z.string(),
  tier: SecretTier,
  group: z.enum(['secret', 'personal']),
  hint: z.string(),
  hits: z.number().int(),
  /** False when it was deselected. */
  isTakenOut: z.boolean(),
})
export type RedactedSecret = z.infer<typeof RedactedSecret>

/** One changed string of a preview, both sides masked: before `ghp_••••(40)`, after the placeholder. */
export const RedactionHunk = z.object({
  path: z.string(),
  /** Counted from 1. */
  line: z.number().int(),
  /** The event that the line makes; null when it makes none. */
  seq: z.number().int().nullable(),
  field: z.string(),
  before: z.string(),
  after: z.string(),
  secrets: z.array(z.string()),
})
export type RedactionHunk = z.infer<typeof RedactionHunk>

/** What a redaction finds and would do, in numbers and the first hunks. */
export const RedactionPreview = z.object({
  secrets: z.array(RedactedSecret),
  hunks: z.array(RedactionHunk),
  /** There are more hunks than these. */
  hasMore: z.boolean(),
  lines: z.number().int(),
  changedLines: z.number().int(),
  hits: z.number().int(),
  /** Strings that could not be looked at to their end, with where they are. While there are any, nothing is shared. */
  unchecked: z.array(z.object({ path: z.string(), line: z.number().int(), field: z.string() })),
})
export type RedactionPreview = z.infer<typeof RedactionPreview>

/** `own`: the agent's own files. `kept`: what Lossless keeps of them, in every generation. */
export const RedactionScope = z.enum(['own', 'kept'])
export type RedactionScope = z.infer<typeof RedactionScope>

const RedactionFile = z.object({
  path: z.string(),
  scope: RedactionScope,
  action: z.enum(['replace', 'unchanged', 'refused']),
  /** A sentence; only with `refused`. */
  reason: z.string().optional(),
  changedLines: z.number().int(),
})

export const redactSessions = defineRoute({
  method: 'POST',
  path: '/api/redactions',
  summary: 'Plans or makes a redaction of sessions: of the agent’s own files, of the kept copies, or of both.',
  area: 'Secrets',
  body: z.object({
    sessions: z.array(SessionId).min(1).max(1000),
    scopes: z.array(RedactionScope).min(1),
    choice: RedactionChoice.default({ keep: [], candidates: true }),
    /** Take out these secrets only; absent: all that are found. */
    only: z.array(z.number().int()).optional(),
    /** `keep` names the moment before, so that it can be undone; with `none` the old bytes are gone for good. */
    before: z.enum(['keep', 'none']).default('keep'),
    dryRun: z.boolean().default(false),
    skipRefused: z.boolean().default(false),
    /** Of the plan that was shown: `conflict` when something changed since. */
    plan: z.string().max(100).optional(),
  }),
  reply: z.object({
    files: z.array(RedactionFile),
    preview: RedactionPreview,
    applied: z.boolean(),
    plan: z.string(),
    /** For undo, by `POST /api/redactions/:redactionId/undo`; null when nothing was written or nothing was kept before. */
    redactionId: z.number().int().nullable(),
  }),
})

/** A redaction that was made. */
export const Redaction = z.object({
  id: z.number().int(),
  at: z.iso.datetime(),
  title: z.string(),
  scopes: z.array(RedactionScope),
  sessions: z.number().int(),
  secrets: z.number().int(),
  state: z.enum(['done', 'undone', 'interrupted']),
  canUndo: z.boolean(),
})
export type Redaction = z.infer<typeof Redaction>

export const listRedactions = defineRoute({
  method: 'GET',
  path: '/api/redactions',
  summary: 'Lists the redactions that were made, newest first.',
  area: 'Secrets',
  reply: z.object({ items: z.array(Redaction) }),
})

export const undoRedaction = defineRoute({
  method: 'POST',
  path: '/api/redactions/:redactionId/undo',
  summary: 'Puts back what a redaction took out, in the agent’s own files and in the kept copies.',
  area: 'Secrets',
  params: z.object({ redactionId: z.coerce.number().int() }),
  body: z.object({ dryRun: z.boolean().default(false) }),
  reply: z.object({ files: z.array(RedactionFile), applied: z.boolean() }),
})
