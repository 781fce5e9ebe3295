import type { Snapshot, SnapshotReason, SnapshotScope } from '../../server/contract/snapshots.ts'
import type { Sqlite } from '../client.ts'
import type { SourceIdentity } from './vault-store.ts'

/** A file as a snapshot holds it: the first `length` bytes of a generation. */
export interface SnapshotFile extends SourceIdentity {
  sourceId: number
  generationId: number
  length: number
  /** The file at that moment. What is gone is held all the same. */
  state: 'present' | 'gone'
  /** Permission bits; null when they were never seen. */
  mode: number | null
  mtimeMs: number | null
}

/** A source as it stands now, and how it stood at its latest mark. */
export interface Standing {
  sourceId: number
  agent: string
  role: SourceIdentity['role']
  nativeId: string | null
  generationId: number
  /** From 1; above it the file was rewritten. */
  number: number
  length: number
  state: 'present' | 'gone'
  mode: number | null
  mtimeNs: string | null
  marked: Mark | null
}

/** What a snapshot notes of a source. */
export interface Mark {
  generationId: number
  length: number
  state: 'present' | 'gone'
  mode: number | null
  mtimeNs: string | null
}

/** A snapshot about to be written. */
export interface NewSnapshot {
  label: string | null
  reason: SnapshotReason
  cause: string | null
  scope: SnapshotScope
  /** Ids of sources; null for all. */
  members: readonly number[] | null
  at: number
  sessions: number
  sources: number
  rawBytes: number
  changedSources: number
  changedBytes: number
  /** Only of sources that stand otherwise than at their latest mark. */
  marks: (Mark & { sourceId: number })[]
}

/** Which snapshots a list asks for. */
export interface SnapshotFilter {
  /** Only those that name one of these sources. */
  sourceIds?: readonly number[] | undefined
  reason?: SnapshotReason | undefined
  limit: number
  cursor?: string | undefined
}

/** The SQL of snapshots. Writing is done by the ingest worker, reading by anyone. */
export class SnapshotStore {
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepare>

  constructor(vault: Sqlite) {
    this.#sqlite = vault
    this.#statements = prepare(vault)
  }

  /**
   * The sources that a snapshot would name, as they stand now, in the order of their ids; of all when `members` is null.
   * `after` and `limit` page through many.
   */
  standing(members: readonly number[] | null, { after = 0, limit = -1 } = {}): Standing[] {
    const rows =
      members === null
        ? this.#statements.standingOfAll.all({ after, limit })
        : this.#statements.standingOfSome.all({ after, limit, members: JSON.stringify(members) })
    return rows.map(toStanding)
  }

  /** The latest snapshot of exactly this scope. */
  latestOf(
    scope: SnapshotScope,
    isAutomatic: boolean,
  ): { snapshot: Snapshot; members: readonly number[] | null } | undefined {
    const row = this.#statements.latestOf.get(JSON.stringify(scope), isAutomatic ? 1 : 0)
    return row && { snapshot: toSnapshot(row), members: membersOf(row) }
  }

  /** True when one of the sources (of all when null) was marked after a snapshot. */
  isMarkedAfter(snapshotId: number, members: readonly number[] | null): boolean {
    return members === null
      ? this.#statements.markedAfter.get(snapshotId) !== undefined
      : this.#statements.someMarkedAfter.get(snapshotId, JSON.stringify(members)) !== undefined
  }

