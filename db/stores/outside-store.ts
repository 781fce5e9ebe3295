import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangeKind } from '../../server/contract/change.ts'
import type { Sqlite } from '../client.ts'

/**
 * How far a change is. `writing`: nothing has happened to the files themselves; `moving`: they become the new ones, one
 * after the other. Both are left by a crash only.
 */
export type ChangePhase = 'writing' | 'moving' | 'done' | 'undone' | 'interrupted'

/** A file of a change in the journal. */
export interface ChangedFile {
  path: string
  root: string
  action: 'create' | 'replace' | 'delete'
  /** The file beside it that becomes it, or that brings it back; lies there only while the change is under way. */
  temp: string
  /** The bytes before; null while nothing is kept, and for `create`. */
  before: { generationId: number; length: number; sha256: string } | null
  beforeMode: number | null
  beforeMtimeMs: number | null
  /** The bytes after; null until they are on disk, and for `delete`. */
  after: { sha256: string; length: number } | null
  /** Of the file right after the change. */
  afterStamp: string | null
}

/** A change in the journal. */
export interface JournalEntry {
  id: number
  kind: ChangeKind
  title: string
  at: number
  phase: ChangePhase
  /** The change that this one takes back; null for all others. */
  undoOf: number | null
  note: string | null
  files: ChangedFile[]
  /** Made by the change, outermost first. */
  folders: string[]
}

/** Rows in one transaction. */
const AT_ONCE = 500
/** How long a write waits for the other thread that writes into the vault, in milliseconds. */
const PATIENCE = 20_000

/**
 * The journal of what is written outside the data folder. Runs on the thread that answers requests, so it never waits
 * inside SQLite: while the other thread writes, it tries again a little later.
 */
export class OutsideStore {
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepare>

  constructor(vault: Sqlite) {
    this.#sqlite = vault
    this.#statements = prepare(vault)
  }

  /** Notes a change that begins; `phase` is `writing`. */
  async begin(entry: Omit<JournalEntry, 'id' | 'phase'>): Promise<number> {
    const id = await this.#write(() =>
      Number(this.#statements.begin.run({ ...entry, phase: 'writing' }).lastInsertRowid),
    )
    const folders = entry.folders.map((path, n) => ({ id, n, path }))
    await this.#writeEach(folders, (row) => this.#statements.addFolder.run(row))
    const files = entry.files.map((file, n) => ({ ...rowOf(file), id, n }))
    await this.#writeEach(files, (row) => this.#statements.putFile.run(row))
    return id
  }

  /** Notes the files that are kept and written, right before the first one becomes the new one; `left` are not. */
  async startMoving(
    id: number,
    files: readonly { n: number; file: ChangedFile }[],
    left: readonly number[],
  ): Promise<void> {
    await this.#writeEach(files, ({ n, file }) => this.#statements.putFile.run({ ...rowOf(file), id, n }))
    await this.#write(() => {
      for (const n of left) this.#statements.dropFile.run(id, n)
      this.#statements.setPhase.run({ id, phase: 'moving' })
    })
  }

  async finish(
    id: number,
    phase: ChangePhase,
    stamps: readonly { n: number; stamp: string | null }[] = [],
  ): Promise<void> {
    await this.#writeEach(stamps, ({ n, stamp }) => this.#statements.setStamp.run({ id, n, stamp }))
    await this.#write(() => this.#statements.setPhase.run({ id, phase }))
  }

  /** Ends an undo: the row of the undo goes, and the change that it took back gets its phase. */
  finishUndo(undoId: number, undoOf: number, phase: ChangePhase): Promise<void> {
    return this.#write(() => {
      this.#statements.setPhase.run({ id: undoOf, phase })
      this.#drop(undoId)
    })
  }

  /** Forgets a change that did nothing. */
  drop(id: number): Promise<void> {
    return this.#write(() => this.#drop(id))
  }

  find(id: number): JournalEntry | undefined {
    const row = this.#statements.find.get(id)
    return row && this.#whole(row)
  }

  /** The newest change that was made with this note and is not an undo. */
  findByNote(note: string): JournalEntry | undefined {
    const row = this.#statements.findByNote.get(note)
    return row && this.#whole(row)
  }

  /** Ids of changes, newest first, without what is under way. The cursor is the last one of the page before. */
  list(limit: number, cursor?: string): { ids: number[]; nextCursor: string | null } {
    const before = /^\d{1,15}$/.test(cursor ?? '') ? Number(cursor) : Number.MAX_SAFE_INTEGER
    const ids = this.#statements.list.all(before, limit + 1)
    const page = ids.slice(0, limit)
    return { ids: page, nextCursor: ids.length > limit ? String(page.at(-1)) : null }
  }

  /** What a crash left half done, oldest first. */
  unfinished(): JournalEntry[] {
    return this.#statements.unfinished.all().map((row) => this.#whole(row))
  }

  #drop(id: number): void {
    this.#statements.dropFiles.run(id)
    this.#statements.dropFolders.run(id)
    this.#statements.drop.run(id)
  }

  #whole(row: EntryRow): JournalEntry {
    return {
      ...row,
      files: this.#statements.files.all(row.id).map(fileOf),
      folders: this.#statements.folders.all(row.id).map(({ path }) => path),
    }
  }

  /** Thousands of rows in one transaction would hold up other requests; all of them belong to a phase yet to come. */
  async #writeEach<Item>(items: readonly Item[], put: (item: Item) => unknown): Promise<void> {
    for (let from = 0; from < items.length; from += AT_ONCE) {
      const some = items.slice(from, from + AT_ONCE)
      await this.#write(() => {
        for (const item of some) put(item)
      })
    }
  }

  async #write<T>(changes: () => T): Promise<T> {
    const end = performance.now() + PATIENCE
    for (;;) {
      const done = this.#tryWrite(changes)
      if (done) return done.value
      if (performance.now() > end) throw new Error('The vault is busy for too long. Try again later.')
      await sleep(5)
    }
  }

  #tryWrite<T>(changes: () => T): { value: T } | null {
    const [before] = this.#sqlite.pragma('busy_timeout') as [{ timeout: number }]
    this.#sqlite.pragma('busy_timeout = 0')
    try {
      return { value: this.#sqlite.transaction(changes).immediate() }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return null
      throw error
    } finally {
      this.#sqlite.pragma(`busy_timeout = ${before.timeout}`)
    }
  }
}

