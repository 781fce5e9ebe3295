import type { Sqlite } from '../client.ts'
import { EventCopier } from './event-copier.ts'
import { ToldBefore } from './told-before.ts'
import { UsageWriter } from './usage-writer.ts'

/** One event as the index keeps it: enough for lists and the scrubber, and where its line stands in the vault. */
export interface EventRow {
  id: string
  at: number | null
  kind: string
  parentSeq: number | null
  generationId: number
  offset: number
  length: number
  part: number
  preview: string | null
  callId: string | null
  toolName: string | null
  isError: boolean
  isCommit: boolean
  subagentId: string | null
  contextUsed: number | null
  /** Stands on no branch: it came from inside another agent's work. */
  isSidechain: boolean
}

export interface CursorRow {
  sourceId: number
  sessionKey: number | null
  generationId: number
  offset: number
  lines: number
  /** JSON of what the adapter remembers of the lines so far; null when nothing. */
  memory: string | null
}

/** The columns of a session that reading advances. They are loaded once, changed in memory and saved with each batch. */
export interface SessionRow {
  key: number
  id: string
  agent: string
  native_id: string
  parent_id: string | null
  subagent_type: string | null
  subagent_description: string | null
  parent_call_id: string | null
  fork_of_id: string | null
  first_event_id: string | null
  title: string | null
  title_rank: number
  first_prompt: string | null
  project_path: string | null
  git_branch: string | null
  version: string | null
  started_at: number | null
  ended_at: number | null
  active_at: number
  events: number
  prompts: number
  compactions: number
  tool_calls: number
  errors: number
  models: string
  context_used: number | null
  context_window: number | null
  files_changed: number
  lines_added: number
  lines_removed: number
  line_events: number
  line_bookkeeping: number
  line_problems: number
  line_blank: number
  last_chain_seq: number | null
  branches: number
}

/** Ids of the sources of a session, whose key is given twice. */
export const SOURCES_OF_SESSION = `SELECT source_id FROM cursors WHERE session_key = ?
  UNION SELECT source_id FROM shared_sources WHERE session_key = ?`

/** Bytes of a line that is read for a page of events; see `LONGEST_LINE_IN_PAGE`. */
const LONGEST_PREFERRED = 1_000_000

/** What of a session reading changes; identity and token sums are written elsewhere. */
const SAVED = [
  'parent_id',
  'subagent_type',
  'subagent_description',
  'parent_call_id',
  'fork_of_id',
  'first_event_id',
  'title',
  'title_rank',
  'first_prompt',
  'project_path',
  'git_branch',
  'version',
  'started_at',
  'ended_at',
  'active_at',
  'events',
  'prompts',
  'compactions',
  'tool_calls',
  'errors',
  'models',
  'context_used',
  'context_window',
  'files_changed',
  'lines_added',
  'lines_removed',
  'line_events',
  'line_bookkeeping',
  'line_problems',
  'line_blank',
  'last_chain_seq',
  'branches',
] as const satisfies readonly (keyof SessionRow)[]

