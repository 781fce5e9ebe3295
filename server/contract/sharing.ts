import { z } from 'zod'
import { defineRoute } from './route.ts'
import { SecretTier } from './secrets.ts'
import { SessionId } from './session.ts'

/** `jsonl`: the agent's own records. */
export const ExportFormat = z.enum(['jsonl'])
export type ExportFormat = z.infer<typeof ExportFormat>

const ExportBody = z.object({
  format: ExportFormat.default('jsonl'),
  /** The file before its n-th rewrite, counted from 1; absent: its longest state. */
  generation: z.number().int().min(1).optional(),
  redactions: z.object({ keep: z.array(z.number().int()).default([]) }).default({ keep: [] }),
})
export type ExportBody = z.infer<typeof ExportBody>

/** A secret that an export meets. */
export const ExportedSecret = z.object({
  /** Null for a value that was not noted before. */
  secretId: z.number().int().nullable(),
  placeholder: z.string(),
  kind: z.string(),
  label: z.string(),
  tier: SecretTier,
  hits: z.number().int(),
  /** False when it is to stay. */
  isTakenOut: z.boolean(),
})
export type ExportedSecret = z.infer<typeof ExportedSecret>

const SessionParams = z.object({ sessionId: SessionId })

export const previewExport = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/export/preview',
  summary: 'Shows what an export takes out. The export itself comes from the same function.',
  area: 'Sharing',
  params: SessionParams,
  body: ExportBody,
  reply: z.object({
    fileName: z.string(),
    lines: z.number().int(),
    changedLines: z.number().int(),
    bytes: z.number().int(),
    secrets: z.array(ExportedSecret),
    /** Why it cannot be shared as it is, as a sentence; null when it can. */
    refusal: z.string().nullable(),
  }),
})

export const exportSession = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/export',
  summary:
    'Exports a session as a file, secrets taken out (`content-disposition: attachment`). `conflict` while a part of it could not be looked at to its end.',
  area: 'Sharing',
  params: SessionParams,
  body: ExportBody,
  reply: z.unknown(),
  trustReply: true,
})
