import type { Confidence } from '../../server/contract/replay.ts'
import { confidenceAt, type LastSweep } from '../../server/code-state/confidence.ts'
import type { FileVersion } from '../../server/code-state/ledger.ts'
import type { Stamp } from '../../server/code-state/stamp.ts'
import type { Sqlite } from '../client.ts'
import { type VersionRow, versionOf, VERSION_COLUMNS } from './code-rows.ts'
import { ContentStore } from './content-store.ts'

/** Right after an event of a session; with a `seq` of -1 right before its first one. */
export interface Moment {
  session: number
  seq: number
}

/** A file as it stood at a moment. */
export interface FileAtMoment {
  path: string
  version: FileVersion
  /** Null when the file is deleted or its content is not known. */
  sha256: string | null
  bytes: number | null
  confidence: Confidence
  /** This session changed it at or before the moment. */
  isChanged: boolean
}

interface FileRow extends VersionRow {
  path: string
  sha256: Buffer | null
  bytes: number | null
  is_masked: number | null
}

interface SweepRow {
  root: string
  endings: string
  is_maker: number
  at: number
  session_key: number
  seq: number
  n: number
}

const LAST_N = Number.MAX_SAFE_INTEGER
/** Copies of the project that other sessions work in. */
const NESTED_WORKTREE = /\/(\.worktrees|\.claude\/worktrees)\//

/** Answers what files held at any moment, without replaying anything. */
export class CodeReader {
  readonly #contents: ContentStore
  readonly #statements
  readonly #sessionIds = new Map<number, string>()

  constructor(sqlite: Sqlite) {
    this.#contents = new ContentStore(sqlite)
    this.#statements = prepare(sqlite)
  }

  /** All known files below the folders, and those outside that the session touched, by path. */
  filesAt(moment: Moment, roots: readonly string[]): FileAtMoment[] {
    const stamp = this.stampOf(moment)
    const key = [stamp.at, stamp.session, stamp.seq, stamp.n] as const
    const own = this.#touched(moment)
    const rows = new Map<string, FileRow>()
    for (const root of roots) {
      for (const row of this.#statements.below.all(...key, `${root}/`, `${root}0`)) {
        if (own.has(row.path) || !NESTED_WORKTREE.test(row.path.slice(root.length))) rows.set(row.path, row)
      }
    }
    for (const path of own.keys()) {
      if (rows.has(path)) continue
      const row = this.#statements.one.get(...key, path)
      if (row) rows.set(path, row)
    }
    const sweeps = this.#sweepsUntil(stamp)
    return [...rows.values()]
      .map((row) => fileOf(row, own.get(row.path) ?? false, stamp, sweeps))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** One file at a moment; undefined when nothing is known of it yet. */
  fileAt(moment: Moment, path: string): FileAtMoment | undefined {
    const stamp = this.stampOf(moment)
    const row = this.#statements.one.get(stamp.at, stamp.session, stamp.seq, stamp.n, path)
    return (
      row &&
      fileOf(
        row,
        this.#statements.changed.get(path, moment.session, moment.seq)?.is_changed === 1,
        stamp,
        this.#sweepsUntil(stamp),
      )
    )
  }

  /** A file's versions up to a moment, oldest first. */
  versionsUntil(moment: Moment, path: string): FileVersion[] {
    const stamp = this.stampOf(moment)
    return this.#statements.history.all(path, stamp.at, stamp.session, stamp.seq, stamp.n).map(versionOf)
  }

  /** Files that a session changed, by path. */
  changedBy(session: number): string[] {
    return this.#statements.changedBy.all(session).map(({ path }) => path)
  }

  /** Says whether any session tells something about a file. */
  isKnown(path: string): boolean {
    return this.#statements.known.get(path) !== undefined
  }

  /** SHA-256 in hex of every content that a file is known to have had, at any time and in any session. */
  everHeld(path: string): Set<string> {
    return new Set(this.#statements.everHeld.all(path).map((row) => row.sha256.toString('hex')))
  }

  /** A file's text at a moment: empty when no file was there, null when its content is not known. */
  textAt(moment: Moment, path: string): string | null {
    const file = this.fileAt(moment, path)
    if (!file) return ''
    const { content } = file.version
    if (content === undefined) return null
    return content === null ? '' : this.text(content)
  }

  text(content: number): string | null {
    return this.#contents.text(content)
  }

  /** The API's id of a session. */
  sessionId(key: number): string | undefined {
    const known = this.#sessionIds.get(key) ?? this.#statements.sessionId.get(key)?.id
    if (known !== undefined) this.#sessionIds.set(key, known)
    return known
  }

  /** The event's place among the moments of all sessions. */
  stampOf(moment: Moment): Stamp {
    const { session, seq } = moment
    if (seq < 0) return { at: this.#statements.firstEvent.get(session)?.at ?? 0, session, seq: -1, n: 0 }
    const event = this.#statements.lastEvent.get(session, seq)?.at ?? 0
    const latest = this.#statements.lastOp.get(session, seq)?.at ?? 0
    return { at: Math.max(event, latest), session, seq, n: LAST_N }
  }

  /** Files that the session has told something about, and whether it changed them. */
  #touched({ session, seq }: Moment): Map<string, boolean> {
    return new Map(this.#statements.touched.all(session, seq).map((row) => [row.path, row.is_changed === 1]))
  }

  #sweepsUntil(stamp: Stamp): LastSweep[] {
    return this.#statements.lastSweeps.all(stamp.at, stamp.session, stamp.seq, stamp.n).map((row) => ({
      root: row.root,
      endings: row.endings === '' ? null : new Set(JSON.parse(row.endings) as string[]),
      isMaker: row.is_maker === 1,
      at: row.at,
      session: row.session_key,
      seq: row.seq,
      n: row.n,
    }))
  }
}

