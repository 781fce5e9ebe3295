import { z } from 'zod'
import { Event } from './event.ts'
import { Confidence } from './replay.ts'
import { defineRoute } from './route.ts'
import { SecretTier } from './secrets.ts'
import { Session, SessionId } from './session.ts'

/**
 * `jsonl`: the agent's own records. `markdown`: to read. `json`: documented, for programs. `html`: one page that replays.
 * `bundle`: everything that belongs to the session, for another Lossless.
 */
export const ExportFormat = z.enum(['jsonl', 'markdown', 'json', 'html', 'bundle'])
export type ExportFormat = z.infer<typeof ExportFormat>

/** An event: its `seq` or its id. */
const EventName = z.union([z.number().int().min(0), z.string().min(1).max(400)])

/** Which events; both ends belong to it. A tool call and its result go together. */
export const ExportRange = z.object({ from: EventName.optional(), to: EventName.optional() })
export type ExportRange = z.infer<typeof ExportRange>

const ExportChoice = z.object({
  format: ExportFormat.default('jsonl'),
  range: ExportRange.optional(),
  /** The file before its n-th rewrite, counted from 1; absent: its longest state. Only for the agent's own records. */
  generation: z.number().int().min(1).optional(),
  /** The agent's own records of the session alone, without those of its sub-agents. */
  isAlone: z.boolean().default(false),
  /**
   * Exchange user names in paths, e-mail addresses, hosts and addresses of private networks for pseudonyms, always the same ones.
   * Not in a bundle, which names folders.
   */
  personal: z.boolean().default(false),
  redactions: z.object({ keep: z.array(z.number().int()).default([]) }).default({ keep: [] }),
})
export type ExportChoice = z.infer<typeof ExportChoice>

/** A secret that an export meets. */
export const ExportedSecret = z.object({
  secretId: z.number().int(),
  placeholder: z.string(),
  kind: z.string(),
  label: z.string(),
  tier: SecretTier,
  hits: z.number().int(),
  /** False when it is to stay. */
  isTakenOut: z.boolean(),
})
export type ExportedSecret = z.infer<typeof ExportedSecret>

/** A finished export, not given away yet. */
export const ExportPreview = z.object({
  /** Names it for `export`; forgotten after some minutes, or when newer ones were made. */
  plan: z.string(),
  fileName: z.string(),
  /** Of the finished file. */
  bytes: z.number().int(),
  /** Of the agent's own records; for other formats, of events. */
  lines: z.number().int(),
  changedLines: z.number().int(),
  /** The agent's files that it was made of. */
  files: z.number().int(),
  /** First and last event; null without a range. */
  range: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
  secrets: z.array(ExportedSecret),
  /** Places where personal data is exchanged. */
  personal: z.number().int(),
  /** Pictures in it: nobody looked for secrets in them. */
  images: z.number().int(),
  /** Files that belong to the session and stay here, each with the reason as a sentence. */
  leftOut: z.array(z.object({ path: z.string(), reason: z.string() })),
  /** Why it cannot be shared as it is, as a sentence; null when it can. */
  refusal: z.string().nullable(),
})
export type ExportPreview = z.infer<typeof ExportPreview>

const SessionParams = z.object({ sessionId: SessionId })

export const previewExport = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/export/preview',
  summary:
    'Makes an export and shows what it takes out. Nothing is given away; `export` with its `plan` gives this very file.',
  area: 'Sharing',
  params: SessionParams,
  body: ExportChoice.extend({
    /** A name by which live messages of the kind `export` tell how far it is. */
    ticket: z.string().min(1).max(60).optional(),
  }),
  reply: ExportPreview,
})

export const exportSession = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/export',
  summary:
    'Gives an export away as a file, secrets taken out (`content-disposition: attachment`): the one that was previewed, or one that is made now. `conflict` while a part of it could not be looked at to its end.',
  area: 'Sharing',
  params: SessionParams,
  /** With `plan` the rest does not count. */
  body: ExportChoice.extend({ plan: z.string().max(60).optional() }),
  reply: z.unknown(),
  trustReply: true,
})

/** A session as an export tells of it. */
export const SharedSession = Session.pick({
  id: true,
  agent: true,
  nativeId: true,
  title: true,
  projectPath: true,
  gitBranch: true,
  startedAt: true,
  endedAt: true,
  events: true,
  prompts: true,
  compactions: true,
  toolCalls: true,
  errors: true,
  models: true,
  tokens: true,
  costUsd: true,
  filesChanged: true,
  linesAdded: true,
  linesRemoved: true,
  parentId: true,
}).extend({
  /** Of a sub-agent: what it is, and `seq` of the tool call in its parent. */
  agentType: z.string().nullable(),
  description: z.string().nullable(),
  callSeq: z.number().int().nullable(),
})
export type SharedSession = z.infer<typeof SharedSession>

/**
 * A file's text from an event on. `keepStart` and `keepEnd` are how many UTF-16 units at the beginning and at the end are
 * those of the version before (nothing before the first one); `text` stands between them, null when it is not known.
 */
export const SharedVersion = z.object({
  /** -1: before the first event. */
  seq: z.number().int(),
  state: z.enum(['present', 'deleted']),
  confidence: Confidence,
  keepStart: z.number().int(),
  keepEnd: z.number().int(),
  text: z.string().nullable(),
})
export type SharedVersion = z.infer<typeof SharedVersion>

export const SharedFile = z.object({ path: z.string(), versions: z.array(SharedVersion) })
export type SharedFile = z.infer<typeof SharedFile>

/** The number of the documented format; another one where something changed its meaning. */
export const SHARED_VERSION = 1

/** A whole export in the format `json`; docs/export-format.md says more. */
export const SharedDocument = z.object({
  format: z.literal('lossless-session'),
  version: z.literal(SHARED_VERSION),
  session: SharedSession,
  range: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
  files: z.array(SharedFile),
  events: z.array(Event),
  subagents: z.array(z.object({ session: SharedSession, events: z.array(Event) })),
})
export type SharedDocument = z.infer<typeof SharedDocument>

/** Sessions that came from another Lossless. */
export const Import = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  fileName: z.string().nullable(),
  sessions: z.array(SessionId),
  files: z.number().int(),
  bytes: z.number().int(),
})
export type Import = z.infer<typeof Import>

export const importBundle = defineRoute({
  method: 'POST',
  path: '/api/import',
  summary:
    'Takes in a `.lossless` bundle, sent as `application/octet-stream`. Sessions that are here already are told in `known` and not doubled.',
  area: 'Sharing',
  query: z.object({ name: z.string().max(400).optional() }),
  reply: z.object({
    /** Null when all of its sessions are here already. */
    import: Import.nullable(),
    known: z.array(SessionId),
  }),
})

export const listImports = defineRoute({
  method: 'GET',
  path: '/api/imports',
  summary: 'Lists what was imported, newest first.',
  area: 'Sharing',
  reply: z.object({ items: z.array(Import) }),
})

export const removeImport = defineRoute({
  method: 'DELETE',
  path: '/api/imports/:importId',
  summary:
    'Removes the files of an import. What the vault kept of its sessions stays, as of any other file that vanished.',
  area: 'Sharing',
  params: z.object({ importId: z.string().max(80) }),
  reply: z.object({ removed: z.boolean() }),
})
