import type { Sqlite } from '../client.ts'
import { ContentStore, type TextMask } from './content-store.ts'

/** Rows that hold texts of lines, masked again when a value in them became known after they were written. */
export class RemaskStore {
  readonly #statements
  readonly #mask: TextMask
  readonly #contents: ContentStore

  constructor(index: Sqlite, mask: TextMask) {
    this.#statements = prepare(index)
    this.#mask = mask
    this.#contents = new ContentStore(index, mask)
  }

  /** The events that a line made, in order. */
  eventsOf(
    sessionKey: number,
    line: { generationId: number; offset: number },
  ): { seq: number; at: number | null; part: number }[] {
    return this.#statements.events.all(sessionKey, line.generationId, line.offset)
  }

  /** The session that a line was read into: of those that share the file with this one where it is not this one. */
  ownerOf(sessionKey: number, line: { generationId: number; offset: number }): number {
    return this.#statements.owner.get(sessionKey, line.generationId, line.offset) ?? sessionKey
  }

  setPreview(sessionKey: number, seq: number, preview: string | null): void {
    this.#statements.setPreview.run(preview, sessionKey, seq)
  }

  /** Masks what the list of sessions shows. Returns the session's id and how many events it has. */
  session(sessionKey: number): { id: string; events: number } | undefined {
    const row = this.#statements.session.get(sessionKey)
    if (row === undefined) return undefined
    const masked = (text: string | null) => (text === null ? null : this.#mask.mask(text))
    this.#statements.setSession.run(masked(row.title), masked(row.firstPrompt), masked(row.description), sessionKey)
    return { id: row.id, events: row.events }
  }

  /** Contents of all files that the session tells something about, in whatever session they were seen. */
  contentsAround(sessionKey: number): number[] {
    return this.#statements.contents.all(sessionKey, sessionKey, sessionKey).map(({ id }) => id)
  }

  /** Masks a content. Those that stand on it are stored as a whole first. */
  content(id: number): boolean {
    return this.#contents.maskAgain(id)
  }

  /** Masks what changed files and what open calls ask for. */
  alterations(sessionKey: number): void {
    for (const { rowid, text } of this.#statements.alterations.all(sessionKey)) {
      const masked = this.#maskJson(text)
      if (masked !== text) this.#statements.setAlteration.run(masked, ...rowid)
    }
    for (const { callId, ops } of this.#statements.openCalls.all(sessionKey)) {
      const masked = this.#maskJson(ops)
      if (masked !== ops) this.#statements.setOpenCall.run(masked, sessionKey, callId)
    }
  }

  #maskJson(json: string): string {
    return JSON.stringify(
      JSON.parse(json, (_key, inner: unknown) => (typeof inner === 'string' ? this.#mask.mask(inner) : inner)),
    )
  }
}

interface AlterationRow {
  file_id: number
  at: number
  session_key: number
  seq: number
  n: number
  alteration: string
}

function prepare(sqlite: Sqlite) {
  const owner = sqlite
    .prepare<[number, number, number], number>(
      `SELECT events.session_key FROM shared_sources AS own
       JOIN shared_sources AS beside ON beside.source_id = own.source_id
       JOIN events ON events.session_key = beside.session_key
       WHERE own.session_key = ? AND generation_id = ? AND offset = ? LIMIT 1`,
    )
    .pluck()
  const files = 'SELECT DISTINCT file_id FROM code_ops WHERE session_key = ?'
  const alterations = sqlite.prepare<[number], AlterationRow>(
    `SELECT file_id, at, session_key, seq, n, alteration FROM code_ops
     WHERE alteration IS NOT NULL AND file_id IN (${files})`,
  )
  return {
    owner,
    events: sqlite.prepare<[number, number, number], { seq: number; at: number | null; part: number }>(
      'SELECT seq, at, part FROM events WHERE session_key = ? AND generation_id = ? AND offset = ? ORDER BY seq',
    ),
    setPreview: sqlite.prepare<[string | null, number, number]>(
      'UPDATE events SET preview = ? WHERE session_key = ? AND seq = ?',
    ),
    session: sqlite.prepare<
      [number],
      { id: string; events: number; title: string | null; firstPrompt: string | null; description: string | null }
    >(
      `SELECT id, events, title, first_prompt AS firstPrompt, subagent_description AS description
       FROM sessions WHERE key = ?`,
    ),
    setSession: sqlite.prepare<[string | null, string | null, string | null, number]>(
      'UPDATE sessions SET title = ?, first_prompt = ?, subagent_description = ? WHERE key = ?',
    ),
    contents: sqlite.prepare<[number, number, number], { id: number }>(
      `SELECT content_id AS id FROM code_versions WHERE content_id > 0 AND file_id IN (${files})
       UNION SELECT before_id FROM code_ops WHERE before_id > 0 AND file_id IN (${files})
       UNION SELECT after_id FROM code_ops WHERE after_id > 0 AND file_id IN (${files})`,
    ),
    alterations: {
      all: (sessionKey: number) =>
        alterations.all(sessionKey).map(({ alteration, ...key }) => ({
          rowid: [key.file_id, key.at, key.session_key, key.seq, key.n] as const,
          text: alteration,
        })),
    },
    setAlteration: sqlite.prepare<[string, number, number, number, number, number]>(
      `UPDATE code_ops SET alteration = ? WHERE file_id = ? AND at = ? AND session_key = ? AND seq = ? AND n = ?`,
    ),
    openCalls: sqlite.prepare<[number], { callId: string; ops: string }>(
      'SELECT call_id AS callId, ops FROM code_open_calls WHERE session_key = ?',
    ),
    setOpenCall: sqlite.prepare<[string, number, string]>(
      'UPDATE code_open_calls SET ops = ? WHERE session_key = ? AND call_id = ?',
    ),
  }
}