  /** One transaction: the snapshot stands with all its marks or not at all. */
  create(snapshot: NewSnapshot): Snapshot {
    return this.#sqlite
      .transaction(() => {
        const { marks, members, ...facts } = snapshot
        const { lastInsertRowid } = this.#statements.create.run({
          ...facts,
          scope: JSON.stringify(snapshot.scope),
          members: members === null ? null : JSON.stringify(members),
        })
        const id = Number(lastInsertRowid)
        for (const mark of marks) this.#statements.mark.run({ ...mark, snapshotId: id })
        return toSnapshot(this.#row(id))
      })
      .immediate()
  }

  /** Returns undefined when there is no such snapshot. */
  update(
    id: number,
    change: { label?: string | null | undefined; isPinned?: boolean | undefined },
  ): Snapshot | undefined {
    if (change.label !== undefined) this.#statements.setLabel.run(change.label, id)
    if (change.isPinned !== undefined) this.#statements.setPinned.run(change.isPinned ? 1 : 0, id)
    return this.find(id)
  }

  /**
   * Deletes the name of a moment. A mark that a later snapshot still counts on moves to the oldest one that does; false
   * when there is no such snapshot.
   */
  remove(id: number): boolean {
    return this.#sqlite
      .transaction(() => {
        for (const { sourceId, heir } of this.#statements.heirs.all(id, id, id)) {
          if (heir === null) this.#statements.dropMark.run(sourceId, id)
          else this.#statements.moveMark.run(heir, sourceId, id)
        }
        return this.#statements.remove.run(id).changes > 0
      })
      .immediate()
  }

  find(id: number): Snapshot | undefined {
    const row = this.#statements.find.get(id)
    return row && toSnapshot(row)
  }

  /** Newest first. */
  list(filter: SnapshotFilter): { items: Snapshot[]; nextCursor: string | null } {
    const before = /^\d+$/.test(filter.cursor ?? '') ? Number(filter.cursor) : Number.MAX_SAFE_INTEGER
    const rows = this.#statements.list.all({
      before,
      reason: filter.reason ?? null,
      sources: filter.sourceIds === undefined ? null : JSON.stringify(filter.sourceIds),
      limit: filter.limit + 1,
    })
    const items = rows.slice(0, filter.limit).map(toSnapshot)
    const hasMore = rows.length > filter.limit
    return { items, nextCursor: hasMore ? String(items.at(-1)?.id) : null }
  }

  /** Snapshots that retention may take: automatic, without a label, not pinned; newest first. */
  listExpendable(): Snapshot[] {
    return this.#statements.expendable.all().map(toSnapshot)
  }

  /** Marks that name more bytes than there are; none in a sound vault. */
  brokenMarks(): { sourceId: number; generationId: number; length: number; missing: number }[] {
    return this.#statements.brokenMarks.all()
  }

  /** Ids of the sources that a snapshot is limited to; null when it names all, undefined when there is none. */
  membersOf(id: number): readonly number[] | null | undefined {
    const row = this.#statements.find.get(id)
    return row && membersOf(row)
  }

  /**
   * The files that a snapshot holds, or some of them, in the order of their ids. `after` and `limit` page through many.
   */
  filesOf(
    id: number,
    part: { sourceIds?: readonly number[] | undefined; after?: number; limit?: number } = {},
  ): SnapshotFile[] {
    const members = this.membersOf(id)
    if (members === undefined) return []
    const page = { id, after: part.after ?? 0, limit: part.limit ?? -1 }
    const ids = both(members, part.sourceIds)
    const rows =
      ids === null
        ? this.#statements.allFiles.all(page)
        : this.#statements.someFiles.all({ ...page, sources: JSON.stringify(ids) })
    return rows.map(({ mtimeNs, ...file }) => ({ ...file, mtimeMs: mtimeNs === null ? null : Number(mtimeNs) / 1e6 }))
  }

  #row(id: number): SnapshotRow {
    const row = this.#statements.find.get(id)
    if (!row) throw new Error(`Snapshot ${id} was just written and is not there.`)
    return row
  }
}

interface SnapshotRow {
  id: number
  label: string | null
  reason: SnapshotReason
  cause: string | null
  scope: string
  members: string | null
  at: number
  isPinned: number
  sessions: number
  sources: number
  rawBytes: number
  changedSources: number
  changedBytes: number
}

type StandingRow = Omit<Standing, 'marked'> & {
  markGenerationId: number | null
  markLength: number
  markState: 'present' | 'gone'
  markMode: number | null
  markMtimeNs: string | null
}

