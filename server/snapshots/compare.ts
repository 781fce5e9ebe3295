import { setImmediate as turn } from 'node:timers/promises'
import type { z } from 'zod'
import type { CodeReader } from '../../db/stores/code-reader.ts'
import type { MomentStore, SessionName } from '../../db/stores/moment-store.ts'
import type { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import type { compareSnapshots, Snapshot } from '../contract/snapshots.ts'
import { compareLines, countLines, type ReadRange } from './line-count.ts'
import { sessionsNow, sessionsOfSnapshot, type HeldFile, type HeldSession } from './moments.ts'

/** What a comparison works with. */
export interface CompareParts {
  snapshots: SnapshotStore
  moments: MomentStore
  code: Pick<CodeReader, 'fileAt'>
  readRange: ReadRange
}

type Difference = z.input<typeof compareSnapshots.reply>['items'][number]
type CodeFileChange = Difference['codeFiles'][number]

/** Files of code state that are listed for one session. */
const MOST_FILES = 500

/** Says how the sessions of a snapshot differ from those of a later one, or from how they stand now. Unchanged ones come last. */
export async function compareMoments(
  parts: CompareParts,
  earlier: Snapshot,
  later: Snapshot | null,
): Promise<Difference[]> {
  const { snapshots, moments } = parts
  const before = await sessionsOfSnapshot(snapshots, moments, earlier.id)
  const after = later
    ? await sessionsOfSnapshot(snapshots, moments, later.id)
    : await sessionsNow(snapshots, moments, snapshots.membersOf(earlier.id) ?? null)
  const ids = comparable(earlier, later, before, after)
  const names = moments.names(ids)
  const items: Difference[] = []
  for (const id of ids) {
    items.push(await compareSession(parts, { before: before.get(id), after: after.get(id), name: names.get(id), id }))
    await turn()
  }
  return items.sort((a, b) => Number(a.change === 'unchanged') - Number(b.change === 'unchanged'))
}

/** A snapshot of some sessions says nothing about the others, so these are neither added nor gone. */
function comparable(
  earlier: Snapshot,
  later: Snapshot | null,
  before: Map<string, HeldSession>,
  after: Map<string, HeldSession>,
): string[] {
  const isWhole = (snapshot: Snapshot | null): boolean => snapshot === null || 'all' in snapshot.scope
  if (isWhole(earlier) && !isWhole(later)) return [...after.keys()]
  if (!isWhole(earlier) && isWhole(later)) return [...before.keys()]
  return [...new Set([...before.keys(), ...after.keys()])]
}

interface Pair {
  id: string
  name: SessionName | undefined
  before: HeldSession | undefined
  after: HeldSession | undefined
}

async function compareSession(parts: CompareParts, pair: Pair): Promise<Difference> {
  const { id, name, before, after } = pair
  const [old, young] = [mainOf(before), mainOf(after)]
  const seqBefore = seqOf(parts.moments, name, old)
  const seqAfter = seqOf(parts.moments, name, young)
  const change = changeOf(pair)
  return {
    sessionId: id,
    title: name?.title ?? id,
    change,
    bytesBefore: bytesOf(before),
    bytesAfter: bytesOf(after),
    ...(await lineChanges(parts.readRange, old, young)),
    codeFiles: change === 'unchanged' || !name ? [] : codeFiles(parts, name, seqBefore, seqAfter),
    seqBefore,
    seqAfter,
  }
}

function changeOf({ before, after }: Pair): Difference['change'] {
  if (!before) return 'added'
  if (!after) return 'gone'
  const [old, young] = [mainOf(before), mainOf(after)]
  if (isGone(after) && !isGone(before)) return 'gone'
  if (old && young && old.sourceId === young.sourceId && old.generationId !== young.generationId) return 'rewritten'
  const lengths = new Map(before.files.map((file) => [file.sourceId, `${file.generationId} ${file.length}`]))
  const isSame = after.files.every((file) => lengths.get(file.sourceId) === `${file.generationId} ${file.length}`)
  return isSame && before.files.length === after.files.length ? 'unchanged' : 'grown'
}

/** The session's own file; where it lies in two places, the one that is there, else the longest. */
function mainOf(session: HeldSession | undefined): HeldFile | undefined {
  const own = session?.files.filter((file) => file.role === 'session') ?? []
  const rank = (file: HeldFile): number => (file.state === 'present' ? Number.MAX_SAFE_INTEGER / 2 : 0) + file.length
  return own.reduce<HeldFile | undefined>((best, file) => (best && rank(best) >= rank(file) ? best : file), undefined)
}

function isGone(session: HeldSession): boolean {
  const own = session.files.filter((file) => file.role === 'session')
  return own.length > 0 && own.every((file) => file.state === 'gone')
}

function bytesOf(session: HeldSession | undefined): number {
  return session?.files.reduce((sum, file) => sum + file.length, 0) ?? 0
}

function seqOf(moments: MomentStore, name: SessionName | undefined, file: HeldFile | undefined): number | null {
  return name && file ? moments.seqBefore(name.key, file.generationId, file.length) : null
}

async function lineChanges(
  read: ReadRange,
  old: HeldFile | undefined,
  young: HeldFile | undefined,
): Promise<{ linesAdded: number; linesRemoved: number }> {
  if (!young) return { linesAdded: 0, linesRemoved: 0 }
  if (!old) return { linesAdded: await countLines(read, young.generationId, 0, young.length), linesRemoved: 0 }
  if (old.generationId === young.generationId) {
    const [from, to] = [Math.min(old.length, young.length), Math.max(old.length, young.length)]
    const lines = await countLines(read, old.generationId, from, to)
    return old.length <= young.length ? { linesAdded: lines, linesRemoved: 0 } : { linesAdded: 0, linesRemoved: lines }
  }
  const { added, removed } = await compareLines(read, old, young)
  return { linesAdded: added, linesRemoved: removed }
}

/** Files that the session changed in between and that ended otherwise than they began. */
function codeFiles(
  { moments, code }: CompareParts,
  { key }: SessionName,
  seqBefore: number | null,
  seqAfter: number | null,
): CodeFileChange[] {
  const [from, to] = [seqBefore ?? -1, seqAfter ?? -1]
  return moments.changedPaths(key, from, to, MOST_FILES).flatMap((path): CodeFileChange[] => {
    const old = code.fileAt({ session: key, seq: from }, path)?.version
    const young = code.fileAt({ session: key, seq: to }, path)?.version
    const [wasThere, isThere] = [old, young].map((version) => version !== undefined && version.content !== null)
    if (!isThere) return wasThere ? [{ path, change: 'deleted' }] : []
    if (!wasThere) return [{ path, change: 'created' }]
    // Where a content is not known, that the session changed the file is.
    const isSame = old?.content !== undefined && old.content === young?.content
    return isSame ? [] : [{ path, change: 'modified' }]
  })
}
