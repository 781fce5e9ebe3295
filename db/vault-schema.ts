/**
 * Tables of vault.db, the precious database. Read by drizzle-kit to generate migrations; nothing imports it while the
 * app runs, because loading Drizzle takes a second.
 */
import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** A file that was seen once. Rows are never deleted. Role `outside`: a copy of a file that Lossless was to overwrite. */
export const sources = sqliteTable('sources', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  agent: text('agent').notNull(),
  path: text('path').notNull().unique(),
  role: text('role').notNull(),
  nativeId: text('native_id'),
  subagentId: text('subagent_id'),
  /** `present` or `gone`. */
  state: text('state').notNull(),
  /** Why it could not be read at the last try, as a sentence. */
  problem: text('problem'),
  /** Device and inode of the file that the newest generation was read from. */
  identity: text('identity'),
  /** Size and time of change when it was last read to its end; null while a reading is incomplete. */
  size: integer('size'),
  mtimeNs: text('mtime_ns'),
  lastKeptAt: integer('last_kept_at'),
  /** Permission bits and time of change when it was last seen as a file; they stay when it vanishes. */
  mode: integer('mode'),
  seenMtimeNs: text('seen_mtime_ns'),
})

/** The bytes of a source between two rewrites. Only ever grows. */
export const generations = sqliteTable(
  'generations',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    sourceId: integer('source_id')
      .notNull()
      .references(() => sources.id),
    /** From 1, in the order of rewrites. */
    number: integer('number').notNull(),
    length: integer('length').notNull(),
    /** Up to here the pieces end at content-defined boundaries; those after it are loose and will be replaced. */
    settled: integer('settled').notNull(),
    /** SHA-256 of the first and of the last 4 KiB, by which an append is told from a rewrite. */
    headHash: blob('head_hash', { mode: 'buffer' }).notNull(),
    tailHash: blob('tail_hash', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('generations_by_source').on(table.sourceId, table.number)],
)

/** Bytes by their hash, each stored once. `codec` is 0 for plain, 1 for zstd. Ids are never reused: caches rely on it. */
export const chunks = sqliteTable('chunks', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  sha256: blob('sha256', { mode: 'buffer' }).notNull().unique(),
  length: integer('length').notNull(),
  codec: integer('codec').notNull(),
  bytes: blob('bytes', { mode: 'buffer' }).notNull(),
})

/** Which chunk stands where in a generation: without gaps, without overlaps. */
export const pieces = sqliteTable(
  'pieces',
  {
    generationId: integer('generation_id')
      .notNull()
      .references(() => generations.id),
    offset: integer('offset').notNull(),
    length: integer('length').notNull(),
    chunkId: integer('chunk_id')
      .notNull()
      .references(() => chunks.id),
  },
  (table) => [primaryKey({ columns: [table.generationId, table.offset] }), index('pieces_by_chunk').on(table.chunkId)],
)

/** Where a project's folder is now. A setting that the user made, so it stands here and not in the index. */
export const pathMappings = sqliteTable('path_mappings', {
  from: text('from').primaryKey(),
  to: text('to').notNull(),
  createdAt: integer('created_at').notNull(),
})

/** Named moments of the vault. Deleting one takes no bytes of sessions. */
export const snapshots = sqliteTable(
  'snapshots',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    label: text('label'),
    reason: text('reason').notNull(),
    cause: text('cause'),
    /** JSON, as it was asked for. */
    scope: text('scope').notNull(),
    /** JSON list of the ids of its sources; null when it names all that have a mark. */
    members: text('members'),
    createdAt: integer('created_at').notNull(),
    isPinned: integer('is_pinned', { mode: 'boolean' }).notNull().default(false),
    sessions: integer('sessions').notNull(),
    sources: integer('sources').notNull(),
    rawBytes: integer('raw_bytes').notNull(),
    changedSources: integer('changed_sources').notNull(),
    changedBytes: integer('changed_bytes').notNull(),
  },
  (table) => [index('snapshots_by_scope').on(table.scope, table.id)],
)

/**
 * How a source stood at a snapshot, written only when it stood otherwise at its mark before. The newest mark up to a
 * snapshot counts for it.
 */
export const snapshotMarks = sqliteTable(
  'snapshot_marks',
  {
    sourceId: integer('source_id')
      .notNull()
      .references(() => sources.id),
    snapshotId: integer('snapshot_id')
      .notNull()
      .references(() => snapshots.id),
    generationId: integer('generation_id')
      .notNull()
      .references(() => generations.id),
    /** Bytes of the generation that belong to it. */
    length: integer('length').notNull(),
    /** `present` or `gone`: the file at that moment. */
    state: text('state').notNull(),
    mode: integer('mode'),
    mtimeNs: text('mtime_ns'),
  },
  (table) => [
    primaryKey({ columns: [table.sourceId, table.snapshotId] }),
    index('snapshot_marks_by_snapshot').on(table.snapshotId),
  ],
)

