import type {
  Alteration,
  CodeLedger,
  ContentId,
  FileVersion,
  PathOp,
  Sweep,
  SweepRow,
  TreeOp,
  VersionCause,
} from '../../server/code-state/ledger.ts'
import type { SweepCause } from '../../server/code-state/effect.ts'
import { compareStamps, type Stamp } from '../../server/code-state/stamp.ts'
import { endingOf, isWithin } from '../../server/code-state/paths.ts'
import type { Sqlite } from '../client.ts'
import { ContentStore, type TextMask } from './content-store.ts'
import { type VersionRow, versionOf, versionValues, VERSION_COLUMNS } from './code-rows.ts'

interface OpRow {
  at: number
  session_key: number
  seq: number
  n: number
  by: VersionCause
  before_id: number | null
  after_id: number | null
  alteration: string | null
}

interface SweepColumns {
  endings: string
  cause: SweepCause
  at: number
  session_key: number
  seq: number
  n: number
}

const MOST_SWEEPS = 400
const DEPENDENT: ReadonlySet<Alteration['kind']> = new Set(['patch', 'append', 'sed', 'from', 'revert'])
/** No row has this id. */
const NO_FILE = 0

/** The code state in the index: what the recorder writes and the replay asks for. */
export class CodeStore implements CodeLedger {
  readonly #contents: ContentStore
  readonly #statements
  readonly #files = new Map<string, number>()

  readonly #mask: TextMask | null

  /** With a `mask`, secrets are taken out of everything that is stored. */
  constructor(sqlite: Sqlite, mask: TextMask | null = null) {
    this.#mask = mask
    this.#contents = new ContentStore(sqlite, mask ?? undefined)
    this.#statements = prepare(sqlite)
  }

  putContent(text: string, near: ContentId | null): ContentId {
    return this.#contents.put(text, near)
  }

  getText(id: ContentId): string | null {
    return this.#contents.text(id)
  }

  /** Has to be called when a transaction was rolled back: what was remembered of it is not there. */
  forget(): void {
    this.#contents.forget()
    this.#files.clear()
  }

  pathsAt(path: string): string[] {
    return this.#statements.pathsAt.all(path, `${path}/`, `${path}0`).map((row) => row.path)
  }

  addOps(path: string, ops: readonly PathOp[]): void {
    const file = this.#fileId(path)
    for (const op of ops) {
      const alter = op.alter === null ? null : this.#written(op.alter)
      const contents = [dbId(op.before), dbId(op.after)] as const
      this.#statements.addOp.run(file, op.at, op.session, op.seq, op.n, op.by, ...contents, effectOf(op), alter)
      if (op.alter?.kind === 'from') this.#statements.addTakeover.run(this.#fileId(op.alter.path), file)
    }
  }

