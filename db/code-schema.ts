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
    /** 0: only looked. 1: changed the file, to a content of its own. 2: changed it from what stood there. */
    effect: integer('effect').notNull(),
    /** JSON of what depends on what stood there. */
    alteration: text('alteration'),
  },
  (table) => [
    primaryKey({ columns: [table.fileId, table.at, table.sessionKey, table.seq, table.n] }),
    // All that the list of a session's files asks for stands in the index.
    index('code_ops_by_session').on(table.sessionKey, table.fileId, table.seq, table.effect),
    index('code_ops_by_dependence')
      .on(table.at)
      .where(sql`effect = 2`),
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
    /** When something else was seen than this content; since `confirmed` nothing is sure. Null when that never was. */
    doubtedAt: integer('doubted_at'),
    /** The event that the content comes from, where it is not the version's own. */
    originAt: integer('origin_at'),
    originSession: integer('origin_session'),
    originSeq: integer('origin_seq'),
  },
  (table) => [
    primaryKey({ columns: [table.fileId, table.at, table.sessionKey, table.seq, table.n] }),
    index('code_versions_by_doubt')
      .on(table.doubtedAt)
      .where(sql`doubted_at IS NOT NULL`),
  ],
)

/** Which files commands of a kind can reach. Few rows, however many commands ran. */
export const codeSweepKinds = sqliteTable(
  'code_sweep_kinds',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    root: text('root').notNull(),
    cause: text('cause').notNull(),
    /** JSON list of file name endings; empty text for any file. */
    endings: text('endings').notNull(),
  },
  (table) => [uniqueIndex('code_sweep_kinds_by_reach').on(table.root, table.cause, table.endings)],
)

/** Commands that could have changed files which they do not name; of cause `commit`, moments of a commit. */
export const codeSweeps = sqliteTable(
  'code_sweeps',
  {
    kindId: integer('kind_id').notNull(),
    at: integer('at').notNull(),
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    n: integer('n').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kindId, table.at, table.sessionKey, table.seq, table.n] })],
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
