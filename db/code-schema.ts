import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

// Code state: what files held, when, and how that is known. Derived from the vault like everything in the index.
// A moment is (at, session_key, seq, n); `at` never runs backwards inside a session.

/** Contents of files, each stored once: whole, or as the part that differs from another one. */
export const codeContents = sqliteTable(
  'code_contents',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    sha256: blob('sha256', { mode: 'buffer' }).notNull(),
    bytes: integer('bytes').notNull(),
    /** The content that this one shares its first `prefix` and last `suffix` bytes with. */
    baseId: integer('base_id'),
    /** How many bases have to be put together. */
    depth: integer('depth').notNull(),
    prefix: integer('prefix').notNull(),
    suffix: integer('suffix').notNull(),
    isPacked: integer('is_packed').notNull(),
    /** Shows marks of a secret that was taken out: these are not the bytes that stood on disk. */
    isMasked: integer('is_masked').notNull(),
    body: blob('body', { mode: 'buffer' }).notNull(),
  },
  (table) => [uniqueIndex('code_contents_by_hash').on(table.sha256)],
)

export const codeFiles = sqliteTable(
  'code_files',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** Absolute, as the agent knew it. */
    path: text('path').notNull(),
  },
  (table) => [uniqueIndex('code_files_by_path').on(table.path)],
)

/** What events tell about files, kept so that older sessions can be put in between later. */
export const codeOps = sqliteTable(
  'code_ops',
  {
    fileId: integer('file_id').notNull(),
    at: integer('at').notNull(),
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    n: integer('n').notNull(),
    by: text('by').notNull(),
    /** Null: not known. 0: no file was there. */
    beforeId: integer('before_id'),
    afterId: integer('after_id'),
    /** JSON of a change that depends on what stood there. */
    alteration: text('alteration'),
  },
  (table) => [
    primaryKey({ columns: [table.fileId, table.at, table.sessionKey, table.seq, table.n] }),
    index('code_ops_by_session').on(table.sessionKey, table.fileId),
    index('code_ops_by_alteration')
      .on(table.at)
      .where(sql`alteration IS NOT NULL`),
  ],
)

export const codeVersions = sqliteTable(
  'code_versions',
  {
    fileId: integer('file_id').notNull(),
    at: integer('at').notNull(),
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    n: integer('n').notNull(),
    /** Null: not known. 0: no file is there. */
    contentId: integer('content_id'),
    by: text('by').notNull(),
    /** From which moment on the content is sure; null when it never was. */
    exactAt: integer('exact_at'),
    exactSession: integer('exact_session'),
    exactSeq: integer('exact_seq'),
    exactN: integer('exact_n'),
    confirmedAt: integer('confirmed_at').notNull(),
    confirmedSession: integer('confirmed_session').notNull(),
    confirmedSeq: integer('confirmed_seq').notNull(),
    confirmedN: integer('confirmed_n').notNull(),
    isDoubted: integer('is_doubted').notNull(),
    /** The event that the content comes from, where it is not the version's own. */
    originAt: integer('origin_at'),
    originSession: integer('origin_session'),
    originSeq: integer('origin_seq'),
  },
  (table) => [
    primaryKey({ columns: [table.fileId, table.at, table.sessionKey, table.seq, table.n] }),
    index('code_versions_by_session').on(table.sessionKey, table.seq),
  ],
)

/** Commands that could have changed files which they do not name; with cause `commit`, moments of a commit. */
export const codeSweeps = sqliteTable(
  'code_sweeps',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    root: text('root').notNull(),
    cause: text('cause').notNull(),
    /** JSON list of file name endings; empty text for any file. */
    endings: text('endings').notNull(),
    at: integer('at').notNull(),
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    n: integer('n').notNull(),
  },
  (table) => [index('code_sweeps_by_root').on(table.root, table.cause, table.endings, table.at)],
)

/** Folders that were deleted or moved: files in them that are heard of later went the same way. */
export const codeTrees = sqliteTable(
  'code_trees',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    path: text('path').notNull(),
    /** Null when it was deleted. */
    toPath: text('to_path'),
    at: integer('at').notNull(),
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    n: integer('n').notNull(),
  },
  (table) => [index('code_trees_by_path').on(table.path)],
)

/** Files whose content was taken over from another file. */
export const codeTakeovers = sqliteTable(
  'code_takeovers',
  { fromId: integer('from_id').notNull(), toId: integer('to_id').notNull() },
  (table) => [primaryKey({ columns: [table.fromId, table.toId] })],
)

/** Tool calls whose effects are recorded; copies of them in forks change nothing. */
export const codeCalls = sqliteTable('code_calls', { id: text('id').primaryKey() })

/** Tool calls whose result has not come yet. */
export const codeOpenCalls = sqliteTable(
  'code_open_calls',
  {
    sessionKey: integer('session_key').notNull(),
    callId: text('call_id').notNull(),
    ops: text('ops').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionKey, table.callId] })],
)

/** The latest moment that a session has reached. */
export const codeClocks = sqliteTable(
  'code_clocks',
  {
    sessionKey: integer('session_key').primaryKey(),
    at: integer('at').notNull(),
    seq: integer('seq').notNull(),
    n: integer('n').notNull(),
  },
  (table) => [index('code_clocks_by_time').on(table.at)],
)