  opsFrom(path: string, from: Stamp | null): PathOp[] {
    const { at, session, seq, n } = from ?? { at: -1, session: 0, seq: 0, n: 0 }
    return this.#statements.opsFrom.all(this.#knownId(path), at, session, seq, n).map((row) => ({
      ...stampIn(row),
      by: row.by,
      before: contentId(row.before_id),
      after: contentId(row.after_id),
      alter: row.alteration === null ? null : (JSON.parse(this.#read(row.alteration)) as Alteration),
    }))
  }

  lastOp(path: string): Stamp | undefined {
    const row = this.#statements.lastOp.get(this.#knownId(path))
    return row && stampIn(row)
  }

  lastOpBefore(path: string, stamp: Stamp): Stamp | undefined {
    const { at, session, seq, n } = stamp
    const row = this.#statements.lastOpBefore.get(this.#knownId(path), at, session, seq, n)
    return row && stampIn(row)
  }

  versions(path: string): FileVersion[] {
    return this.#statements.versions.all(this.#knownId(path)).map(versionOf)
  }

  lastVersion(path: string): FileVersion | undefined {
    const row = this.#statements.lastVersion.get(this.#knownId(path))
    return row && versionOf(row)
  }

  versionBefore(path: string, stamp: Stamp): FileVersion | undefined {
    const { at, session, seq, n } = stamp
    const row = this.#statements.versionBefore.get(this.#knownId(path), at, session, seq, n)
    return row && versionOf(row)
  }

  saveVersions(path: string, versions: readonly FileVersion[], mode: 'all' | 'last'): void {
    const file = this.#fileId(path)
    if (mode === 'all') this.#statements.dropVersions.run(file)
    for (const version of versions) this.#statements.saveVersion.run(versionValues(file, version))
  }

  addSweep(sweep: SweepRow): void {
    const endings = sweep.endings === null ? '' : JSON.stringify(sweep.endings)
    this.#addSweep(sweep.root, sweep.cause, endings, sweep)
  }

  addCommit(root: string, stamp: Stamp): void {
    this.#addSweep(root, 'commit', '', stamp)
  }

  sweeps(path: string, from: Stamp, until: Stamp): Sweep[] {
    const rows = this.#statements.sweeps.all(foldersAbove(path), from.at, until.at, MOST_SWEEPS)
    return rows
      .filter((row) => row.endings === '' || (JSON.parse(row.endings) as string[]).includes(endingOf(path)))
      .map((row) => ({ ...stampIn(row), cause: row.cause }))
      .filter((sweep) => compareStamps(sweep, from) > 0 && compareStamps(sweep, until) <= 0)
      .sort(compareStamps)
  }

  lastCommit(path: string, before: Stamp): Stamp | null {
    const row = this.#statements.lastCommit.get(foldersAbove(path), before.at, before.session, before.seq, before.n)
    return row ? stampIn(row) : null
  }

  dependentsOf(path: string): string[] {
    return this.#statements.dependents.all(this.#knownId(path)).map((row) => row.path)
  }

  concludedAround(root: string, from: number, until: number): string[] {
    if (from >= (this.#statements.newest.get()?.at ?? 0)) return []
    const guessed = this.#statements.guessed.all(from, until)
    const inherited = this.#statements.inherited.all(from, until)
    const paths = [...guessed, ...inherited].map((row) => row.path)
    return [...new Set(paths)].filter((path) => isWithin(path, root))
  }

  isNewFile(path: string): boolean {
    return this.#knownId(path) === NO_FILE
  }

  addTree(tree: TreeOp): void {
    this.#statements.addTree.run(tree.path, tree.to, tree.at, tree.session, tree.seq, tree.n)
  }

  treesAbove(path: string, since: Stamp): TreeOp[] {
    const rows = this.#statements.trees.all(foldersAbove(path), since.at)
    return rows
      .map((row) => ({ ...stampIn(row), path: row.path, to: row.to_path }))
      .filter((tree) => compareStamps(tree, since) > 0)
      .sort(compareStamps)
  }

  claimCall(id: string): boolean {
    return this.#statements.claimCall.run(id).changes > 0
  }

  saveOpenCall(session: number, call: string, ops: string): void {
    this.#statements.saveOpenCall.run(session, call, this.#mask === null ? ops : this.#written(JSON.parse(ops)))
  }

  takeOpenCall(session: number, call: string): string | null {
    const ops = this.#statements.takeOpenCall.get(session, call)?.ops
    return ops === undefined ? null : this.#read(ops)
  }

  lastStamp(session: number): Stamp | undefined {
    const row = this.#statements.clock.get(session)
    return row && { ...row, session }
  }

  saveLastStamp(stamp: Stamp): void {
    this.#statements.saveClock.run(stamp.session, stamp.at, stamp.seq, stamp.n)
  }

  /** JSON with every string in it masked. */
  #written(value: unknown): string {
    const mask = this.#mask
    if (mask === null) return JSON.stringify(value)
    return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? mask.mask(inner) : inner))
  }

  #read(json: string): string {
    const mask = this.#mask
    if (mask === null || !json.includes('[REDACTED:')) return json
    return JSON.stringify(
      JSON.parse(json, (_key, inner: unknown) => (typeof inner === 'string' ? mask.unmask(inner) : inner)),
    )
  }

  #addSweep(root: string, cause: string, endings: string, stamp: Stamp): void {
    this.#statements.addKind.run(root, cause, endings)
    const kind = this.#statements.kind.get(root, cause, endings)?.id ?? 0
    this.#statements.addSweep.run(kind, stamp.at, stamp.session, stamp.seq, stamp.n)
  }

  #fileId(path: string): number {
    const known = this.#knownId(path)
    if (known !== NO_FILE) return known
    const shown = this.#mask?.mask(path) ?? path
    return this.#remember(shown, Number(this.#statements.addFile.run(shown).lastInsertRowid))
  }

  #knownId(truePath: string): number {
    const path = this.#mask?.mask(truePath) ?? truePath
    const known = this.#files.get(path)
    if (known !== undefined) return known
    const found = this.#statements.findFile.get(path)
    return found ? this.#remember(path, found.id) : NO_FILE
  }

  #remember(path: string, id: number): number {
    if (this.#files.size > 20_000) this.#files.clear()
    this.#files.set(path, id)
    return id
  }
}

