import type { AgentId } from '../../server/contract/agent.ts'
import type { SessionSource } from '../../server/contract/session.ts'
import type { Sqlite } from '../client.ts'
import type { SourceIdentity } from './vault-store.ts'

/** A source that an agent wrote, not one of Lossless's own copies. */
export type AgentSource = SourceIdentity & { role: Exclude<SourceIdentity['role'], 'outside'> }

/** What of an agent's sources the vault holds. */
export interface AgentSources {
  sources: number
  gone: number
  bytes: number
  lastKeptAt: number | null
}

/** Reads from the vault what sources there are and how they stand; for features and for catching up. */
export class SourceStore {
  readonly #statements: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#statements = prepare(sqlite)
  }

  ofGeneration(generationId: number): AgentSource | undefined {
    return this.#statements.ofGeneration.get(generationId)
  }

  /** Generations of a source in order, with their length in bytes. */
  generationsOf(sourceId: number): { id: number; length: number }[] {
    return this.#statements.generations.all(sourceId)
  }

  /** How the place of a session stands whose sources these are: one that is there decides, else all are gone. */
  stateOf(sourceIds: readonly number[]): 'present' | 'rewritten' | 'gone' {
    const found = sourceIds.flatMap((id) => this.#statements.standing.get(id) ?? [])
    const present = found.filter((source) => source.state === 'present')
    if (present.length === 0) return 'gone'
    return present.some((source) => source.generations === 1) ? 'present' : 'rewritten'
  }

  describe(sourceIds: readonly number[]): (SessionSource & { id: number })[] {
    return sourceIds.flatMap((id) => {
      const row = this.#statements.standing.get(id)
      if (!row) return []
      const state = row.state === 'gone' ? 'gone' : row.generations > 1 ? 'rewritten' : 'present'
      const lastKeptAt = row.lastKeptAt === null ? null : new Date(row.lastKeptAt).toISOString()
      return [{ id, path: row.path, state, bytes: row.bytes, generations: row.generations, lastKeptAt }]
    })
  }

  /** Sources of all agents, and how many of them are not as they were at first. */
  counts(): { sources: number; gone: number; rewritten: number } {
    return this.#statements.counts.get() ?? { sources: 0, gone: 0, rewritten: 0 }
  }

  ofAgent(agent: AgentId): AgentSources {
    return this.#statements.ofAgent.get(agent) ?? { sources: 0, gone: 0, bytes: 0, lastKeptAt: null }
  }

  unreadable(agent: AgentId): { path: string; reason: string }[] {
    return this.#statements.unreadable.all(agent)
  }
}

const IDENTITY = 'sources.agent, sources.path, sources.role, native_id AS nativeId, subagent_id AS subagentId'

function prepare(sqlite: Sqlite) {
  return {
    ofGeneration: sqlite.prepare<[number], AgentSource>(
      `SELECT ${IDENTITY} FROM generations JOIN sources ON sources.id = source_id
       WHERE generations.id = ? AND role <> 'outside'`,
    ),
    generations: sqlite.prepare<[number], { id: number; length: number }>(
      'SELECT id, length FROM generations WHERE source_id = ? ORDER BY number',
    ),
    standing: sqlite.prepare<
      [number],
      { path: string; state: string; generations: number; bytes: number; lastKeptAt: number | null }
    >(
      // One that its agent has compressed stands there still.
      `SELECT path, last_kept_at AS lastKeptAt, count(generations.id) AS generations,
         CASE WHEN EXISTS (SELECT 1 FROM sources AS packed WHERE packed.path = sources.path || '.zst'
           AND packed.state = 'present') THEN 'present' ELSE state END AS state,
         coalesce(max(CASE WHEN number = (SELECT max(number) FROM generations WHERE source_id = sources.id)
           THEN length END), 0) AS bytes
       FROM sources LEFT JOIN generations ON generations.source_id = sources.id WHERE sources.id = ?
       GROUP BY sources.id`,
    ),
    counts: sqlite.prepare<[], { sources: number; gone: number; rewritten: number }>(
      `SELECT count(*) AS sources, coalesce(sum(state = 'gone'), 0) AS gone,
         coalesce(sum(EXISTS (SELECT 1 FROM generations WHERE source_id = sources.id AND number > 1)), 0) AS rewritten
       FROM sources WHERE role <> 'outside'`,
    ),
    ofAgent: sqlite.prepare<[string], AgentSources>(
      `SELECT count(*) AS sources, coalesce(sum(state = 'gone'), 0) AS gone, max(last_kept_at) AS lastKeptAt,
         coalesce((SELECT sum(length) FROM generations JOIN sources AS owner ON owner.id = source_id
           WHERE owner.agent = sources.agent), 0) AS bytes
       FROM sources WHERE agent = ? GROUP BY agent`,
    ),
    unreadable: sqlite.prepare<[string], { path: string; reason: string }>(
      `SELECT path, problem AS reason FROM sources WHERE agent = ? AND problem IS NOT NULL ORDER BY path LIMIT 200`,
    ),
  }
}