/** What the vault notes about itself, as JSON by name: rules of retention, the result of the last check. */
export const vaultNotes = sqliteTable('vault_notes', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
  updatedAt: integer('updated_at').notNull(),
})

/**
 * What was written outside the data folder. A row stands before the first byte is written, so that a start after a
 * crash knows what to look at. `phase` is `writing`, `moving`, `done`, `undone` or `interrupted`; a row with `undo_of`
 * is an undo under way and goes when it is through.
 */
export const outsideChanges = sqliteTable(
  'outside_changes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    at: integer('at').notNull(),
    phase: text('phase').notNull(),
    undoOf: integer('undo_of'),
    /** JSON of whoever asked for the change. */
    note: text('note'),
  },
  (table) => [index('outside_changes_by_phase').on(table.phase)],
)

/** The files of a change: where the bytes before lie in the vault, and what stands there after it. */
export const outsideFiles = sqliteTable(
  'outside_files',
  {
    changeId: integer('change_id')
      .notNull()
      .references(() => outsideChanges.id),
    n: integer('n').notNull(),
    path: text('path').notNull(),
    root: text('root').notNull(),
    /** `create`, `replace` or `delete`. */
    action: text('action').notNull(),
    /** The file that becomes it; null for `delete`. */
    temp: text('temp'),
    /** Null while nothing is kept, and for `create`. */
    beforeGenerationId: integer('before_generation_id').references(() => generations.id),
    beforeLength: integer('before_length'),
    beforeSha256: text('before_sha256'),
    beforeMode: integer('before_mode'),
    beforeMtimeMs: real('before_mtime_ms'),
    /** Null until the new bytes are on disk, and for `delete`. */
    afterSha256: text('after_sha256'),
    afterLength: integer('after_length'),
    /** Of the file right after the change, by which it is told whether it was changed since. */
    afterStamp: text('after_stamp'),
  },
  (table) => [primaryKey({ columns: [table.changeId, table.n] })],
)

/** Folders that a change made, outermost first: undo removes those that are empty. */
export const outsideFolders = sqliteTable(
  'outside_folders',
  {
    changeId: integer('change_id')
      .notNull()
      .references(() => outsideChanges.id),
    n: integer('n').notNull(),
    path: text('path').notNull(),
  },
  (table) => [primaryKey({ columns: [table.changeId, table.n] })],
)

/**
 * Secrets that were found in sessions, each once. No value stands here: `hash` is an HMAC of it with the key of this
 * installation. Where they stand is derived and lies in the index; what the user decided about them does not.
 */
export const secrets = sqliteTable(
  'secrets',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    hash: blob('hash', { mode: 'buffer' }).notNull().unique(),
    /** What tells it from others where it is masked: the beginning of the hash in base32, as long as it has to be. */
    tag: text('tag').notNull().unique(),
    kind: text('kind').notNull(),
    provider: text('provider'),
    /** `definite`, `likely` or `candidate`: the surest that was said of it. */
    tier: text('tier').notNull(),
    length: integer('length').notNull(),
    /** `open`, `ignored`, `redacted` or `rotated`. */
    state: text('state').notNull().default('open'),
    reason: text('reason'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('secrets_by_kind').on(table.kind)],
)

/**
 * Redactions that were made, or are under way. `phase` is `staged` (the bytes without secrets lie beside the old ones),
 * `swapped` (they took their place, the index does not know yet), `done`, `undoing`, `unswapped` (the old bytes are back,
 * the index does not know yet) or `undone`.
 */
export const redactions = sqliteTable('redactions', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  title: text('title').notNull(),
  at: integer('at').notNull(),
  phase: text('phase').notNull(),
  /** JSON: what was asked for. */
  request: text('request').notNull(),
  /** How many secrets were taken out. */
  secrets: integer('secrets').notNull().default(0),
  /** Of `outside_changes`, when agents' own files were written. */
  changeId: integer('change_id'),
  /** False when what was there before is gone for good. */
  hasBefore: integer('has_before', { mode: 'boolean' }).notNull().default(true),
})

/** Generations that a redaction changes. */
export const redactedGenerations = sqliteTable(
  'redacted_generations',
  {
    redactionId: integer('redaction_id')
      .notNull()
      .references(() => redactions.id),
    generationId: integer('generation_id')
      .notNull()
      .references(() => generations.id),
    /** Holds the new bytes until the swap and the old ones after it; null when these are gone. */
    otherId: integer('other_id').references(() => generations.id),
    /** How the generation stood when its new bytes were made: another length or end means that it grew since. */
    length: integer('length').notNull(),
    tailHash: blob('tail_hash', { mode: 'buffer' }).notNull(),
    /** Bytes that it has after the swap: more mean that it grew since. */
    lengthAfter: integer('length_after').notNull(),
    /** JSON: lengths of snapshot marks before the swap, by snapshot. */
    marks: text('marks').notNull().default('{}'),
  },
  (table) => [
    primaryKey({ columns: [table.redactionId, table.generationId] }),
    index('redacted_generations_by_generation').on(table.generationId),
    index('redacted_generations_by_other').on(table.otherId),
  ],
)
