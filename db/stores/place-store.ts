import type { SecretTier } from '../../server/contract/secrets.ts'
import type { Sqlite } from '../client.ts'

/** Where a secret stands: a range of a string of a record of a line. Offsets in UTF-16 units, the end exclusive. */
export interface Place {
  secretId: number
  sessionKey: number
  generationId: number
  offset: number
  length: number
  /** The first event of the line; null when it makes none. */
  seq: number | null
  at: number | null
  /** Which record of the line. */
  record: number
  path: (string | number)[]
  isKey: boolean
  start: number
  end: number
  within: { start: number; end: number }[]
  tier: SecretTier
}

export interface StoredPlace extends Place {
  id: number
}

/** How often a secret stands in a session, and between which times. */
export interface SessionCount {
  secretId: number
  sessionId: string
  agent: string
  projectPath: string | null
  places: number
  first: number | null
  last: number | null
}

interface Row extends Omit<StoredPlace, 'path' | 'within' | 'isKey'> {
  path: string
  isKey: number
  within: string
}

const COLUMNS = `id, secret_id AS secretId, session_key AS sessionKey, generation_id AS generationId, offset, length, seq, at,
  record, path, is_key AS isKey, start, "end", within, tier`

/** Where secrets stand, by line, by session and by secret. */
export class PlaceStore {
  readonly #statements

  constructor(index: Sqlite) {
    this.#statements = prepare(index)
  }

  add(place: Place): void {
    this.#statements.add.run({
      ...place,
      path: JSON.stringify(place.path),
      isKey: place.isKey ? 1 : 0,
      within: place.within.length === 0 ? '' : JSON.stringify(place.within),
    })
  }

  /** Notes that what stands there is surer than it was. */
  raise(id: number, tier: SecretTier): void {
    this.#statements.raise.run(tier, id)
  }

  ofLine(generationId: number, offset: number): StoredPlace[] {
    return this.#statements.ofLine.all(generationId, offset).map(placeOf)
  }

  ofGeneration(generationId: number): StoredPlace[] {
    return this.#statements.ofGeneration.all(generationId).map(placeOf)
  }

  get(id: number): StoredPlace | undefined {
    const row = this.#statements.get.get(id)
    return row && placeOf(row)
  }

  /** For each secret the place where it was found first, which is the one whose context told. */
  firstOfEach(): StoredPlace[] {
    return this.#statements.firstOfEach.all().map(placeOf)
  }

  /** Newest first; `before` is the id of the last one of the page before. */
  ofSecret(secretId: number, before: number, limit: number): StoredPlace[] {
    return this.#statements.ofSecret.all(secretId, before, limit).map(placeOf)
  }

  ofSession(sessionKey: number): StoredPlace[] {
    return this.#statements.ofSession.all(sessionKey).map(placeOf)
  }

  /** True when the session was found to hold the secret before, as more than a candidate. */
  isKnownIn(secretId: number, sessionKey: number): boolean {
    return this.#statements.isKnownIn.get(secretId, sessionKey) !== undefined
  }

  /** How often each secret stands in each session. */
  counts(): SessionCount[] {
    return this.#statements.counts.all()
  }

  /** How often one secret stands in each session. */
  countsOf(secretId: number): SessionCount[] {
    return this.#statements.countsOf.all(secretId)
  }

  /** Notes with what a generation was looked through; counts of unchecked strings add up while it grows. */
  noteScan(scan: {
    generationId: number
    sessionKey: number
    rules: string
    knownUpTo: number
    unchecked: number
  }): void {
    this.#statements.noteScan.run(scan)
  }

  sessionIdOf(place: Pick<Place, 'sessionKey'>): string | undefined {
    return this.#statements.sessionId.get(place.sessionKey)?.id
  }

  /** True while a part of the session was not looked through with these rules and all known values. */
  isBehind(sessionKey: number, rules: string, knownUpTo: number): boolean {
    return this.#statements.isBehind.get(sessionKey, rules, knownUpTo) !== undefined
  }

  uncheckedOf(sessionKey: number): number {
    return this.#statements.unchecked.get(sessionKey)?.sum ?? 0
  }

  /** Generations that were not looked through with these rules, or not for the newest known values. */
  behind(rules: string, knownUpTo: number): { generationId: number; sessionKey: number; rules: string }[] {
    return this.#statements.behind.all(rules, knownUpTo)
  }

  caughtUp(generationId: number, rules: string, knownUpTo: number): void {
    this.#statements.caughtUp.run(rules, knownUpTo, generationId)
  }
}

