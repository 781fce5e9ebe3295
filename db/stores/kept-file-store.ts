import type { Sqlite } from '../client.ts'
import type { AgentSource } from './source-store.ts'

/** A file of an agent with every state that was kept of it. */
export interface KeptSource extends AgentSource {
  id: number
  state: 'present' | 'gone'
  /** Permission bits as last seen; null when they never were. */
  mode: number | null
  /** Device and inode, size and time of change, by which the file is known without reading it; null after trouble. */
  stamp: { identity: string; size: number; mtimeNs: string } | null
  /** Time of change as last seen, in milliseconds since 1970. */
  mtimeMs: number | null
  lastKeptAt: number | null
  /** In the order of rewrites. */
  generations: { id: number; number: number; length: number; createdAt: number }[]
}

type Row = Omit<KeptSource, 'generations' | 'stamp' | 'mtimeMs'> & {
  identity: string | null
  size: number | null
  mtimeNs: string | null
  seenMtimeNs: string | null
}

/** Reads which states of files the vault holds, for restoring them. */
export class KeptFileStore {
  readonly #statements: ReturnType<typeof prepare>

  constructor(vault: Sqlite) {
    this.#statements = prepare(vault)
  }

  /** In the order of their ids. What Lossless itself kept of files outside is left out. */
  list(sourceIds: readonly number[]): KeptSource[] {
    const ids = JSON.stringify(sourceIds)
    const generations = new Map<number, KeptSource['generations']>()
    for (const { sourceId, ...generation } of this.#statements.generations.all(ids)) {
      const known = generations.get(sourceId)
      if (known) known.push(generation)
      else generations.set(sourceId, [generation])
    }
    return this.#statements.sources.all(ids).map((row) => keptSource(row, generations.get(row.id) ?? []))
  }
}

function keptSource(
  { identity, size, mtimeNs, seenMtimeNs, ...row }: Row,
  generations: KeptSource['generations'],
): KeptSource {
  const isKnown = identity !== null && size !== null && mtimeNs !== null
  return {
    ...row,
    stamp: isKnown ? { identity, size, mtimeNs } : null,
    mtimeMs: seenMtimeNs === null ? null : Number(seenMtimeNs) / 1e6,
    generations,
  }
}

function prepare(sqlite: Sqlite) {
  return {
    sources: sqlite.prepare<[string], Row>(
      `SELECT id, agent, path, role, native_id AS nativeId, subagent_id AS subagentId, state, mode, identity, size,
         mtime_ns AS mtimeNs, seen_mtime_ns AS seenMtimeNs, last_kept_at AS lastKeptAt
       FROM sources WHERE id IN (SELECT value FROM json_each(?)) AND role <> 'outside' ORDER BY id`,
    ),
    generations: sqlite.prepare<[string], KeptSource['generations'][number] & { sourceId: number }>(
      `SELECT source_id AS sourceId, id, number, length, created_at AS createdAt FROM generations
       WHERE source_id IN (SELECT value FROM json_each(?)) ORDER BY source_id, number`,
    ),
  }
}
