import { z } from 'zod'
import { RedactionChoice, RedactionPreview } from './redactions.ts'
import { defineRoute } from './route.ts'
import { SessionId } from './session.ts'

/** `jsonl`: the agent's own format. `json`: ours, documented. `html`: one file that replays by itself. `bundle`: for another Lossless. */
export const ExportFormat = z.enum(['markdown', 'jsonl', 'json', 'html', 'bundle'])
export type ExportFormat = z.infer<typeof ExportFormat>

/** Events from one `seq` to another, both included. */
export const ExportRange = z.object({
  from: z.number().int().min(0).optional(),
  to: z.number().int().min(0).optional(),
})
export type ExportRange = z.infer<typeof ExportRange>

const ExportBody = z.object({
  format: ExportFormat,
  /** Absent: the whole session. */
  range: ExportRange.optional(),
  /** Absent: everything that is found is taken out. */
  redactions: RedactionChoice.optional(),
  /** Sub-agents' work too. */
  subagents: z.boolean().default(true),
})
export type ExportBody = z.infer<typeof ExportBody>

const SessionParams = z.object({ sessionId: SessionId })

export const previewExport = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/export/preview',
  summary: 'Shows what an export takes out, and how large it becomes. The export itself comes from the same function.',
  area: 'Sharing',
  params: SessionParams,
  body: ExportBody,
  reply: z.object({
    preview: RedactionPreview,
    fileName: z.string(),
    bytes: z.number().int(),
    /** Why it cannot be shared as it is, as a sentence; null when it can. */
    refusal: z.string().nullable(),
    /** Given back as `plan`, nothing else than what was shown is exported. */
    plan: z.string(),
  }),
})

/**
 * Answers with the file itself (`content-disposition: attachment`), not with JSON. `conflict` while anything in it could
 * not be looked at to its end.
 */
export const exportSession = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/export',
  summary: 'Exports a session or a part of it as a file, secrets taken out.',
  area: 'Sharing',
  params: SessionParams,
  body: ExportBody.extend({ plan: z.string().max(100).optional() }),
  reply: z.unknown(),
  trustReply: true,
})

/** What a bundle brought. */
export const ImportedBundle = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  /** Who made it, as it says itself: version of Lossless, time. */
  madeBy: z.string(),
  sessions: z.array(z.object({ sessionId: SessionId, title: z.string(), state: z.enum(['new', 'known']) })),
})
export type ImportedBundle = z.infer<typeof ImportedBundle>

export const importBundle = defineRoute({
  method: 'POST',
  path: '/api/import',
  summary: 'Takes in a bundle (the request’s body, `application/octet-stream`): its sessions can be replayed here.',
  area: 'Sharing',
  reply: ImportedBundle,
})

export const listImports = defineRoute({
  method: 'GET',
  path: '/api/import',
  summary: 'Lists the bundles that were taken in.',
  area: 'Sharing',
  reply: z.object({ items: z.array(ImportedBundle) }),
})

export const removeImport = defineRoute({
  method: 'DELETE',
  path: '/api/import/:importId',
  summary: 'Takes the sessions of a bundle out of the lists again. What was kept of them stays in the vault.',
  area: 'Sharing',
  params: z.object({ importId: z.string().max(100) }),
  reply: z.object({ removed: z.boolean() }),
})
