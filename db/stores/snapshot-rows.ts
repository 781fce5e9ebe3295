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

/** A row of `snapshots`. */
export interface SnapshotRow {
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

export function toSnapshot({ members: _, at, isPinned, scope, ...row }: SnapshotRow): Snapshot {
  return {
    ...row,
    scope: JSON.parse(scope) as SnapshotScope,
    at: new Date(at).toISOString(),
    isPinned: isPinned === 1,
  }
}

/** Null: all that have a mark. */
export function membersOf(row: SnapshotRow): readonly number[] | null {
  return row.members === null ? null : (JSON.parse(row.members) as number[])
}

export function toStanding(row: StandingRow): Standing {
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

/** All statements about snapshots. */
export function prepareSnapshots(sqlite: Sqlite) {
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
