import { open, statfs } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import type { FileAction, PlannedFile } from '../contract/change.ts'
import { compareFile, readAt } from './compare.ts'
import { BLOCK, blocksOf, lengthOf, type Content } from './content.ts'
import { patchOf } from './patch.ts'
import { refusalOf, Refusal } from './reasons.ts'
import { lookAtTarget, type FolderLooks, type Seen, type Target } from './target.ts'

/** A file that shall be written. */
export interface FileWrite {
  /** Absolute. */
  path: string
  /** The folder that it has to lie in after all links are followed. */
  root: string
  /** Null deletes it. */
  content: Content | null
  /** Permission bits; absent keeps those that it has, or takes the usual ones. */
  mode?: number
  mtimeMs?: number
  /** A sentence: it is refused in any case. */
  refused?: string
  /** A sentence: it is refused if it would be changed, because a running agent holds it. */
  heldBy?: string
  /** Told the SHA-256 of what stands there now, null for nothing, it says why that must not be changed; null when it may. */
  reasonAgainst?(sha256: string | null): string | null
  /** True when it is known without reading that the file, as it was seen now, has the content already. */
  isKnownSame?(seen: Seen): boolean
  /** True when no difference is to be shown: both sides would be masked to the same text. */
  isPatchHidden?: boolean
}

/** A file of a plan. `seen` changes when the file on disk does, and is null where none is; it stays on this side. */
export type Planned = PlannedFile & { seen: string | null }

/** A file of a plan with what it was planned from. */
export interface FilePlan {
  write: FileWrite
  planned: Planned
  /** Null when it is refused. */
  target: Target | null
}

/** What a plan depends on besides the files. */
export interface PlanWorld {
  forbidden: readonly string[]
  heldBy(path: string): Promise<string | null> | string | null
  /** A difference as it may be shown: secrets in it are replaced. */
  shown(patch: string): Promise<string> | string
}

/** Files in work at once. */
const LANES = 8
/** Bytes of large files that are read only to show a diff, and characters of diffs, in one plan. */
const MOST_READ = 128 * 1024 * 1024
const MOST_SHOWN = 4 * 1024 * 1024
/** A content up to this size is read once for all that is asked of it. */
const SMALL = 256 * 1024
/** Room that is left free on a disk. */
const SPARE = 64 * 1024

interface Budget {
  read: number
  shown: number
}

/** Says what writing the files would do. Changes nothing. */
export async function planWrites(writes: readonly FileWrite[], world: PlanWorld): Promise<FilePlan[]> {
  const looks: FolderLooks = new Map()
  const budget: Budget = { read: MOST_READ, shown: MOST_SHOWN }
  const plans = await inLanes(writes, (write) => planOne(write, { world, looks, budget }))
  refuseDoubles(plans)
  await refuseWithoutRoom(plans)
  return plans
}

/** Runs a task for each item, some at a time; the results are in the order of the items. After an error none is under way. */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  task: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const waiting = items.entries()
  const errors: unknown[] = []
  const lane = async () => {
    for (const [index, item] of waiting) {
      if (errors.length > 0) return
      try {
        results[index] = await task(item, index)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, lane))
  if (errors.length > 0) throw errors[0]
  return results
}

/** SHA-256 in hex of a file, or of its first `length` bytes, read in blocks. */
export async function hashFile(path: string, length = Infinity): Promise<string> {
  const file = await open(path, 'r')
  try {
    const sum = createHash('sha256')
    for (let at = 0; ;) {
      const block = await readAt(file, at, Math.min(BLOCK, length - at))
      sum.update(block)
      at += block.length
      if (block.length < BLOCK) return sum.digest('hex')
    }
  } finally {
    await file.close()
  }
}

/** Turns a plan into a refusal. */
export function refuse(plan: FilePlan, reason: string): void {
  plan.planned = { ...plan.planned, action: 'refused', reason, patch: null }
  plan.target = null
}

