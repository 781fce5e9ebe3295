import type { AgentId } from '../../server/contract/agent.ts'
import type { Sqlite } from '../client.ts'

/** Sessions of one agent in one folder. Times in milliseconds since 1970. */
export interface FolderCount {
  path: string
  agent: AgentId
  sessions: number
  startedAt: number | null
  endedAt: number | null
  activeAt: number
}

/** A session as the timeline of a project needs it. */
export interface StoredProjectSession {
  key: number
  id: string
  agent: AgentId
  title: string
  projectPath: string | null
  startedAt: number | null
  endedAt: number | null
  events: number
  prompts: number
  filesChanged: number
  linesAdded: number
  linesRemoved: number
  parentId: string | null
}

/** A prompt, an error or a commit; one event can be several of them. */
export interface MarkedEvent {
  seq: number
  at: number | null
  isPrompt: number
  isError: number
  isCommit: number
  /** The beginning of what it says. */
  preview: string | null
}

/** A file that an event changed. */
export interface MarkedChange {
  seq: number
  at: number | null
  path: string
  added: number
  removed: number
}

/** The part of a session's events that is read at once: those after one `seq` up to another. */
export interface SeqRange {
  session: number
  after: number
  until: number
}

/** Reads what the sessions of a project have in common: their folder and their marks. */
export class ProjectStore {
  readonly #statements

  constructor(index: Sqlite) {
    this.#statements = prepare(index)
  }

  /** Sub-agents not counted; the last active first. */
  countByFolder(): FolderCount[] {
    return this.#statements.countByFolder.all()
  }

  /** Sessions of the folders that are no sub-agents, the last active first. */
  sessionsIn(folders: readonly string[], limit: number): StoredProjectSession[] {
    return this.#statements.sessionsIn.all(JSON.stringify(folders), limit)
  }

  /** Sub-agents of the sessions, the last active first. */
  subagentsOf(ids: readonly string[], limit: number): StoredProjectSession[] {
    return this.#statements.subagentsOf.all(JSON.stringify(ids), limit)
  }

  /** In the order of `seq`, as everything below. */
  markedEvents({ session, after, until }: SeqRange): MarkedEvent[] {
    return this.#statements.events.all(session, after, until)
  }

  changes({ session, after, until }: SeqRange): MarkedChange[] {
    return this.#statements.changes.all(session, after, until)
  }

  compactions({ session, after, until }: SeqRange): { seq: number; at: number | null }[] {
    return this.#statements.compactions.all(session, after, until)
  }
}

const SESSION = `key, id, agent, coalesce(title, first_prompt, subagent_description, native_id) AS title,
  project_path AS projectPath, started_at AS startedAt, ended_at AS endedAt, events, prompts,
  files_changed AS filesChanged, lines_added AS linesAdded, lines_removed AS linesRemoved, parent_id AS parentId`

function prepare(sqlite: Sqlite) {
  type Range = [session: number, after: number, until: number]
  return {
    countByFolder: sqlite.prepare<[], FolderCount>(
      `SELECT project_path AS path, agent, count(*) AS sessions, min(started_at) AS startedAt, max(ended_at) AS endedAt,
         max(active_at) AS activeAt
       FROM sessions WHERE parent_id IS NULL AND project_path IS NOT NULL
       GROUP BY project_path, agent ORDER BY activeAt DESC`,
    ),
    sessionsIn: sqlite.prepare<[string, number], StoredProjectSession>(
      `SELECT ${SESSION} FROM sessions
       WHERE parent_id IS NULL AND project_path IN (SELECT value FROM json_each(?))
       ORDER BY active_at DESC, key DESC LIMIT ?`,
    ),
    subagentsOf: sqlite.prepare<[string, number], StoredProjectSession>(
      `SELECT ${SESSION} FROM sessions WHERE parent_id IN (SELECT value FROM json_each(?))
       ORDER BY active_at DESC, key DESC LIMIT ?`,
    ),
    events: sqlite.prepare<Range, MarkedEvent>(
      `SELECT seq, at, kind = 'prompt' AS isPrompt, is_error AS isError, is_commit AS isCommit, preview
       FROM events WHERE session_key = ? AND seq > ? AND seq <= ? AND (kind = 'prompt' OR is_error OR is_commit)
       ORDER BY seq`,
    ),
    changes: sqlite.prepare<Range, MarkedChange>(
      `SELECT c.seq, e.at, c.path, c.added, c.removed
       FROM event_changes c JOIN events e ON e.session_key = c.session_key AND e.seq = c.seq
       WHERE c.session_key = ? AND c.seq > ? AND c.seq <= ? ORDER BY c.seq`,
    ),
    compactions: sqlite.prepare<Range, { seq: number; at: number | null }>(
      `SELECT c.seq, e.at
       FROM compactions c JOIN events e ON e.session_key = c.session_key AND e.seq = c.seq
       WHERE c.session_key = ? AND c.seq > ? AND c.seq <= ? ORDER BY c.seq`,
    ),
  }
}
