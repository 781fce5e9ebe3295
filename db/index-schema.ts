import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

// Everything here is derived from the vault and can be rebuilt. Times are milliseconds since 1970.

export const sessions = sqliteTable(
  'sessions',
  {
    key: integer('key').primaryKey({ autoIncrement: true }),
    /** The id that the API shows. */
    id: text('id').notNull(),
    agent: text('agent').notNull(),
    nativeId: text('native_id').notNull(),
    /** Of a sub-agent: the session that started it, by id, because that one may be read later. */
    parentId: text('parent_id'),
    subagentType: text('subagent_type'),
    subagentDescription: text('subagent_description'),
    /** The tool call in the parent that started it. */
    parentCallId: text('parent_call_id'),
    forkOfId: text('fork_of_id'),
    /** By this a fork, which begins with a copy, finds its origin. */
    firstEventId: text('first_event_id'),
    title: text('title'),
    titleRank: integer('title_rank').notNull().default(-1),
    firstPrompt: text('first_prompt'),
    projectPath: text('project_path'),
    gitBranch: text('git_branch'),
    version: text('version'),
    startedAt: integer('started_at'),
    endedAt: integer('ended_at'),
    /** What lists are sorted by: the last event's time, else when bytes were last kept. */
    activeAt: integer('active_at').notNull().default(0),
    events: integer('events').notNull().default(0),
    prompts: integer('prompts').notNull().default(0),
    compactions: integer('compactions').notNull().default(0),
    toolCalls: integer('tool_calls').notNull().default(0),
    errors: integer('errors').notNull().default(0),
    /** JSON list, in the order of first use. */
    models: text('models').notNull().default('[]'),
    /** Its own answers; those of its sub-agents stand in their rows. */
    input: integer('input').notNull().default(0),
    output: integer('output').notNull().default(0),
    cacheRead: integer('cache_read').notNull().default(0),
    cacheWrite: integer('cache_write').notNull().default(0),
    costUsd: real('cost_usd').notNull().default(0),
    /** Answers of models without a price. */
    unpriced: integer('unpriced').notNull().default(0),
    contextUsed: integer('context_used'),
    contextWindow: integer('context_window'),
    filesChanged: integer('files_changed').notNull().default(0),
    linesAdded: integer('lines_added').notNull().default(0),
    linesRemoved: integer('lines_removed').notNull().default(0),
    lineEvents: integer('line_events').notNull().default(0),
    lineBookkeeping: integer('line_bookkeeping').notNull().default(0),
    lineProblems: integer('line_problems').notNull().default(0),
    lineBlank: integer('line_blank').notNull().default(0),
    /** The last event on the main chain, to which an event with a dangling parent is tied. */
    lastChainSeq: integer('last_chain_seq'),
    branches: integer('branches').notNull().default(0),
    /** `present`, `rewritten` or `gone`: how its sources stand at their place, by the vault. */
    sourceState: text('source_state').notNull().default('present'),
  },
  (table) => [
    uniqueIndex('sessions_by_id').on(table.id),
    index('sessions_by_activity').on(table.activeAt, table.key),
    index('sessions_by_parent').on(table.parentId),
    index('sessions_by_first_event').on(table.firstEventId),
  ],
)

/** How far each source has been read. */
export const cursors = sqliteTable(
  'cursors',
  {
    sourceId: integer('source_id').primaryKey(),
    sessionKey: integer('session_key'),
    generationId: integer('generation_id').notNull(),
    /** Start of the first line that has not been read. */
    offset: integer('offset').notNull(),
    /** Lines before it. */
    lines: integer('lines').notNull(),
    /** JSON of what the adapter remembers of them. */
    memory: text('memory'),
  },
  (table) => [index('cursors_by_session').on(table.sessionKey)],
)

/** Sessions that stand in one source with others, and so are not told by its cursor alone. */
export const sharedSources = sqliteTable(
  'shared_sources',
  {
    sourceId: integer('source_id').notNull(),
    sessionKey: integer('session_key').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sourceId, table.sessionKey] }),
    index('shared_sources_by_session').on(table.sessionKey),
  ],
)