function toSnapshot({ members: _, at, isPinned, scope, ...row }: SnapshotRow): Snapshot {
  return {
    ...row,
    scope: JSON.parse(scope) as SnapshotScope,
    at: new Date(at).toISOString(),
    isPinned: isPinned === 1,
  }
}

function membersOf(row: SnapshotRow): readonly number[] | null {
  return row.members === null ? null : (JSON.parse(row.members) as number[])
}

/** What is in both lists, where null stands for everything. */
function both(members: readonly number[] | null, asked: readonly number[] | undefined): readonly number[] | null {
  if (members === null) return asked ?? null
  if (asked === undefined) return members
  const wanted = new Set(asked)
  return members.filter((id) => wanted.has(id))
}

function toStanding(row: StandingRow): Standing {
  const { markGenerationId, markLength, markState, markMode, markMtimeNs, ...standing } = row
  const marked =
    markGenerationId === null
      ? null
      : {
          generationId: markGenerationId,
          length: markLength,
          state: markState,
          mode: markMode,
          mtimeNs: markMtimeNs,
        }
  return { ...standing, marked }
}

interface Page {
  after: number
  limit: number
}

type FilePage = Page & { id: number }

type FileRow = Omit<SnapshotFile, 'mtimeMs'> & { mtimeNs: string | null }

const COLUMNS = `id, label, reason, cause, scope, members, created_at AS at, is_pinned AS isPinned, sessions, sources,
  raw_bytes AS rawBytes, changed_sources AS changedSources, changed_bytes AS changedBytes`

const STANDING = `
  SELECT s.id AS sourceId, s.agent, s.role, s.native_id AS nativeId, g.id AS generationId, g.number, g.length, s.state,
    s.mode, s.seen_mtime_ns AS mtimeNs, m.generation_id AS markGenerationId, m.length AS markLength,
    m.state AS markState, m.mode AS markMode, m.mtime_ns AS markMtimeNs
  FROM sources s
  JOIN generations g ON g.source_id = s.id
    AND g.number = (SELECT max(number) FROM generations WHERE source_id = s.id)
  LEFT JOIN snapshot_marks m ON m.source_id = s.id
    AND m.snapshot_id = (SELECT max(snapshot_id) FROM snapshot_marks WHERE source_id = s.id)
  WHERE s.role <> 'outside' AND s.id > :after`

const FILES = `
  SELECT s.id AS sourceId, s.agent, s.path, s.role, s.native_id AS nativeId, s.subagent_id AS subagentId,
    m.generation_id AS generationId, m.length, m.state, m.mode, m.mtime_ns AS mtimeNs
  FROM sources s
  JOIN snapshot_marks m ON m.source_id = s.id
    AND m.snapshot_id = (SELECT max(snapshot_id) FROM snapshot_marks WHERE source_id = s.id AND snapshot_id <= :id)
  WHERE s.id > :after AND s.role <> 'outside'`