function fileOf(row: FileRow, isChanged: boolean, stamp: Stamp, sweeps: readonly LastSweep[]): FileAtMoment {
  const version = versionOf(row)
  return {
    path: row.path,
    version,
    sha256: row.sha256?.toString('hex') ?? null,
    bytes: row.bytes,
    confidence: confidenceAt(row.path, { ...version, isMasked: row.is_masked === 1 }, stamp, sweeps),
    isChanged,
  }
}

function prepare(sqlite: Sqlite) {
  const columns = VERSION_COLUMNS.split(', ')
    .map((column) => `v.${column}`)
    .join(', ')
  const key = '(at, session_key, seq, n)'
  const last = 'at DESC, session_key DESC, seq DESC, n DESC'
  const select = `
    SELECT f.path, ${columns}, c.sha256, c.bytes, c.is_masked
    FROM code_files f
    JOIN code_versions v ON v.file_id = f.id AND (v.at, v.session_key, v.seq, v.n) = (
      SELECT at, session_key, seq, n FROM code_versions
      WHERE file_id = f.id AND ${key} <= (?, ?, ?, ?) ORDER BY ${last} LIMIT 1)
    LEFT JOIN code_contents c ON c.id = v.content_id`
  type Key = [number, number, number, number]
  return {
    below: sqlite.prepare<[...Key, string, string], FileRow>(`${select} WHERE f.path > ? AND f.path < ?`),
    one: sqlite.prepare<[...Key, string], FileRow>(`${select} WHERE f.path = ?`),
    touched: sqlite.prepare<[number, number], { path: string; is_changed: number }>(
      `SELECT path, max(o.effect) > 0 AS is_changed FROM code_ops o JOIN code_files f ON f.id = o.file_id
       WHERE o.session_key = ? AND o.seq <= ? GROUP BY f.id`,
    ),
    changed: sqlite.prepare<[string, number, number], { is_changed: number | null }>(
      `SELECT max(o.effect) > 0 AS is_changed FROM code_files f JOIN code_ops o ON o.file_id = f.id
       WHERE f.path = ? AND o.session_key = ? AND o.seq <= ?`,
    ),
    changedBy: sqlite.prepare<[number], { path: string }>(
      `SELECT f.path FROM code_ops o JOIN code_files f ON f.id = o.file_id
       WHERE o.session_key = ? GROUP BY f.id HAVING max(o.effect) > 0 ORDER BY f.path`,
    ),
    history: sqlite.prepare<[string, number, number, number, number], VersionRow>(
      `SELECT ${columns} FROM code_files f JOIN code_versions v ON v.file_id = f.id
       WHERE f.path = ? AND (v.at, v.session_key, v.seq, v.n) <= (?, ?, ?, ?) ORDER BY v.at, v.session_key, v.seq, v.n`,
    ),
    everHeld: sqlite.prepare<[string], { sha256: Buffer }>(
      `SELECT DISTINCT c.sha256 FROM code_files f JOIN code_versions v ON v.file_id = f.id
       JOIN code_contents c ON c.id = v.content_id WHERE f.path = ?`,
    ),
    lastOp: sqlite.prepare<[number, number], { at: number }>(
      'SELECT max(at) AS at FROM code_ops WHERE session_key = ? AND seq <= ?',
    ),
    lastEvent: sqlite.prepare<[number, number], { at: number }>(
      'SELECT at FROM events WHERE session_key = ? AND seq <= ? AND at IS NOT NULL ORDER BY seq DESC LIMIT 1',
    ),
    firstEvent: sqlite.prepare<[number], { at: number }>(
      'SELECT at FROM events WHERE session_key = ? AND at IS NOT NULL ORDER BY seq LIMIT 1',
    ),
    known: sqlite.prepare<[string], { id: number }>('SELECT id FROM code_files WHERE path = ?'),
    sessionId: sqlite.prepare<[number], { id: string }>('SELECT id FROM sessions WHERE key = ?'),
    lastSweeps: sqlite.prepare<[number, number, number, number], SweepRow>(
      `SELECT k.root, k.endings, k.cause IN ('git', 'script') AS is_maker, s.at, s.session_key, s.seq, s.n
       FROM code_sweep_kinds k JOIN code_sweeps s ON s.kind_id = k.id AND (s.at, s.session_key, s.seq, s.n) = (
         SELECT at, session_key, seq, n FROM code_sweeps
         WHERE kind_id = k.id AND ${key} <= (?, ?, ?, ?) ORDER BY ${last} LIMIT 1)`,
    ),
  }
}
