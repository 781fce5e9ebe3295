import { z } from 'zod'
import { defineRoute, pageOf } from './route.ts'
import { SessionId, SessionSource } from './session.ts'
import { AgentId } from './agent.ts'

/** Why a snapshot was taken. `level`: the context passed a warning level. */
export const SnapshotReason = z.enum(['manual', 'compaction', 'level', 'restore', 'redaction', 'config', 'daily'])
export type SnapshotReason = z.infer<typeof SnapshotReason>

/** What a snapshot names: everything, some sessions (with their sub-agents and side files), or some projects. */
export const SnapshotScope = z.union([
  z.object({ all: z.literal(true) }),
  z.object({ sessions: z.array(SessionId).min(1) }),
  z.object({ projects: z.array(z.string().min(1).max(4096)).min(1) }),
])
export type SnapshotScope = z.infer<typeof SnapshotScope>

/** A named moment of the vault. Costs a row for each source that changed since the one before, never a copy. */
export const Snapshot = z.object({
  id: z.number().int(),
  label: z.string().nullable(),
  reason: SnapshotReason,
  /** One sentence, e.g. which session's context passed which level. */
  cause: z.string().nullable(),
  scope: SnapshotScope,
  at: z.iso.datetime(),
  isPinned: z.boolean(),
  sessions: z.number().int(),
  sources: z.number().int(),
  /** Bytes that it names, as the files had them. */
  rawBytes: z.number().int(),
  /** Sources and bytes that are new or longer than in the snapshot before it. */
  changedSources: z.number().int(),
  changedBytes: z.number().int(),
})
export type Snapshot = z.infer<typeof Snapshot>

/** One session as a snapshot holds it. */
export const SnapshotSession = z.object({
  id: SessionId,
  agent: AgentId,
  title: z.string(),
  projectPath: z.string().nullable(),
  /** Bytes of its sources in the snapshot, and how the sources stand now. */
  rawBytes: z.number().int(),
  sources: z.array(SessionSource.extend({ bytesNow: z.number().int() })),
})
export type SnapshotSession = z.infer<typeof SnapshotSession>

const SnapshotParams = z.object({ snapshotId: z.coerce.number().int() })

export const createSnapshot = defineRoute({
  method: 'POST',
  path: '/api/snapshots',
  summary: 'Keeps what is new in the files now and names the moment.',
  area: 'Vault',
  body: z.object({ label: z.string().max(200).optional(), scope: SnapshotScope }),
  reply: Snapshot,
})

export const listSnapshots = defineRoute({
  method: 'GET',
  path: '/api/snapshots',
  summary: 'Lists snapshots, newest first.',
  area: 'Vault',
  query: z.object({
    session: SessionId.optional(),
    reason: SnapshotReason.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    cursor: z.string().optional(),
  }),
  reply: pageOf(Snapshot),
})

export const getSnapshot = defineRoute({
  method: 'GET',
  path: '/api/snapshots/:snapshotId',
  summary: 'Opens a snapshot: the sessions in it and their sources.',
  area: 'Vault',
  params: SnapshotParams,
  reply: Snapshot.extend({ items: z.array(SnapshotSession) }),
})

export const updateSnapshot = defineRoute({
  method: 'PUT',
  path: '/api/snapshots/:snapshotId',
  summary: 'Labels or pins a snapshot. Retention leaves pinned ones alone.',
  area: 'Vault',
  params: SnapshotParams,
  body: z.object({ label: z.string().max(200).nullable().optional(), isPinned: z.boolean().optional() }),
  reply: Snapshot,
})

export const deleteSnapshot = defineRoute({
  method: 'DELETE',
  path: '/api/snapshots/:snapshotId',
  summary: 'Deletes the name of a moment. The bytes of sessions stay in the vault.',
  area: 'Vault',
  params: SnapshotParams,
  reply: z.object({ removed: z.boolean() }),
})

