/**
 * Tables of vault.db, the precious database. Read by drizzle-kit to generate migrations; nothing imports it while the
 * app runs, because loading Drizzle takes a second.
 */
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** A file that was seen once. Rows are never deleted. */
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
