import { z } from 'zod'
import { defineRoute } from './route.ts'
import { SecretTier } from './secrets.ts'
import { SessionId } from './session.ts'

/** What shall be taken out. */
export const RedactionChoice = z.object({
  /** Secrets that stay as they are. */
  keep: z.array(z.number().int()).default([]),
  /** These secrets only; absent: all that are found. */
  only: z.array(z.number().int()).optional(),
  /** Values that are only candidates go too. */
  candidates: z.boolean().default(true),
})
export type RedactionChoice = z.infer<typeof RedactionChoice>

/** One secret of a preview. */
export const RedactedSecret = z.object({
  secretId: z.number().int(),
  placeholder: z.string(),
  kind: z.string(),
  label: z.string(),
  tier: SecretTier,
  /** `ghp_••••(40)`. */
  hint: z.string(),
  /** How often it stands in what was looked at, earlier states of the files too when kept copies are meant. */
  hits: z.number().int(),
  /** False when it is to stay. */
  isTakenOut: z.boolean(),
})
export type RedactedSecret = z.infer<typeof RedactedSecret>

/** One changed string, as it reads afterwards: the placeholder with the text around it. */
export const RedactionHunk = z.object({
  path: z.string(),
  /** Counted from 1. */
  line: z.number().int(),
  /** The way to the string in the record, as words. */
  field: z.string(),
  text: z.string(),
  secretId: z.number().int(),
})
export type RedactionHunk = z.infer<typeof RedactionHunk>

/** What a redaction finds, in numbers, and the first changed strings. */
export const RedactionPreview = z.object({
  secrets: z.array(RedactedSecret),
  hunks: z.array(RedactionHunk),
  /** There are more than these. */
  hasMore: z.boolean(),
  lines: z.number().int(),
  changedLines: z.number().int(),
  /**
   * What is left as it is: strings that were too costly to look at to their end, and known values in what the agent needs
   * as it wrote it (signatures, ids, encrypted contents, images). The first 100.
   */
  left: z.array(
    z.object({
      path: z.string(),
      line: z.number().int(),
      field: z.string(),
      why: z.enum(['unchecked', 'untouchable']),
    }),
  ),
})
export type RedactionPreview = z.infer<typeof RedactionPreview>

/** `own`: the agent's own files. `kept`: what Lossless keeps of them, in every state. */
export const RedactionScope = z.enum(['own', 'kept'])
export type RedactionScope = z.infer<typeof RedactionScope>

/** A file of a redaction. Sub-agents' transcripts, side files and the agent's prompt history belong to it. */
export const RedactionFile = z.object({
  path: z.string(),
  scope: RedactionScope,
  action: z.enum(['replace', 'unchanged', 'refused']),
  /** A sentence; only with `refused`. */
  reason: z.string().optional(),
  changedLines: z.number().int(),
})
export type RedactionFile = z.infer<typeof RedactionFile>

export const redactSessions = defineRoute({
  method: 'POST',
  path: '/api/redactions',
  summary: 'Plans or makes a redaction of sessions: of the agent’s own files, of the kept copies, or of both.',
  area: 'Secrets',
  body: z.object({
    /** Empty: every session that holds one of `choice.only`. */
    sessions: z.array(SessionId).max(1000).default([]),
    scopes: z.array(RedactionScope).min(1),
    choice: RedactionChoice.default({ keep: [], candidates: true }),
    /** With `none` the old bytes are gone for good; only for kept copies, which else hold them. */
    before: z.enum(['keep', 'none']).default('keep'),
    dryRun: z.boolean().default(false),
    /** Change the others although some files are refused. */
    skipRefused: z.boolean().default(false),
    /** Of the plan that was shown: `conflict` when something changed since. */
    plan: z.string().max(100).optional(),
    /** A name for this work: live messages tell how far it is, and `stopRedaction` stops it. A later request of the same name does so too. */
    job: z.string().min(1).max(60).optional(),
  }),
  reply: z.object({
    files: z.array(RedactionFile),
    preview: RedactionPreview,
    applied: z.boolean(),
    plan: z.string(),
    /** Null when nothing was changed. */
    redactionId: z.number().int().nullable(),
  }),
})

export const stopRedaction = defineRoute({
  method: 'DELETE',
  path: '/api/redactions/jobs/:job',
  summary:
    'Stops a redaction that is being planned or prepared: nothing is changed. One that writes already is carried through.',
  area: 'Secrets',
  params: z.object({ job: z.string().min(1).max(60) }),
  reply: z.object({ stopped: z.boolean() }),
})

/** A redaction that was made. */
export const Redaction = z.object({
  id: z.number().int(),
  at: z.iso.datetime(),
  title: z.string(),
  scopes: z.array(RedactionScope),
  sessions: z.array(SessionId),
  secrets: z.number().int(),
  state: z.enum(['done', 'undone']),
  /** False when it was undone, or when what was there before is gone for good. */
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

const RedactionParams = z.object({ redactionId: z.coerce.number().int() })

export const undoRedaction = defineRoute({
  method: 'POST',
  path: '/api/redactions/:redactionId/undo',
  summary: 'Puts back what a redaction took out, in the agent’s own files and in the kept copies.',
  area: 'Secrets',
  params: RedactionParams,
  body: z.object({ dryRun: z.boolean().default(false) }),
  reply: z.object({ files: z.array(RedactionFile), applied: z.boolean() }),
})

export const forgetRedacted = defineRoute({
  method: 'DELETE',
  path: '/api/redactions/:redactionId/before',
  summary: 'Deletes what was kept for undoing a redaction of kept copies: the values are gone for good.',
  area: 'Secrets',
  params: RedactionParams,
  reply: Redaction,
})
