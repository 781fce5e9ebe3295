import type { Snapshot, SnapshotScope } from '../../server/contract/snapshots.ts'
import type { Sqlite } from '../client.ts'
import {
  membersOf,
  prepareSnapshots,
  toSnapshot,
  toStanding,
  type NewSnapshot,
  type SnapshotFile,
  type SnapshotFilter,
  type SnapshotRow,
  type Standing,
} from './snapshot-rows.ts'

export type { Mark, NewSnapshot, SnapshotFile, SnapshotFilter, Standing } from './snapshot-rows.ts'

/** The SQL of snapshots. Writing is done by the ingest worker, reading by anyone. */
export class SnapshotStore {
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepareSnapshots>

  constructor(vault: Sqlite) {
    this.#sqlite = vault
    this.#statements = prepareSnapshots(vault)
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

/** What is in both lists, where null stands for everything. */
function both(members: readonly number[] | null, asked: readonly number[] | undefined): readonly number[] | null {
  if (members === null) return asked ?? null
  if (asked === undefined) return members
  const wanted = new Set(asked)
  return members.filter((id) => wanted.has(id))
}