/** Writes what ingest has understood. One per process, on the connection of the ingest worker; callers hold the transaction. */
export class IndexWriter {
  readonly usages: UsageWriter
  readonly copies: EventCopier
  readonly told: ToldBefore
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
    this.usages = new UsageWriter(sqlite)
    this.copies = new EventCopier(sqlite)
    this.told = new ToldBefore(sqlite)
    this.#statements = prepare(sqlite)
  }

  /** Begins a transaction that lasts until {@link commit}, unless one is open. */
  open(): void {
    if (!this.#sqlite.inTransaction) this.#sqlite.exec('BEGIN IMMEDIATE')
  }

  /** Makes everything since {@link open} stand in the index; when it can't, none of it does, and it throws. */
  commit(): void {
    if (!this.#sqlite.inTransaction) return
    try {
      this.#sqlite.exec('COMMIT')
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (this.#sqlite.inTransaction) this.#sqlite.exec('ROLLBACK')
      throw error
    }
  }

  /** Runs `work` as a whole: all of it stands in the index afterwards (after `commit`, while one is due), or nothing. */
  transaction<Result>(work: () => Result): Result {
    return this.#sqlite.transaction(work)()
  }

  /** Returns the session with that id, making an empty one when there is none. */
  session(identity: { id: string; agent: string; nativeId: string; parentId: string | null }): SessionRow {
    const found = this.#statements.findSession.get(identity.id)
    if (found) return found
    this.#statements.addSession.run(identity.id, identity.agent, identity.nativeId, identity.parentId)
    const added = this.#statements.findSession.get(identity.id)
    if (!added) throw new Error(`The session ${identity.id} vanished while it was written.`)
    return added
  }

  /** The session with that id, if there is one. */
  findSession(id: string): SessionRow | null {
    return this.#statements.findSession.get(id) ?? null
  }

  saveSession(row: SessionRow): void {
    this.#statements.saveSession.run(row)
  }

  /** Adds an event at `seq`. Returns false when the session has an event of that id already: the first one stays. */
  addEvent(sessionKey: number, seq: number, row: EventRow): boolean {
    const result = this.#statements.addEvent.run(
      sessionKey,
      seq,
      row.id,
      row.at,
      row.kind,
      row.parentSeq,
      row.generationId,
      row.offset,
      row.length,
      row.part,
      row.preview,
      row.callId,
      row.toolName,
      row.isError ? 1 : 0,
      row.isCommit ? 1 : 0,
      row.subagentId,
      row.contextUsed,
      row.isSidechain ? -1 : 0,
    )
    return result.changes === 1
  }

  /**
   * Reads an event of the session from a later line from now on. Where that is too long to be read for a page, it has to
   * say something else.
   */
  replaceEvent(sessionKey: number, row: EventRow): void {
    this.#statements.replaceEvent.run({
      sessionKey,
      id: row.id,
      kind: row.kind,
      generationId: row.generationId,
      offset: row.offset,
      length: row.length,
      part: row.part,
      preview: row.preview,
      isError: row.isError ? 1 : 0,
      isCommit: row.isCommit ? 1 : 0,
      subagentId: row.subagentId,
      contextUsed: row.contextUsed,
      longest: LONGEST_PREFERRED,
    })
  }

  /** The last event up to `seq` that no rewind has left; null when there is none. */
  lastOnPath(sessionKey: number, seq: number): number | null {
    return this.#statements.lastOnPath.get(sessionKey, seq)?.seq ?? null
  }

  /**
   * The last event of a session that stands before a byte of the file that is read of it now; null when there is none.
   * Where none does, those count that stand in no such file: taken over from another session, or read before the file was
   * written anew.
   */
  lastBefore(sessionKey: number, byte: number): number | null {
    return this.#statements.lastBefore.get({ sessionKey, byte })?.seq ?? null
  }

  /** Says whether a file of a session was read up to a byte. */
  hasRead(sessionKey: number, byte: number, exceptSource: number): boolean {
    return this.#statements.hasRead.get(sessionKey, byte, exceptSource) !== undefined
  }

  /** The prompt on the active path that is the `count`-th from the end, or the first when there are fewer. */
  promptFromEnd(sessionKey: number, count: number): number | null {
    const last = this.#statements.promptsFromEnd.all(sessionKey, count).at(-1)
    return last?.seq ?? null
  }

  findSeq(sessionKey: number, eventId: string): number | null {
    return this.#statements.findSeq.get(sessionKey, eventId)?.seq ?? null
  }

  /** Returns the session, other than `sessionKey`, that was the first to begin with this event. */
  findOrigin(firstEventId: string, sessionKey: number): string | null {
    return this.#statements.findOrigin.get(firstEventId, sessionKey)?.id ?? null
  }

  /** Moves everything between the two events to a new branch when a prompt among it was left by a rewind. */
  markBranch(sessionKey: number, afterSeq: number, beforeSeq: number, branch: number): boolean {
    if (!this.#statements.hasPrompt.get(sessionKey, afterSeq, beforeSeq)) return false
    this.#statements.markBranch.run(branch, sessionKey, afterSeq, beforeSeq)
    return true
  }

  /** Returns how many files are new to the session's list of changed files (0 or 1). */
  addChange(sessionKey: number, seq: number, change: { path: string; added: number; removed: number }): number {
    this.#statements.addChange.run(sessionKey, seq, change.path, change.added, change.removed)
    return this.#statements.addFile.run(sessionKey, change.path).changes
  }

  addCompaction(sessionKey: number, seq: number, preTokens: number | null, postTokens: number | null): void {
    this.#statements.addCompaction.run(sessionKey, seq, preTokens, postTokens)
  }

  /** Returns the session's id when its state was another one before, else null. */
  setSourceState(sessionKey: number, state: 'present' | 'rewritten' | 'gone'): string | null {
    return this.#statements.setSourceState.get(state, sessionKey, state)?.id ?? null
  }

  /** Notes that a session stands in a source with others. */
  share(sourceId: number, sessionKey: number): void {
    this.#statements.share.run(sourceId, sessionKey)
  }

  /** Keys of the sessions that a source was read into. */
  sessionsIn(sourceId: number): number[] {
    return this.#statements.sessionsIn.all(sourceId, sourceId)
  }

  /** Finds a session by its key; for one that reading goes on with. */
  sessionByKey(key: number): SessionRow | null {
    return this.#statements.sessionByKey.get(key) ?? null
  }

  /** Ids of the sources that a session was read from. */
  sourcesOf(sessionKey: number): number[] {
    return this.#statements.sourcesOf.all(sessionKey, sessionKey)
  }

  cursor(sourceId: number): CursorRow | null {
    return this.#statements.cursor.get(sourceId) ?? null
  }

  saveCursor(row: CursorRow): void {
    this.#statements.saveCursor.run(row)
  }

  addProblem(row: {
    generationId: number
    offset: number
    sessionKey: number | null
    sourceId: number
    line: number
    length: number
    reason: string
  }): void {
    this.#statements.addProblem.run(row)
  }

  countUnknown(agent: string, kind: string): void {
    this.#statements.countUnknown.run(agent, kind)
  }
}