async function planOne(
  write: FileWrite,
  { world, looks, budget }: { world: PlanWorld; looks: FolderLooks; budget: Budget },
): Promise<FilePlan> {
  const bytesAfter = write.content === null ? null : lengthOf(write.content)
  const planned = { path: write.path, bytesBefore: null, bytesAfter, patch: null, seen: null }
  const refused = (reason: string, bytesBefore: number | null = null): FilePlan => ({
    write,
    planned: { ...planned, bytesBefore, action: 'refused', reason },
    target: null,
  })
  let bytesBefore: number | null = null
  if (write.refused !== undefined) return refused(write.refused)
  try {
    const target = await lookAtTarget(write.path, { root: write.root, forbidden: world.forbidden }, looks)
    if (typeof target === 'string') return refused(target)
    bytesBefore = target.seen?.size ?? null
    const { action, patch } = await decide(write, target, budget)
    const reason = action === 'unchanged' ? null : await reasonAgainst(write, target, world)
    if (reason !== null) return refused(reason, bytesBefore)
    const seen = target.seen?.stamp ?? null
    const shown = patch === null ? null : await world.shown(patch)
    return { write, planned: { ...planned, bytesBefore, action, patch: shown, seen }, target }
  } catch (error) {
    const refusal = refusalOf(write.path, error)
    if (refusal instanceof Refusal) return refused(refusal.reason, bytesBefore)
    throw error
  }
}

async function decide(
  write: FileWrite,
  { path, seen }: Target,
  budget: Budget,
): Promise<{ action: FileAction; patch: string | null }> {
  const { content } = write
  if (content === null) return { action: seen ? 'delete' : 'unchanged', patch: null }
  if (!seen) return { action: 'create', patch: null }
  if (write.isKnownSame?.(seen)) return { action: 'unchanged', patch: null }
  const isWanted = write.isPatchHidden !== true && budget.shown > 0 && budget.read > 0
  if (isWanted && seen.size !== lengthOf(content)) budget.read -= Math.min(seen.size, lengthOf(content))
  const atHand = lengthOf(content) <= SMALL ? { bytes: Buffer.concat([...blocksOf(content)]) } : content
  const difference = await compareFile(path, seen.size, atHand, { isWanted })
  if (!difference) return { action: 'unchanged', patch: null }
  const patch = isWanted ? await patchOf(write.path, { path, size: seen.size }, atHand, difference) : null
  budget.shown -= patch?.length ?? 0
  return { action: 'replace', patch }
}

/** Why a file that would be changed must not be; null when nothing speaks against it. */
async function reasonAgainst(write: FileWrite, target: Target, world: PlanWorld): Promise<string | null> {
  const held = write.heldBy ?? (await world.heldBy(target.path))
  if (held !== null) return held
  if (target.blocked !== null) return target.blocked
  if (!write.reasonAgainst) return null
  return write.reasonAgainst(target.seen ? await hashFile(target.path) : null)
}

function refuseDoubles(plans: readonly FilePlan[]): void {
  const taken = new Set<string>()
  for (const plan of plans) {
    if (!plan.target) continue
    if (taken.has(plan.target.path)) refuse(plan, 'Another file of this plan would be written to the same place.')
    else taken.add(plan.target.path)
  }
}

/** All new files lie beside the old ones before any becomes the new one: that much room is needed. */
async function refuseWithoutRoom(plans: readonly FilePlan[]): Promise<void> {
  const disks = new Map<bigint, { folder: string; plans: FilePlan[]; bytes: number }>()
  for (const plan of plans) {
    if (!plan.target || (plan.planned.action !== 'create' && plan.planned.action !== 'replace')) continue
    const { device, standing } = plan.target
    const disk = disks.get(device) ?? { folder: standing, plans: [], bytes: 0 }
    disks.set(device, disk)
    disk.plans.push(plan)
    disk.bytes += plan.planned.bytesAfter ?? 0
  }
  for (const disk of disks.values()) {
    const free = await freeBytes(disk.folder)
    if (free === null || disk.bytes + SPARE <= free) continue
    const reason = `The disk has no room for it: ${megabytes(disk.bytes)} are needed and ${megabytes(free)} are free. Free some space and try again.`
    for (const plan of disk.plans) refuse(plan, reason)
  }
}

/** Null where the system does not say. */
async function freeBytes(folder: string): Promise<number | null> {
  const found = await statfs(folder).catch(() => null)
  return found && found.blocks > 0 ? found.bavail * found.bsize : null
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