export const events = sqliteTable(
  'events',
  {
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    id: text('id').notNull(),
    at: integer('at'),
    kind: text('kind').notNull(),
    parentSeq: integer('parent_seq'),
    branch: integer('branch').notNull().default(0),
    /** Where the line stands in the vault, and which of its parts this is. */
    generationId: integer('generation_id').notNull(),
    offset: integer('offset').notNull(),
    length: integer('length').notNull(),
    part: integer('part').notNull(),
    /** The beginning of the text, for lists and lines too long to be read for a page. */
    preview: text('preview'),
    callId: text('call_id'),
    toolName: text('tool_name'),
    isError: integer('is_error', { mode: 'boolean' }).notNull().default(false),
    isCommit: integer('is_commit', { mode: 'boolean' }).notNull().default(false),
    subagentId: text('subagent_id'),
    contextUsed: integer('context_used'),
  },
  (table) => [
    primaryKey({ columns: [table.sessionKey, table.seq] }),
    // The session first, so that what is read together stands together: uuids alone would touch every page.
    uniqueIndex('events_by_id').on(table.sessionKey, table.id),
    index('events_by_call')
      .on(table.sessionKey, table.callId)
      .where(sql`call_id IS NOT NULL`),
    index('events_by_subagent')
      .on(table.sessionKey, table.subagentId)
      .where(sql`subagent_id IS NOT NULL`),
  ],
)

/** Files that an event says it changed. */
export const eventChanges = sqliteTable(
  'event_changes',
  {
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    path: text('path').notNull(),
    added: integer('added').notNull(),
    removed: integer('removed').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sessionKey, table.seq, table.path] })],
)

export const sessionFiles = sqliteTable(
  'session_files',
  { sessionKey: integer('session_key').notNull(), path: text('path').notNull() },
  (table) => [primaryKey({ columns: [table.sessionKey, table.path] })],
)

export const compactions = sqliteTable(
  'compactions',
  {
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    preTokens: integer('pre_tokens'),
    postTokens: integer('post_tokens'),
  },
  (table) => [primaryKey({ columns: [table.sessionKey, table.seq] })],
)

/** Each model answer once, whichever sessions repeat it. */
export const usages = sqliteTable(
  'usages',
  {
    key: text('key').primaryKey(),
    messageId: text('message_id'),
    sessionKey: integer('session_key').notNull(),
    seq: integer('seq').notNull(),
    isSidechain: integer('is_sidechain', { mode: 'boolean' }).notNull(),
    at: integer('at'),
    model: text('model').notNull(),
    input: integer('input').notNull(),
    output: integer('output').notNull(),
    cacheRead: integer('cache_read').notNull(),
    cacheWrite: integer('cache_write').notNull(),
    /** Null when the model has no price. */
    costUsd: real('cost_usd'),
  },
  (table) => [index('usages_by_message').on(table.messageId), index('usages_by_session').on(table.sessionKey)],
)

/** Lines that could not be understood. */
export const problems = sqliteTable(
  'problems',
  {
    generationId: integer('generation_id').notNull(),
    offset: integer('offset').notNull(),
    sessionKey: integer('session_key'),
    sourceId: integer('source_id').notNull(),
    line: integer('line').notNull(),
    length: integer('length').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.generationId, table.offset] }),
    index('problems_by_session').on(table.sessionKey),
  ],
)

export const unknownKinds = sqliteTable(
  'unknown_kinds',
  { agent: text('agent').notNull(), kind: text('kind').notNull(), count: integer('count').notNull() },
  (table) => [primaryKey({ columns: [table.agent, table.kind] })],
)

/** Where secrets stand: the string in a record of a line, and the range in what it says. Their values are in the vault only. */
export const secretPlaces = sqliteTable(
  'secret_places',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** Of `secrets` in the vault. */
    secretId: integer('secret_id').notNull(),
    sessionKey: integer('session_key').notNull(),
    generationId: integer('generation_id').notNull(),
    /** The line. */
    offset: integer('offset').notNull(),
    length: integer('length').notNull(),
    /** The first event of the line; null when it makes none. */
    seq: integer('seq'),
    at: integer('at'),
    /** Which record of the line; 0 but for damaged lines that hold several. */
    record: integer('record').notNull(),
    /** JSON list: the way to the string. */
    path: text('path').notNull(),
    isKey: integer('is_key', { mode: 'boolean' }).notNull(),
    start: integer('start').notNull(),
    end: integer('end').notNull(),
    /** JSON list of ranges in what base64 says; empty text for none. */
    within: text('within').notNull(),
    tier: text('tier').notNull(),
  },
  (table) => [
    index('secret_places_by_secret').on(table.secretId, table.id),
    index('secret_places_by_line').on(table.generationId, table.offset),
    index('secret_places_by_session').on(table.sessionKey),
  ],
)

/** With what each generation of a source was looked through for secrets. */
export const secretScans = sqliteTable(
  'secret_scans',
  {
    generationId: integer('generation_id').primaryKey(),
    sessionKey: integer('session_key').notNull(),
    /** Version of the rules. */
    rules: text('rules').notNull(),
    /** How many secrets were looked for then, candidates not counted. */
    knownUpTo: integer('known_up_to').notNull(),
    /** Strings that were too costly to be looked at to their end. */
    unchecked: integer('unchecked').notNull(),
  },
  (table) => [index('secret_scans_by_session').on(table.sessionKey)],
)
