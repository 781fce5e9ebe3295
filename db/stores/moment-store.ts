import type { Sqlite } from '../client.ts'

/** What a list says of a session. */
export interface SessionName {
  id: string
  key: number
  title: string
  projectPath: string | null
}

/** Says how far the index of a session reaches at a moment of the vault, and what a stretch of it changed. */
export class MomentStore {
  readonly #statements: ReturnType<typeof prepare>

  constructor(index: Sqlite) {
    this.#statements = prepare(index)
  }

  /** Those of the sessions that are known, by id. */
  names(ids: readonly string[]): Map<string, SessionName> {
    return new Map(this.#statements.names.all(JSON.stringify(ids)).map((row) => [row.id, row]))
  }

  /** The session that a source was read into; for that of a sub-agent, the session that started it. */
  sessionOfSource(sourceId: number): string | undefined {
    return this.#statements.ofSource.get(sourceId)
  }

  /**
   * The last event that stands before a byte of a generation; null when none does. Events stand in the order in which
   * bytes were read, so halving finds it.
   */
  seqBefore(sessionKey: number, generationId: number, offset: number): number | null {
    let low = 0
    let high = (this.#statements.lastSeq.get(sessionKey) ?? -1) + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const place = this.#statements.place.get(sessionKey, middle)
      const isBefore =
        place !== undefined &&
        (place.generationId < generationId || (place.generationId === generationId && place.offset < offset))
      if (isBefore) low = middle + 1
      else high = middle
    }
    return low === 0 ? null : low - 1
  }

  /** Files that the session changed after one event and up to another, by path. */
  changedPaths(sessionKey: number, after: number, upTo: number, limit: number): string[] {
    return this.#statements.changed.all(sessionKey, after, upTo, limit)
  }
}

function prepare(index: Sqlite) {
  return {
    names: index.prepare<[string], SessionName>(
      `SELECT id, key, coalesce(title, first_prompt, native_id) AS title, project_path AS projectPath
       FROM sessions WHERE id IN (SELECT value FROM json_each(?))`,
    ),
    ofSource: index
      .prepare<[number], string>(
        `SELECT coalesce(parent_id, id) FROM cursors JOIN sessions ON key = session_key WHERE source_id = ?`,
      )
      .pluck(),
    lastSeq: index.prepare<[number], number | null>('SELECT max(seq) FROM events WHERE session_key = ?').pluck(),
    place: index.prepare<[number, number], { generationId: number; offset: number }>(
      'SELECT generation_id AS generationId, "offset" FROM events WHERE session_key = ? AND seq = ?',
    ),
    changed: index
      .prepare<[number, number, number, number], string>(
        `SELECT DISTINCT path FROM code_ops o JOIN code_files f ON f.id = o.file_id
         WHERE o.session_key = ? AND o.seq > ? AND o.seq <= ? AND o.effect > 0 ORDER BY path LIMIT ?`,
      )
      .pluck(),
  }
}
