import type { AgentId } from '../../server/contract/agent.ts'
import type { Session, SourceState } from '../../server/contract/session.ts'
import type { Facets } from '../../server/contract/sessions.ts'
import type { Sqlite } from '../client.ts'
import { SOURCES_OF_SESSION, type SessionRow } from './index-writer.ts'

/** Which sessions a list asks for. */
export interface SessionFilter {
  agent?: string | undefined
  project?: string | undefined
  /** All of the words, in any of title, first prompt, project, branch and native id. */
  words: string[]
  /** Only these ids, when given. */
  ids?: string[] | undefined
  limit: number
  cursor?: string | undefined
}

/** A session as stored; what depends on this moment (running, moved folders) is added by the feature. */
export type StoredSession = Omit<Session, 'isLive' | 'localPath'> & {
  key: number
  /** Of a sub-agent. */
  subagentType: string | null
  subagentDescription: string | null
  parentCallId: string | null
  version: string | null
  activeAt: number
}

type Row = SessionRow & {
  source_state: string
  all_input: number
  all_output: number
  all_cache_read: number
  all_cache_write: number
  all_cost_usd: number
  all_unpriced: number
  subagents: number
}

/** Reads sessions from the index. */
export class SessionStore {
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
    this.#statements = prepare(sqlite)
  }

  /** Sessions that are no sub-agents, the last active first. A cursor of another make starts at the first page. */
  list(filter: SessionFilter): { items: StoredSession[]; nextCursor: string | null } {
    const { where, values } = conditionsOf(filter)
    const rows = this.#sqlite
      .prepare<unknown[], Row>(`${SELECT} WHERE ${where} ORDER BY active_at DESC, key DESC LIMIT ?`)
      .all(...values, filter.limit + 1)
    const page = rows.slice(0, filter.limit)
    const last = page.at(-1)
    const hasMore = rows.length > filter.limit && last !== undefined
    return { items: page.map(toSession), nextCursor: hasMore ? `${last.active_at}.${last.key}` : null }
  }

  find(id: string): StoredSession | undefined {
    const row = this.#statements.find.get(id)
    return row && toSession(row)
  }

  /** True when the agent writes this session into a file with others. */
  sharesItsFile(key: number): boolean {
    return this.#statements.shares.get(key) !== undefined
  }

  /** Sub-agents of a session in the order in which they began. */
  subagentsOf(id: string): StoredSession[] {
    return this.#statements.subagents.all(id).map(toSession)
  }

  /** Ids of a session's sub-agents, by the agent's own id of each. */
  subagentIds(id: string): Map<string, string> {
    return new Map(this.#statements.subagentIds.all(id).map((row) => [row.nativeId, row.id]))
  }

  /** Ids of sources in the vault that the session was read from. */
  sourceIdsOf(key: number): number[] {
    return this.#statements.sources.all(key, key)
  }

  /** Folders of all projects, as the sessions name them. */
  projectPaths(): string[] {
    return this.#statements.byProject.all().map(({ path }) => path)
  }

  /** Sessions, sub-agents included, whose last event is not older than `time`. */
  activeSince(time: number): { id: string; activeAt: number }[] {
    return this.#statements.activeSince.all(time)
  }

  facets(): Omit<Facets, 'live'> {
    const agents = this.#statements.byAgent.all()
    return {
      projects: this.#statements.byProject.all(),
      agents: agents.map((row) => ({ id: row.id as AgentId, sessions: row.sessions })),
      models: this.#statements.byModel.all(),
      total: agents.reduce((sum, row) => sum + row.sessions, 0),
    }
  }

  countOf(agent: string): { sessions: number; problems: number } {
    return this.#statements.countOf.get(agent) ?? { sessions: 0, problems: 0 }
  }

  unknownKinds(agent: string): { kind: string; count: number }[] {
    return this.#statements.unknownKinds.all(agent)
  }
}

const SUMMED = ['input', 'output', 'cache_read', 'cache_write', 'cost_usd', 'unpriced']

/** A session's row, its own sums with those of its sub-agents, and how many these are. */
const SELECT = `SELECT sessions.*,
  ${SUMMED.map(
    (column) =>
      `${column} + coalesce((SELECT sum(child.${column}) FROM sessions AS child WHERE child.parent_id = sessions.id), 0) AS all_${column}`,
  ).join(',\n  ')},
  (SELECT count(*) FROM sessions AS child WHERE child.parent_id = sessions.id) AS subagents
FROM sessions`

const SEARCHED = ['title', 'first_prompt', 'project_path', 'git_branch', 'native_id']

