import type { Sqlite } from '../client.ts'

/** An event of a line. */
export interface PlacedEvent {
  sessionKey: number
  seq: number
  offset: number
  part: number
  at: number | null
}

/** A line that could not be understood. */
export interface PlacedProblem {
  offset: number
  sessionKey: number | null
  sourceId: number
  line: number
  length: number
  reason: string
}

/** Rows of the index that say where lines stand, moved when the bytes of a generation became others. */
export class RelocationStore {
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepare>

  constructor(index: Sqlite) {
    this.#sqlite = index
    this.#statements = prepare(index)
  }

  /**
   * The last change of places that this index took part in. It is written in the same transaction as the places, so
   * that a crash between the two databases can be put right.
   */
  get lastStep(): number {
    return this.#sqlite.pragma('user_version', { simple: true }) as number
  }

  noteStep(step: number): void {
    this.#sqlite.pragma(`user_version = ${Math.trunc(step)}`)
  }

  /** The sessions that were read from a source: one, or those that share it. */
  sessionsOf(sourceId: number): { key: number; id: string }[] {
    return this.#statements.sessions.all(sourceId, sourceId)
  }

  /** In the order of the lines. */
  events(sessionKey: number, generationId: number): PlacedEvent[] {
    return this.#statements.events.all(sessionKey, generationId)
  }

  moveEvent(sessionKey: number, seq: number, to: { offset: number; length: number }): void {
    this.#statements.moveEvent.run({ ...to, sessionKey, seq })
  }

  /** Removes and returns all problems of a generation, in the order of the lines. */
  takeProblems(generationId: number): PlacedProblem[] {
    const problems = this.#statements.problems.all(generationId)
    this.#statements.dropProblems.run(generationId)
    return problems
  }

  addProblem(generationId: number, problem: PlacedProblem): void {
    this.#statements.addProblem.run({ ...problem, generationId })
  }

  /** Ids of the places of secrets in a generation, with the line of each, in the order of the lines. */
  places(generationId: number): { id: number; sessionKey: number; offset: number }[] {
    return this.#statements.places.all(generationId)
  }

  movePlace(id: number, offset: number, length: number): void {
    this.#statements.movePlace.run(offset, length, id)
  }

  dropPlace(id: number): void {
    this.#statements.dropPlace.run(id)
  }

  /** Up to where a source was read, if that is in this generation. */
  cursor(sourceId: number, generationId: number): number | undefined {
    return this.#statements.cursor.get(sourceId, generationId)?.offset
  }

  moveCursor(sourceId: number, offset: number): void {
    this.#statements.moveCursor.run(offset, sourceId)
  }

  /** True when a secret stands somewhere. */
  stands(secretId: number): boolean {
    return this.#statements.stands.get(secretId) !== undefined
  }
}

function prepare(sqlite: Sqlite) {
  return {
    sessions: sqlite.prepare<[number, number], { key: number; id: string }>(
      `SELECT key, id FROM sessions WHERE key IN (SELECT session_key FROM cursors WHERE source_id = ?
         UNION SELECT session_key FROM shared_sources WHERE source_id = ?)`,
    ),
    events: sqlite.prepare<[number, number], PlacedEvent>(
      'SELECT session_key AS sessionKey, seq, offset, part, at FROM events WHERE session_key = ? AND generation_id = ? ORDER BY offset, part',
    ),
    moveEvent: sqlite.prepare<[{ sessionKey: number; seq: number; offset: number; length: number }]>(
      'UPDATE events SET offset = :offset, length = :length WHERE session_key = :sessionKey AND seq = :seq',
    ),
    problems: sqlite.prepare<[number], PlacedProblem>(
      `SELECT offset, session_key AS sessionKey, source_id AS sourceId, line, length, reason
       FROM problems WHERE generation_id = ? ORDER BY offset`,
    ),
    dropProblems: sqlite.prepare<[number]>('DELETE FROM problems WHERE generation_id = ?'),
    addProblem: sqlite.prepare<[PlacedProblem & { generationId: number }]>(
      `INSERT INTO problems (generation_id, offset, session_key, source_id, line, length, reason)
       VALUES (:generationId, :offset, :sessionKey, :sourceId, :line, :length, :reason)`,
    ),
    places: sqlite.prepare<[number], { id: number; sessionKey: number; offset: number }>(
      'SELECT id, session_key AS sessionKey, offset FROM secret_places WHERE generation_id = ? ORDER BY offset, id',
    ),
    movePlace: sqlite.prepare<[number, number, number]>('UPDATE secret_places SET offset = ?, length = ? WHERE id = ?'),
    dropPlace: sqlite.prepare<[number]>('DELETE FROM secret_places WHERE id = ?'),
    cursor: sqlite.prepare<[number, number], { offset: number }>(
      'SELECT offset FROM cursors WHERE source_id = ? AND generation_id = ?',
    ),
    moveCursor: sqlite.prepare<[number, number]>('UPDATE cursors SET offset = ? WHERE source_id = ?'),
    stands: sqlite.prepare<[number], { id: number }>('SELECT id FROM secret_places WHERE secret_id = ? LIMIT 1'),
  }
}