export const compareSnapshots = defineRoute({
  method: 'GET',
  path: '/api/snapshots/:snapshotId/compare',
  summary:
    'Says how the vault differs between two snapshots, or between one and now: sessions, lines, files of code state.',
  area: 'Vault',
  params: SnapshotParams,
  query: z.object({
    /** Id of the other, later snapshot; absent means now. */
    with: z.coerce.number().int().optional(),
  }),
  reply: z.object({
    items: z.array(
      z.object({
        sessionId: SessionId,
        title: z.string(),
        change: z.enum(['added', 'grown', 'rewritten', 'gone', 'unchanged']),
        bytesBefore: z.number().int(),
        bytesAfter: z.number().int(),
        /** Of the session's own file: whole lines only in the later one, and only in the earlier one after a rewrite. */
        linesAdded: z.number().int(),
        linesRemoved: z.number().int(),
        /** Files of the project whose content differs between the two moments, as far as code state knows. */
        codeFiles: z.array(z.object({ path: z.string(), change: z.enum(['created', 'modified', 'deleted']) })),
        /** `seq` of the last event in each; null when the session is not in it. */
        seqBefore: z.number().int().nullable(),
        seqAfter: z.number().int().nullable(),
      }),
    ),
  }),
})

/** Which snapshots are kept. Pinned and labelled ones always are. */
export const RetentionRules = z.object({
  /** Of automatic snapshots: all of the last days; for so many days before these one a day; before these one a week. */
  keepAllDays: z.number().int().min(1).max(3650),
  keepDailyDays: z.number().int().min(0).max(3650),
  keepWeeklyDays: z.number().int().min(0).max(36500),
})
export type RetentionRules = z.infer<typeof RetentionRules>

export const getRetention = defineRoute({
  method: 'GET',
  path: '/api/retention',
  summary: 'Returns the rules by which automatic snapshots go, and which would go now.',
  area: 'Vault',
  query: z.object({
    keepAllDays: z.coerce.number().int().optional(),
    keepDailyDays: z.coerce.number().int().optional(),
    keepWeeklyDays: z.coerce.number().int().optional(),
  }),
  reply: z.object({ rules: RetentionRules, wouldGo: z.array(Snapshot) }),
})

export const putRetention = defineRoute({
  method: 'PUT',
  path: '/api/retention',
  summary: 'Sets the rules and applies them. Bytes of sessions stay in the vault whatever they say.',
  area: 'Vault',
  body: RetentionRules,
  reply: z.object({ rules: RetentionRules, removed: z.number().int() }),
})

/** A place in the vault whose bytes are not what was kept. */
export const VaultDamage = z.object({
  sourcePath: z.string(),
  sessionId: SessionId.nullable(),
  generation: z.number().int(),
  offset: z.number().int(),
  bytes: z.number().int(),
  reason: z.string(),
})
export type VaultDamage = z.infer<typeof VaultDamage>

export const VerifyReport = z.object({
  state: z.enum(['running', 'done', 'cancelled', 'never']),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  bytesDone: z.number().int(),
  bytesTotal: z.number().int(),
  sources: z.number().int(),
  damage: z.array(VaultDamage),
})
export type VerifyReport = z.infer<typeof VerifyReport>

export const startVerify = defineRoute({
  method: 'POST',
  path: '/api/verify',
  summary: 'Reads the whole vault and checks every hash. Answers when it is done, or at once with `wait: false`.',
  area: 'Vault',
  body: z.object({ wait: z.boolean().default(true) }),
  reply: VerifyReport,
})

export const getVerify = defineRoute({
  method: 'GET',
  path: '/api/verify',
  summary: 'Returns the progress of the running check, or the result of the last one.',
  area: 'Vault',
  reply: VerifyReport,
})

export const cancelVerify = defineRoute({
  method: 'DELETE',
  path: '/api/verify',
  summary: 'Ends the running check.',
  area: 'Vault',
  reply: VerifyReport,
})

export const getStorage = defineRoute({
  method: 'GET',
  path: '/api/storage',
  summary: 'Says what the vault holds: raw and stored bytes, sources, and those whose file is gone or was rewritten.',
  area: 'Vault',
  reply: z.object({
    rawBytes: z.number().int(),
    vaultBytes: z.number().int(),
    sources: z.number().int(),
    gone: z.number().int(),
    rewritten: z.number().int(),
    lastVerifiedAt: z.iso.datetime().nullable(),
  }),
})