type EntryRow = Omit<JournalEntry, 'files' | 'folders'>

interface FileRow {
  path: string
  root: string
  action: ChangedFile['action']
  temp: string
  beforeGenerationId: number | null
  beforeLength: number | null
  beforeSha256: string | null
  beforeMode: number | null
  beforeMtimeMs: number | null
  afterSha256: string | null
  afterLength: number | null
  afterStamp: string | null
}

function rowOf({ before, after, ...file }: ChangedFile): FileRow {
  return {
    ...file,
    beforeGenerationId: before?.generationId ?? null,
    beforeLength: before?.length ?? null,
    beforeSha256: before?.sha256 ?? null,
    afterSha256: after?.sha256 ?? null,
    afterLength: after?.length ?? null,
  }
}

function fileOf(row: FileRow): ChangedFile {
  const { beforeGenerationId, beforeLength, beforeSha256, afterSha256, afterLength, ...file } = row
  const isKept = beforeGenerationId !== null && beforeLength !== null && beforeSha256 !== null
  const isWritten = afterSha256 !== null && afterLength !== null
  return {
    ...file,
    before: isKept ? { generationId: beforeGenerationId, length: beforeLength, sha256: beforeSha256 } : null,
    after: isWritten ? { sha256: afterSha256, length: afterLength } : null,
  }
}

const ENTRY = 'SELECT id, kind, title, at, phase, undo_of AS undoOf, note FROM outside_changes'

type FileInsert = FileRow & { id: number; n: number }

function prepare(sqlite: Sqlite) {
  return {
    begin: sqlite.prepare<[Omit<EntryRow, 'id'>]>(
      `INSERT INTO outside_changes (kind, title, at, phase, undo_of, note)
       VALUES (:kind, :title, :at, :phase, :undoOf, :note)`,
    ),
    putFile: sqlite.prepare<[FileInsert]>(
      `INSERT OR REPLACE INTO outside_files (change_id, n, path, root, action, temp, before_generation_id, before_length,
         before_sha256, before_mode, before_mtime_ms, after_sha256, after_length, after_stamp)
       VALUES (:id, :n, :path, :root, :action, :temp, :beforeGenerationId, :beforeLength, :beforeSha256, :beforeMode,
         :beforeMtimeMs, :afterSha256, :afterLength, :afterStamp)`,
    ),
    setStamp: sqlite.prepare<[{ id: number; n: number; stamp: string | null }]>(
      'UPDATE outside_files SET after_stamp = :stamp WHERE change_id = :id AND n = :n',
    ),
    addFolder: sqlite.prepare<[{ id: number; n: number; path: string }]>(
      'INSERT INTO outside_folders (change_id, n, path) VALUES (:id, :n, :path)',
    ),
    setPhase: sqlite.prepare<[{ id: number; phase: ChangePhase }]>(
      'UPDATE outside_changes SET phase = :phase WHERE id = :id',
    ),
    drop: sqlite.prepare<[number]>('DELETE FROM outside_changes WHERE id = ?'),
    dropFiles: sqlite.prepare<[number]>('DELETE FROM outside_files WHERE change_id = ?'),
    dropFile: sqlite.prepare<[number, number]>('DELETE FROM outside_files WHERE change_id = ? AND n = ?'),
    dropFolders: sqlite.prepare<[number]>('DELETE FROM outside_folders WHERE change_id = ?'),
    find: sqlite.prepare<[number], EntryRow>(`${ENTRY} WHERE id = ?`),
    findByNote: sqlite.prepare<[string], EntryRow>(
      `${ENTRY} WHERE note = ? AND undo_of IS NULL ORDER BY id DESC LIMIT 1`,
    ),
    list: sqlite
      .prepare<[number, number], number>(
        `SELECT id FROM outside_changes WHERE phase IN ('done', 'undone', 'interrupted') AND id < ? ORDER BY id DESC LIMIT ?`,
      )
      .pluck(),
    unfinished: sqlite.prepare<[], EntryRow>(`${ENTRY} WHERE phase IN ('writing', 'moving') ORDER BY id`),
    files: sqlite.prepare<[number], FileRow>(
      `SELECT path, root, action, temp, before_generation_id AS beforeGenerationId, before_length AS beforeLength,
         before_sha256 AS beforeSha256, before_mode AS beforeMode, before_mtime_ms AS beforeMtimeMs,
         after_sha256 AS afterSha256, after_length AS afterLength, after_stamp AS afterStamp
       FROM outside_files WHERE change_id = ? ORDER BY n`,
    ),
    folders: sqlite.prepare<[number], { path: string }>(
      'SELECT path FROM outside_folders WHERE change_id = ? ORDER BY n',
    ),
  }
}