function stampIn(row: { at: number; session_key: number; seq: number; n: number }): Stamp {
  return { at: row.at, session: row.session_key, seq: row.seq, n: row.n }
}

/** In the tables 0 says that no file was there, null that it is not known. */
function dbId(id: ContentId | null | undefined): number | null {
  return id === undefined ? null : (id ?? 0)
}

function contentId(id: number | null): ContentId | null | undefined {
  return id === null ? undefined : id === 0 ? null : id
}

/** 0: only looked. 1: changed the file, to a content of its own. 2: changed it from what stood there. */
function effectOf(op: PathOp): number {
  if (!op.alter) return op.after === op.before ? 0 : 1
  return DEPENDENT.has(op.alter.kind) ? 2 : 0
}

/** All folders that a path lies in, as a JSON list. */
function foldersAbove(path: string): string {
  const out = ['/']
  for (let at = path.indexOf('/', 1); at !== -1; at = path.indexOf('/', at + 1)) out.push(path.slice(0, at))
  return JSON.stringify(out)
}

function prepare(sqlite: Sqlite) {
  const key = '(at, session_key, seq, n)'
  return {
    findFile: sqlite.prepare<[string], { id: number }>('SELECT id FROM code_files WHERE path = ?'),
    addFile: sqlite.prepare<[string]>('INSERT INTO code_files (path) VALUES (?)'),
    pathsAt: sqlite.prepare<[string, string, string], { path: string }>(
      'SELECT path FROM code_files WHERE path = ? OR (path > ? AND path < ?)',
    ),
    addOp: sqlite.prepare<
      [number, number, number, number, number, string, number | null, number | null, number, string | null]
    >(
      `INSERT OR REPLACE INTO code_ops (file_id, at, session_key, seq, n, by, before_id, after_id, effect, alteration)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    opsFrom: sqlite.prepare<[number, number, number, number, number], OpRow>(
      `SELECT at, session_key, seq, n, by, before_id, after_id, alteration FROM code_ops
       WHERE file_id = ? AND ${key} >= (?, ?, ?, ?) ORDER BY at, session_key, seq, n`,
    ),
    lastOp: sqlite.prepare<[number], OpRow>(
      'SELECT at, session_key, seq, n FROM code_ops WHERE file_id = ? ORDER BY at DESC, session_key DESC, seq DESC, n DESC LIMIT 1',
    ),
    lastOpBefore: sqlite.prepare<[number, number, number, number, number], OpRow>(
      `SELECT at, session_key, seq, n FROM code_ops WHERE file_id = ? AND ${key} <= (?, ?, ?, ?)
       ORDER BY at DESC, session_key DESC, seq DESC, n DESC LIMIT 1`,
    ),
    versions: sqlite.prepare<[number], VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM code_versions WHERE file_id = ? ORDER BY at, session_key, seq, n`,
    ),
    lastVersion: sqlite.prepare<[number], VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM code_versions WHERE file_id = ? ORDER BY at DESC, session_key DESC, seq DESC, n DESC LIMIT 1`,
    ),
    versionBefore: sqlite.prepare<[number, number, number, number, number], VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM code_versions WHERE file_id = ? AND ${key} < (?, ?, ?, ?)
       ORDER BY at DESC, session_key DESC, seq DESC, n DESC LIMIT 1`,
    ),
    dropVersions: sqlite.prepare<[number]>('DELETE FROM code_versions WHERE file_id = ?'),
    saveVersion: sqlite.prepare(
      `INSERT OR REPLACE INTO code_versions (file_id, ${VERSION_COLUMNS})
       VALUES (${Array.from({ length: VERSION_COLUMNS.split(',').length + 1 }, () => '?').join(', ')})`,
    ),
    addKind: sqlite.prepare<[string, string, string]>(
      'INSERT OR IGNORE INTO code_sweep_kinds (root, cause, endings) VALUES (?, ?, ?)',
    ),
    kind: sqlite.prepare<[string, string, string], { id: number }>(
      'SELECT id FROM code_sweep_kinds WHERE root = ? AND cause = ? AND endings = ?',
    ),
    addSweep: sqlite.prepare<[number, number, number, number, number]>(
      'INSERT OR IGNORE INTO code_sweeps (kind_id, at, session_key, seq, n) VALUES (?, ?, ?, ?, ?)',
    ),
    sweeps: sqlite.prepare<[string, number, number, number], SweepColumns>(
      `SELECT endings, cause, at, session_key, seq, n FROM code_sweep_kinds JOIN code_sweeps ON kind_id = id
       WHERE root IN (SELECT value FROM json_each(?)) AND cause <> 'commit' AND at BETWEEN ? AND ? ORDER BY at LIMIT ?`,
    ),
    lastCommit: sqlite.prepare<[string, number, number, number, number], SweepColumns>(
      `SELECT endings, cause, at, session_key, seq, n FROM code_sweep_kinds JOIN code_sweeps ON kind_id = id
       WHERE root IN (SELECT value FROM json_each(?)) AND cause = 'commit' AND ${key} < (?, ?, ?, ?)
       ORDER BY at DESC, session_key DESC, seq DESC, n DESC LIMIT 1`,
    ),
    addTakeover: sqlite.prepare<[number, number]>(
      'INSERT OR IGNORE INTO code_takeovers (from_id, to_id) VALUES (?, ?)',
    ),
    dependents: sqlite.prepare<[number], { path: string }>(
      'SELECT path FROM code_takeovers JOIN code_files ON id = to_id WHERE from_id = ?',
    ),
    newest: sqlite.prepare<[], { at: number | null }>('SELECT max(at) AS at FROM code_clocks'),
    guessed: sqlite.prepare<[number, number], { path: string }>(
      `SELECT path FROM code_versions JOIN code_files ON id = file_id WHERE doubted_at >= ? AND confirmed_at <= ?`,
    ),
    inherited: sqlite.prepare<[number, number], { path: string }>(
      `SELECT path FROM code_ops o JOIN code_files f ON f.id = o.file_id
       WHERE o.effect = 2 AND o.at >= ? AND NOT EXISTS (
         SELECT 1 FROM code_versions v WHERE v.file_id = o.file_id AND v.at > ? AND v.at < o.at)`,
    ),
    addTree: sqlite.prepare<[string, string | null, number, number, number, number]>(
      'INSERT INTO code_trees (path, to_path, at, session_key, seq, n) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    trees: sqlite.prepare<
      [string, number],
      { path: string; to_path: string | null; at: number; session_key: number; seq: number; n: number }
    >(
      'SELECT path, to_path, at, session_key, seq, n FROM code_trees WHERE path IN (SELECT value FROM json_each(?)) AND at >= ?',
    ),
    claimCall: sqlite.prepare<[string]>('INSERT OR IGNORE INTO code_calls (id) VALUES (?)'),
    saveOpenCall: sqlite.prepare<[number, string, string]>(
      'INSERT OR REPLACE INTO code_open_calls (session_key, call_id, ops) VALUES (?, ?, ?)',
    ),
    takeOpenCall: sqlite.prepare<[number, string], { ops: string }>(
      'DELETE FROM code_open_calls WHERE session_key = ? AND call_id = ? RETURNING ops',
    ),
    clock: sqlite.prepare<[number], { at: number; seq: number; n: number }>(
      'SELECT at, seq, n FROM code_clocks WHERE session_key = ?',
    ),
    saveClock: sqlite.prepare<[number, number, number, number]>(
      'INSERT OR REPLACE INTO code_clocks (session_key, at, seq, n) VALUES (?, ?, ?, ?)',
    ),
  }
}
