import type { Sqlite } from '../client.ts'
import { SOURCES_OF_SESSION } from './index-writer.ts'

/** The files that belong to sessions, and what of the sessions asked for is not known. */
export interface FoundSources {
  /** Ids in the vault, ascending: transcripts, those of sub-agents, and side files of both. */
  sourceIds: number[]
  /** Ids of sessions of which the vault has nothing. */
  unknown: string[]
}

interface Member {
  id: string
  key: number
  agent: string
  nativeId: string
  parentId: string | null
}

interface Name {
  agent: string
  nativeId: string
  /** Null: everything of the session. */
  subagentId: string | null
}

/** Tells which sources belong to sessions and projects: the index knows who is whose sub-agent, the vault has the files. */
export class SessionSources {
  readonly #statements: ReturnType<typeof prepare>

  constructor(vault: Sqlite, index: Sqlite) {
    this.#statements = prepare(vault, index)
  }

  /** A session with its sub-agents and the side files of all of them. One that is kept but not read yet counts too. */
  ofSessions(sessionIds: readonly string[]): FoundSources {
    const found = new Set<number>()
    const unknown: string[] = []
    for (const id of new Set(sessionIds)) {
      const before = found.size
      const family = this.#statements.family.all(id)
      for (const { key } of family) for (const sourceId of this.readFrom(key)) found.add(sourceId)
      for (const name of namesOf(id, family)) {
        for (const sourceId of this.#statements.named.all(name)) found.add(sourceId)
      }
      if (found.size === before && family.length === 0) unknown.push(id)
    }
    return { sourceIds: [...found].sort((a, b) => a - b), unknown }
  }

  /** Files that a session was read from, also those of another session that it goes on from. */
  readFrom(sessionKey: number): number[] {
    const own = this.#statements.read.all(sessionKey, sessionKey)
    const generations = JSON.stringify(this.#statements.takenOver.all(sessionKey))
    return [...new Set([...own, ...this.#statements.sourcesOf.all(generations)])]
  }

  /** The files that a session itself was read from; what belongs to it besides when it is not read yet. */
  transcriptsOf(sessionId: string): number[] {
    const own = this.#statements.family.all(sessionId).find(({ id }) => id === sessionId)
    const found = own ? this.#statements.read.all(own.key, own.key) : []
    return found.length > 0 ? found : this.ofSessions([sessionId]).sourceIds
  }

  /** All sessions of projects, and what the agents keep beside them for the project as a whole. */
  ofProjects(paths: readonly string[]): FoundSources {
    const ids = this.sessionsOf(paths)
    const { sourceIds, unknown } = this.ofSessions(ids)
    const found = new Set(sourceIds)
    for (const folder of this.#foldersOf(sourceIds)) {
      for (const sourceId of this.#statements.beside.all(`${folder}/`, `${folder}0`)) found.add(sourceId)
    }
    return { sourceIds: [...found].sort((a, b) => a - b), unknown }
  }

  /** Ids of the sessions of projects, without sub-agents. */
  sessionsOf(projects: readonly string[]): string[] {
    return this.#statements.ofProjects.all(JSON.stringify(projects))
  }

  pathsOf(sourceIds: readonly number[]): string[] {
    return this.#statements.paths.all(JSON.stringify(sourceIds))
  }

  /** True when an event stands in this generation and in none before it. */
  hasEventsIn(sourceId: number, generationId: number): boolean {
    return this.#statements.eventIn.get(sourceId, generationId) !== undefined
  }

  #foldersOf(sourceIds: readonly number[]): Set<string> {
    const paths = this.#statements.transcripts.all(JSON.stringify(sourceIds))
    return new Set(paths.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))).filter((path) => path !== ''))
  }
}

/** How the vault names what belongs to a session; by its id alone while the index does not know it. */
function namesOf(id: string, family: readonly Member[]): Name[] {
  const root = family.find((member) => member.id === id)
  const [agent = '', nativeId = '', subagentId = null] = id.split(':')
  if (!root || root.parentId !== null) return nativeId === '' ? [] : [{ agent, nativeId, subagentId }]
  return [{ agent: root.agent, nativeId: root.nativeId, subagentId: null }]
}

function prepare(vault: Sqlite, index: Sqlite) {
  return {
    family: index.prepare<[string], Member>(
      `WITH RECURSIVE family(id) AS (
         SELECT ? UNION SELECT sessions.id FROM sessions JOIN family ON sessions.parent_id = family.id)
       SELECT sessions.id, key, agent, native_id AS nativeId, parent_id AS parentId
       FROM family JOIN sessions ON sessions.id = family.id`,
    ),
    read: index.prepare<[number, number], number>(SOURCES_OF_SESSION).pluck(),
    takenOver: index
      .prepare<[number], number>(
        `SELECT DISTINCT generation_id FROM events WHERE session_key = (SELECT key FROM sessions WHERE key = ? AND fork_of_id IS NOT NULL)`,
      )
      .pluck(),
    sourcesOf: vault
      .prepare<[string], number>('SELECT source_id FROM generations WHERE id IN (SELECT value FROM json_each(?))')
      .pluck(),
    ofProjects: index
      .prepare<[string], string>(
        `SELECT id FROM sessions WHERE parent_id IS NULL AND project_path IN (SELECT value FROM json_each(?)) ORDER BY key`,
      )
      .pluck(),
    named: vault
      .prepare<[Name], number>(
        `SELECT id FROM sources WHERE agent = :agent AND native_id = :nativeId
           AND (:subagentId IS NULL OR subagent_id = :subagentId)`,
      )
      .pluck(),
    eventIn: index
      .prepare<[number, number], number>(
        `SELECT 1 FROM cursors JOIN events ON events.session_key = cursors.session_key
         WHERE source_id = ? AND events.generation_id = ? ORDER BY seq DESC LIMIT 1`,
      )
      .pluck(),
    paths: vault
      .prepare<[string], string>('SELECT path FROM sources WHERE id IN (SELECT value FROM json_each(?))')
      .pluck(),
    transcripts: vault
      .prepare<[string], string>(
        "SELECT path FROM sources WHERE role = 'session' AND id IN (SELECT value FROM json_each(?))",
      )
      .pluck(),
    beside: vault
      .prepare<[string, string], number>(
        "SELECT id FROM sources WHERE role = 'companion' AND native_id IS NULL AND path > ? AND path < ?",
      )
      .pluck(),
  }
}
