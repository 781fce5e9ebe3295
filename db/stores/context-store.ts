import type { Sqlite } from '../client.ts'

/** Reads how the context of a session grew. */
export class ContextStore {
  readonly #sinceCompaction
  readonly #after
  readonly #reading

  constructor(index: Sqlite) {
    this.#sinceCompaction = index
      .prepare<[number], number>('SELECT coalesce(max(seq), -1) FROM compactions WHERE session_key = ?')
      .pluck()
    this.#after = index.prepare<[number, number], { seq: number; used: number }>(
      `SELECT seq, context_used AS used FROM events
       WHERE session_key = ? AND seq > ? AND context_used IS NOT NULL ORDER BY seq`,
    )
    this.#reading = index.prepare<[number], { generationId: number; offset: number }>(
      'SELECT generation_id AS generationId, "offset" FROM cursors WHERE source_id = ?',
    )
  }

  /** `seq` of the last compaction; -1 when there was none. */
  lastCompaction(sessionKey: number): number {
    return this.#sinceCompaction.get(sessionKey) ?? -1
  }

  /** Tokens in the context by the events after `seq` that state them, in order. Records of one answer repeat them. */
  after(sessionKey: number, seq: number): { seq: number; used: number }[] {
    return this.#after.all(sessionKey, seq)
  }

  /** How far a source was understood: the generation, and where its first unread line starts. */
  readUpTo(sourceId: number): { generationId: number; offset: number } | undefined {
    return this.#reading.get(sourceId)
  }
}