function prepare(sqlite: Sqlite) {
  const assignments = SAVED.map((column) => `${column} = @${column}`).join(', ')
  return {
    findSession: sqlite.prepare<[string], SessionRow>('SELECT * FROM sessions WHERE id = ?'),
    addSession: sqlite.prepare<[string, string, string, string | null]>(
      'INSERT INTO sessions (id, agent, native_id, parent_id) VALUES (?, ?, ?, ?)',
    ),
    saveSession: sqlite.prepare<[SessionRow]>(`UPDATE sessions SET ${assignments} WHERE key = @key`),
    addEvent: sqlite.prepare(
      `INSERT INTO events (session_key, seq, id, at, kind, parent_seq, generation_id, offset, length, part, preview,
         call_id, tool_name, is_error, is_commit, subagent_id, context_used, branch)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session_key, id) DO NOTHING`,
    ),
    replaceEvent: sqlite.prepare(
      `UPDATE events SET kind = @kind, generation_id = @generationId, offset = @offset, length = @length, part = @part,
         preview = @preview, is_error = @isError, is_commit = @isCommit,
         subagent_id = coalesce(@subagentId, subagent_id), context_used = coalesce(@contextUsed, context_used)
       WHERE session_key = @sessionKey AND id = @id
         AND (@length <= @longest OR kind <> @kind OR preview IS NOT @preview OR is_error <> @isError)`,
    ),
    lastOnPath: sqlite.prepare<[number, number], { seq: number | null }>(
      'SELECT max(seq) AS seq FROM events WHERE session_key = ? AND seq <= ? AND branch = 0',
    ),
    lastBefore: sqlite.prepare<[{ sessionKey: number; byte: number }], { seq: number | null }>(
      `SELECT coalesce(
         (SELECT max(seq) FROM events WHERE session_key = @sessionKey AND offset < @byte AND generation_id IN
           (SELECT generation_id FROM cursors WHERE session_key = @sessionKey AND offset >= @byte)),
         (SELECT max(seq) FROM events WHERE session_key = @sessionKey AND generation_id NOT IN
           (SELECT generation_id FROM cursors WHERE session_key = @sessionKey))) AS seq`,
    ),
    hasRead: sqlite.prepare<[number, number, number], { one: number }>(
      'SELECT 1 AS one FROM cursors WHERE session_key = ? AND offset >= ? AND source_id <> ?',
    ),
    promptsFromEnd: sqlite.prepare<[number, number], { seq: number }>(
      `SELECT seq FROM events WHERE session_key = ? AND branch = 0 AND kind = 'prompt' ORDER BY seq DESC LIMIT ?`,
    ),
    findSeq: sqlite.prepare<[number, string], { seq: number }>(
      'SELECT seq FROM events WHERE session_key = ? AND id = ?',
    ),
    findOrigin: sqlite.prepare<[string, number], { id: string }>(
      'SELECT id FROM sessions WHERE first_event_id = ? AND key <> ? ORDER BY key LIMIT 1',
    ),
    hasPrompt: sqlite.prepare<[number, number, number], { one: number }>(
      `SELECT 1 AS one FROM events WHERE session_key = ? AND seq > ? AND seq < ? AND branch = 0 AND kind = 'prompt' LIMIT 1`,
    ),
    markBranch: sqlite.prepare<[number, number, number, number]>(
      'UPDATE events SET branch = ? WHERE session_key = ? AND seq > ? AND seq < ? AND branch = 0',
    ),
    addChange: sqlite.prepare<[number, number, string, number, number]>(
      `INSERT INTO event_changes (session_key, seq, path, added, removed) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET added = added + excluded.added, removed = removed + excluded.removed`,
    ),
    addFile: sqlite.prepare<[number, string]>(
      'INSERT INTO session_files (session_key, path) VALUES (?, ?) ON CONFLICT DO NOTHING',
    ),
    addCompaction: sqlite.prepare<[number, number, number | null, number | null]>(
      'INSERT OR REPLACE INTO compactions (session_key, seq, pre_tokens, post_tokens) VALUES (?, ?, ?, ?)',
    ),
    cursor: sqlite.prepare<[number], CursorRow>(
      `SELECT source_id AS sourceId, session_key AS sessionKey, generation_id AS generationId, offset, lines, memory
       FROM cursors WHERE source_id = ?`,
    ),
    saveCursor: sqlite.prepare<[CursorRow]>(
      `INSERT OR REPLACE INTO cursors (source_id, session_key, generation_id, offset, lines, memory)
       VALUES (@sourceId, @sessionKey, @generationId, @offset, @lines, @memory)`,
    ),
    setSourceState: sqlite.prepare<[string, number, string], { id: string }>(
      'UPDATE sessions SET source_state = ? WHERE key = ? AND source_state <> ? RETURNING id',
    ),
    share: sqlite.prepare<[number, number]>(
      'INSERT INTO shared_sources (source_id, session_key) VALUES (?, ?) ON CONFLICT DO NOTHING',
    ),
    sessionsIn: sqlite
      .prepare<[number, number], number>(
        `SELECT session_key FROM cursors WHERE source_id = ? AND session_key IS NOT NULL
         UNION SELECT session_key FROM shared_sources WHERE source_id = ?`,
      )
      .pluck(),
    sessionByKey: sqlite.prepare<[number], SessionRow>('SELECT * FROM sessions WHERE key = ?'),
    sourcesOf: sqlite.prepare<[number, number], number>(SOURCES_OF_SESSION).pluck(),
    addProblem: sqlite.prepare(
      `INSERT OR REPLACE INTO problems (generation_id, offset, session_key, source_id, line, length, reason)
       VALUES (@generationId, @offset, @sessionKey, @sourceId, @line, @length, @reason)`,
    ),
    countUnknown: sqlite.prepare<[string, string]>(
      'INSERT INTO unknown_kinds (agent, kind, count) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1',
    ),
  }
}
