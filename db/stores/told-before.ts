import type { Sqlite } from '../client.ts'

/** What was read of a session before, for adapters whose lines mean something only after others. */
export class ToldBefore {
  readonly #statements: ReturnType<typeof prepare>

  constructor(index: Sqlite) {
    this.#statements = prepare(index)
  }

  /** The kind of the last event of the session before this one in a source that they share; null when there is none. */
  lastKindBefore(sourceId: number, sessionKey: number): string | null {
    return this.#statements.lastKindBefore.get(sourceId, sessionKey) ?? null
  }

  /** The last call of a session that is summed up like this, unless its result came. */
  openCall(sessionKey: number, summary: string): string | null {
    return this.#statements.openCall.get(sessionKey, summary.slice(0, 240)) ?? null
  }

  /** The preview of a session's last event of kind `progress` whose preview holds this. */
  lastNote(sessionKey: number, part: string): string | null {
    return this.#statements.lastNote.get(sessionKey, part) ?? null
  }
}

function prepare(sqlite: Sqlite) {
  return {
    lastKindBefore: sqlite
      .prepare<[number, number], string>(
        `SELECT kind FROM events WHERE session_key =
           (SELECT max(session_key) FROM shared_sources WHERE source_id = ? AND session_key < ?)
         ORDER BY seq DESC LIMIT 1`,
      )
      .pluck(),
    openCall: sqlite
      .prepare<[number, string], string>(
        `SELECT call_id FROM events AS calls WHERE session_key = ? AND kind = 'tool_call' AND preview = ?
           AND NOT EXISTS (SELECT 1 FROM events WHERE session_key = calls.session_key AND call_id = calls.call_id
             AND kind = 'tool_result')
         ORDER BY seq DESC LIMIT 1`,
      )
      .pluck(),
    lastNote: sqlite
      .prepare<[number, string], string>(
        `SELECT preview FROM events WHERE session_key = ? AND kind = 'progress' AND instr(preview, ?) > 0
         ORDER BY seq DESC LIMIT 1`,
      )
      .pluck(),
  }
}
