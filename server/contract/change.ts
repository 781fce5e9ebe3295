import { z } from 'zod'
import { defineRoute, pageOf } from './route.ts'

/** What would be done to a file outside the data folder, or was. `refused` changes nothing; `reason` says why. */
export const FileAction = z.enum(['create', 'replace', 'delete', 'unchanged', 'refused'])
export type FileAction = z.infer<typeof FileAction>

/** One file of a plan. */
export const PlannedFile = z.object({
  /** Absolute. */
  path: z.string(),
  action: FileAction,
  /** A sentence; only with `refused`. */
  reason: z.string().optional(),
  /** Bytes it has now; null when it is not there. */
  bytesBefore: z.number().int().nullable(),
  bytesAfter: z.number().int().nullable(),
  /** A unified diff of what would change; null when either side is binary, absent or too large to be shown. */
  patch: z.string().nullable(),
})
export type PlannedFile = z.infer<typeof PlannedFile>

/** Why Lossless wrote into files that are not its own. */
export const ChangeKind = z.enum(['restore', 'code', 'fork', 'hooks', 'brief', 'redaction', 'handoff'])
export type ChangeKind = z.infer<typeof ChangeKind>

/**
 * Something that Lossless wrote outside its data folder. `interrupted`: the program ended in the middle; each file is
 * wholly old or wholly new, and undo brings the old ones back.
 */
export const OutsideChange = z.object({
  id: z.number().int(),
  kind: ChangeKind,
  /** One line: what was done. */
  title: z.string(),
  at: z.iso.datetime(),
  state: z.enum(['done', 'undone', 'interrupted']),
  files: z.array(
    z.object({
      path: z.string(),
      action: z.enum(['create', 'replace', 'delete']),
      /** False when undo would refuse it, because the file was changed since. */
      canUndo: z.boolean(),
    }),
  ),
})
export type OutsideChange = z.infer<typeof OutsideChange>

export const listChanges = defineRoute({
  method: 'GET',
  path: '/api/changes',
  summary: 'Lists what Lossless wrote outside its data folder, newest first.',
  area: 'Vault',
  query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(100), cursor: z.string().optional() }),
  reply: pageOf(OutsideChange),
})

export const undoChange = defineRoute({
  method: 'POST',
  path: '/api/changes/:changeId/undo',
  summary: 'Puts back the bytes that a change replaced, and removes what it created. Files changed since are refused.',
  area: 'Vault',
  params: z.object({ changeId: z.coerce.number().int() }),
  body: z.object({
    dryRun: z.boolean().default(false),
    /** Put back the others although some files are refused. */
    skipRefused: z.boolean().default(false),
  }),
  reply: z.object({ files: z.array(PlannedFile), applied: z.boolean() }),
})