function prepare(sqlite: Sqlite) {
  return {
    standingOfAll: sqlite.prepare<[Page], StandingRow>(`${STANDING} ORDER BY s.id LIMIT :limit`),
    standingOfSome: sqlite.prepare<[Page & { members: string }], StandingRow>(
      `${STANDING} AND s.id IN (SELECT value FROM json_each(:members)) ORDER BY s.id LIMIT :limit`,
    ),
    latestOf: sqlite.prepare<[string, number], SnapshotRow>(
      `SELECT ${COLUMNS} FROM snapshots WHERE scope = ? AND (reason <> 'manual' OR NOT ?) ORDER BY id DESC LIMIT 1`,
    ),
    markedAfter: sqlite.prepare<[number], number>('SELECT 1 FROM snapshot_marks WHERE snapshot_id > ? LIMIT 1').pluck(),
    someMarkedAfter: sqlite
      .prepare<[number, string], number>(
        `SELECT 1 FROM snapshot_marks WHERE snapshot_id > ? AND source_id IN (SELECT value FROM json_each(?)) LIMIT 1`,
      )
      .pluck(),
    create: sqlite.prepare<
      [Omit<NewSnapshot, 'marks' | 'members' | 'scope'> & { scope: string; members: string | null }]
    >(
      `INSERT INTO snapshots (label, reason, cause, scope, members, created_at, sessions, sources, raw_bytes,
         changed_sources, changed_bytes)
       VALUES (:label, :reason, :cause, :scope, :members, :at, :sessions, :sources, :rawBytes, :changedSources,
         :changedBytes)`,
    ),
    mark: sqlite.prepare<[Mark & { sourceId: number; snapshotId: number }]>(
      `INSERT INTO snapshot_marks (source_id, snapshot_id, generation_id, length, state, mode, mtime_ns)
       VALUES (:sourceId, :snapshotId, :generationId, :length, :state, :mode, :mtimeNs)`,
    ),
    setLabel: sqlite.prepare<[string | null, number]>('UPDATE snapshots SET label = ? WHERE id = ?'),
    setPinned: sqlite.prepare<[number, number]>('UPDATE snapshots SET is_pinned = ? WHERE id = ?'),
    remove: sqlite.prepare<[number]>('DELETE FROM snapshots WHERE id = ?'),
    heirs: sqlite.prepare<[number, number, number], { sourceId: number; heir: number | null }>(
      `SELECT mark.source_id AS sourceId, (
         SELECT later.id FROM snapshots later
         WHERE later.id > ? AND later.id < coalesce(
             (SELECT min(snapshot_id) FROM snapshot_marks WHERE source_id = mark.source_id AND snapshot_id > ?),
             9e15)
           AND (later.members IS NULL
             OR EXISTS (SELECT 1 FROM json_each(later.members) WHERE value = mark.source_id))
         ORDER BY later.id LIMIT 1) AS heir
       FROM snapshot_marks mark WHERE mark.snapshot_id = ?`,
    ),
    moveMark: sqlite.prepare<[number, number, number]>(
      'UPDATE snapshot_marks SET snapshot_id = ? WHERE source_id = ? AND snapshot_id = ?',
    ),
    dropMark: sqlite.prepare<[number, number]>('DELETE FROM snapshot_marks WHERE source_id = ? AND snapshot_id = ?'),
    find: sqlite.prepare<[number], SnapshotRow>(`SELECT ${COLUMNS} FROM snapshots WHERE id = ?`),
    list: sqlite.prepare<
      [{ before: number; reason: string | null; sources: string | null; limit: number }],
      SnapshotRow
    >(
      `SELECT ${COLUMNS} FROM snapshots AS one
       WHERE id < :before AND (:reason IS NULL OR reason = :reason)
         AND (:sources IS NULL OR EXISTS (
           SELECT 1 FROM json_each(:sources) AS asked
           WHERE EXISTS (SELECT 1 FROM snapshot_marks WHERE source_id = asked.value AND snapshot_id <= one.id)
             AND (members IS NULL OR asked.value IN (SELECT value FROM json_each(members)))))
       ORDER BY id DESC LIMIT :limit`,
    ),
    expendable: sqlite.prepare<[], SnapshotRow>(
      `SELECT ${COLUMNS} FROM snapshots WHERE reason <> 'manual' AND label IS NULL AND NOT is_pinned ORDER BY id DESC`,
    ),
    brokenMarks: sqlite.prepare<[], { sourceId: number; generationId: number; length: number; missing: number }>(
      `SELECT m.source_id AS sourceId, m.generation_id AS generationId, m.length, m.length - g.length AS missing
       FROM snapshot_marks m JOIN generations g ON g.id = m.generation_id
       WHERE m.length > g.length OR g.source_id <> m.source_id`,
    ),
    allFiles: sqlite.prepare<[FilePage], FileRow>(`${FILES} ORDER BY s.id LIMIT :limit`),
    someFiles: sqlite.prepare<[FilePage & { sources: string }], FileRow>(
      `${FILES} AND s.id IN (SELECT value FROM json_each(:sources)) ORDER BY s.id LIMIT :limit`,
    ),
  }
}