function countsWhere(condition: string): string {
  return `SELECT secret_id AS secretId, id AS sessionId, agent, project_path AS projectPath, p.places, p.first, p.last
    FROM (SELECT secret_id, session_key, count(*) AS places, min(at) AS first, max(at) AS last
      FROM secret_places WHERE ${condition} GROUP BY secret_id, session_key) p JOIN sessions ON key = p.session_key`
}

function placeOf(row: Row): StoredPlace {
  return {
    ...row,
    path: JSON.parse(row.path) as (string | number)[],
    isKey: row.isKey === 1,
    within: row.within === '' ? [] : (JSON.parse(row.within) as { start: number; end: number }[]),
  }
}

function prepare(sqlite: Sqlite) {
  return {
    add: sqlite.prepare(
      `INSERT INTO secret_places (secret_id, session_key, generation_id, offset, length, seq, at, record, path, is_key,
         start, "end", within, tier)
       VALUES (@secretId, @sessionKey, @generationId, @offset, @length, @seq, @at, @record, @path, @isKey,
         @start, @end, @within, @tier)`,
    ),
    raise: sqlite.prepare<[string, number]>('UPDATE secret_places SET tier = ? WHERE id = ?'),
    ofLine: sqlite.prepare<[number, number], Row>(
      `SELECT ${COLUMNS} FROM secret_places WHERE generation_id = ? AND offset = ? ORDER BY id`,
    ),
    ofGeneration: sqlite.prepare<[number], Row>(`SELECT ${COLUMNS} FROM secret_places WHERE generation_id = ?`),
    get: sqlite.prepare<[number], Row>(`SELECT ${COLUMNS} FROM secret_places WHERE id = ?`),
    firstOfEach: sqlite.prepare<[], Row>(
      `SELECT ${COLUMNS} FROM secret_places WHERE id IN (SELECT min(id) FROM secret_places GROUP BY secret_id)`,
    ),
    ofSecret: sqlite.prepare<[number, number, number], Row>(
      `SELECT ${COLUMNS} FROM secret_places WHERE secret_id = ? AND id < ? ORDER BY id DESC LIMIT ?`,
    ),
    ofSession: sqlite.prepare<[number], Row>(
      `SELECT ${COLUMNS} FROM secret_places WHERE session_key = ? ORDER BY generation_id, offset, id`,
    ),
    isKnownIn: sqlite.prepare<[number, number], { id: number }>(
      "SELECT id FROM secret_places WHERE secret_id = ? AND session_key = ? AND tier <> 'candidate' LIMIT 1",
    ),
    counts: sqlite.prepare<[], SessionCount>(countsWhere('true')),
    countsOf: sqlite.prepare<[number], SessionCount>(countsWhere('secret_id = ?')),
    sessionId: sqlite.prepare<[number], { id: string }>('SELECT id FROM sessions WHERE key = ?'),
    isBehind: sqlite.prepare<[number, string, number], { one: number }>(
      'SELECT 1 AS one FROM secret_scans WHERE session_key = ? AND (rules <> ? OR known_up_to < ?) LIMIT 1',
    ),
    noteScan: sqlite.prepare(
      `INSERT INTO secret_scans (generation_id, session_key, rules, known_up_to, unchecked)
       VALUES (@generationId, @sessionKey, @rules, @knownUpTo, @unchecked)
       ON CONFLICT (generation_id) DO UPDATE SET unchecked = unchecked + excluded.unchecked,
         known_up_to = min(known_up_to, excluded.known_up_to)`,
    ),
    unchecked: sqlite.prepare<[number], { sum: number | null }>(
      'SELECT sum(unchecked) AS sum FROM secret_scans WHERE session_key = ?',
    ),
    behind: sqlite.prepare<[string, number], { generationId: number; sessionKey: number; rules: string }>(
      `SELECT generation_id AS generationId, session_key AS sessionKey, rules
       FROM secret_scans WHERE rules <> ? OR known_up_to < ? ORDER BY generation_id DESC`,
    ),
    caughtUp: sqlite.prepare<[string, number, number]>(
      'UPDATE secret_scans SET rules = ?, known_up_to = ? WHERE generation_id = ?',
    ),
  }
}