function conditionsOf(filter: SessionFilter): { where: string; values: unknown[] } {
  const parts = ['parent_id IS NULL']
  const values: unknown[] = []
  const add = (condition: string, ...given: unknown[]) => {
    parts.push(condition)
    values.push(...given)
  }
  if (filter.agent !== undefined) add('agent = ?', filter.agent)
  if (filter.project !== undefined) add('project_path = ?', filter.project)
  if (filter.ids !== undefined) add('id IN (SELECT value FROM json_each(?))', JSON.stringify(filter.ids))
  const text = SEARCHED.map((column) => `coalesce(${column}, '')`).join(" || ' ' || ")
  for (const word of filter.words) add(`instr(lower(${text}), ?) > 0`, word.toLowerCase())
  const cursor = /^(-?\d+)\.(\d+)$/.exec(filter.cursor ?? '')
  if (cursor) add('(active_at, key) < (?, ?)', Number(cursor[1]), Number(cursor[2]))
  return { where: parts.join(' AND '), values }
}

function prepare(sqlite: Sqlite) {
  return {
    find: sqlite.prepare<[string], Row>(`${SELECT} WHERE id = ?`),
    shares: sqlite.prepare<[number], number>('SELECT 1 FROM shared_sources WHERE session_key = ? LIMIT 1').pluck(),
    subagents: sqlite.prepare<[string], Row>(`${SELECT} WHERE parent_id = ? ORDER BY started_at, key LIMIT 1000`),
    subagentIds: sqlite.prepare<[string], { nativeId: string; id: string }>(
      'SELECT native_id AS nativeId, id FROM sessions WHERE parent_id = ?',
    ),
    sources: sqlite.prepare<[number, number], number>(SOURCES_OF_SESSION).pluck(),
    activeSince: sqlite.prepare<[number], { id: string; activeAt: number }>(
      'SELECT id, active_at AS activeAt FROM sessions WHERE active_at >= ?',
    ),
    byProject: sqlite.prepare<[], { path: string; sessions: number }>(
      `SELECT project_path AS path, count(*) AS sessions FROM sessions
       WHERE parent_id IS NULL AND project_path IS NOT NULL GROUP BY project_path ORDER BY max(active_at) DESC`,
    ),
    byAgent: sqlite.prepare<[], { id: string; sessions: number }>(
      'SELECT agent AS id, count(*) AS sessions FROM sessions WHERE parent_id IS NULL GROUP BY agent',
    ),
    byModel: sqlite.prepare<[], { name: string; sessions: number }>(
      `SELECT value AS name, count(*) AS sessions FROM sessions, json_each(sessions.models)
       WHERE parent_id IS NULL GROUP BY value ORDER BY sessions DESC`,
    ),
    countOf: sqlite.prepare<[string], { sessions: number; problems: number }>(
      `SELECT coalesce(sum(parent_id IS NULL), 0) AS sessions, coalesce(sum(line_problems), 0) AS problems
       FROM sessions WHERE agent = ?`,
    ),
    unknownKinds: sqlite.prepare<[string], { kind: string; count: number }>(
      'SELECT kind, count FROM unknown_kinds WHERE agent = ? ORDER BY count DESC, kind LIMIT 100',
    ),
  }
}

function toSession(row: Row): StoredSession {
  return {
    key: row.key,
    id: row.id,
    agent: row.agent as AgentId,
    nativeId: row.native_id,
    title: row.title ?? row.first_prompt ?? row.subagent_description ?? row.native_id,
    projectPath: row.project_path,
    gitBranch: row.git_branch === '' ? null : row.git_branch,
    startedAt: toIso(row.started_at),
    endedAt: toIso(row.ended_at),
    events: row.events,
    prompts: row.prompts,
    compactions: row.compactions,
    toolCalls: row.tool_calls,
    errors: row.errors,
    models: JSON.parse(row.models) as string[],
    tokens: {
      input: row.all_input,
      output: row.all_output,
      cacheRead: row.all_cache_read,
      cacheWrite: row.all_cache_write,
    },
    costUsd: row.all_unpriced > 0 ? null : row.all_cost_usd,
    context:
      row.context_used === null || row.context_window === null
        ? null
        : { used: row.context_used, window: row.context_window },
    filesChanged: row.files_changed,
    linesAdded: row.lines_added,
    linesRemoved: row.lines_removed,
    sourceState: row.source_state as SourceState,
    problems: row.line_problems,
    lines: {
      total: row.line_events + row.line_bookkeeping + row.line_problems + row.line_blank,
      events: row.line_events,
      bookkeeping: row.line_bookkeeping,
      problems: row.line_problems,
      blank: row.line_blank,
    },
    parentId: row.parent_id,
    forkOf: row.fork_of_id,
    subagents: row.subagents,
    subagentType: row.subagent_type,
    subagentDescription: row.subagent_description,
    parentCallId: row.parent_call_id,
    version: row.version,
    activeAt: row.active_at,
  }
}

function toIso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
