import { createHash } from 'node:crypto'
import type { JournalEntry } from '../../db/stores/outside-store.ts'
import type { ChangeKind, OutsideChange, PlannedFile } from '../contract/change.ts'
import { AppError, notFound } from '../errors.ts'
import { carryOut, type CarriedOut, type Heading } from './carry-out.ts'
import { keptContent } from './content.ts'
import type { CarryOutParts } from './job.ts'
import { UnsettledError } from './move.ts'
import { planWrites, refuse, type FilePlan, type FileWrite, type Planned, type PlanWorld } from './plan.ts'
import { repairAll, type Repaired } from './repair.ts'
import { removeEmptyFolders } from './stage.ts'
import { Undoable } from './undoable.ts'
import { lookAtFile } from './target.ts'

export type { Content } from './content.ts'
export type { FileWrite, Planned } from './plan.ts'

/** What writing outside works with. */
export interface OutsideParts extends CarryOutParts {
  /** Folders in which nothing is ever written: our own data. */
  forbidden: readonly string[]
  /** A sentence when a running agent holds the file. */
  heldBy?(path: string): Promise<string | null> | string | null
  /** Takes secrets out of a difference before it is shown. */
  shown?(patch: string): Promise<string> | string
  /** Called after files were written or put back. */
  onChange?(): void
  now?(): number
}

/** What shall be written, and why. */
export interface Change {
  kind: ChangeKind
  /** One line: what is done. */
  title: string
  writes: readonly FileWrite[]
  /** Write the others although some files are refused. */
  skipRefused?: boolean
  /** What the user was shown: a file for which something else would be done now is refused. */
  expect?: readonly PlannedFile[]
  /** Kept with the change for whoever asked for it. */
  note?: string
}

/** What was done, or why nothing was. `applied` is also true when all files were as they should be already. */
export interface Outcome {
  files: PlannedFile[]
  applied: boolean
  /** For undo; null when nothing was written. */
  changeId: number | null
}

/**
 * The one way in which Lossless writes files that are not its own: planned first, what is overwritten kept, written
 * beside its place and renamed, read again, noted in a journal, and undone on demand. One change at a time.
 */
export class Outside {
  readonly #parts: OutsideParts
  readonly #world: PlanWorld
  readonly #undoable = new Undoable()
  /** How files stood right after we wrote them. */
  readonly #written = new Map<string, string>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: OutsideParts) {
    this.#parts = parts
    this.#world = {
      forbidden: parts.forbidden,
      heldBy: (path) => parts.heldBy?.(path) ?? null,
      shown: (patch) => parts.shown?.(patch) ?? patch,
    }
  }

  /** Says what writing the files would do. */
  async plan(writes: readonly FileWrite[]): Promise<Planned[]> {
    return plannedOf(await planWrites(writes, this.#world))
  }

  /**
   * Writes the files, all or none: when one is refused, nothing is changed and the files say why, unless refused ones
   * are skipped. Throws `conflict` when another program writes to the same files at the same time.
   */
  apply(change: Change): Promise<Outcome> {
    return this.#inTurn(async () => {
      const plans = await planWrites(change.writes, this.#world)
      if (change.expect) refuseUnexpected(plans, change.expect)
      const { kind, title, note = null } = change
      const outcome = await this.#carryOut(plans, { kind, title, note, undoOf: null }, change.skipRefused ?? false)
      if (outcome.done) await this.#parts.store.finish(outcome.done.id, 'done', outcome.done.stamps)
      return this.#tell(plans, outcome)
    })
  }

  /** Puts back what a change replaced or deleted, and removes what it created. Files changed since are refused. */
  undo(
    id: number,
    { dryRun, skipRefused = false, isOwner = false }: { dryRun: boolean; skipRefused?: boolean; isOwner?: boolean },
  ): Promise<Outcome> {
    return this.#inTurn(async () => {
      const entry = this.#find(id)
      if (entry.kind === 'redaction' && !isOwner) throw new AppError('conflict', WITH_KEPT)
      const plans = await planWrites(undoWrites(entry, this.#parts), this.#world)
      if (dryRun) return { files: plannedOf(plans), applied: false, changeId: null }
      const heading = { kind: entry.kind, title: entry.title, note: null, undoOf: id }
      const outcome = await this.#carryOut(plans, heading, skipRefused)
      const phase = hasRefused(plans) ? entry.phase : 'undone'
      if (outcome.done) await this.#parts.store.finishUndo(outcome.done.id, id, phase)
      else if (outcome.applied) await this.#parts.store.finish(id, phase)
      if (outcome.applied) await removeEmptyFolders(entry.folders)
      return { ...this.#tell(plans, outcome), changeId: null }
    })
  }

  /** Changes, newest first. Files are looked at, and read only where their stamp alone does not tell. */
  async list(query: {
    limit: number
    cursor?: string | undefined
  }): Promise<{ items: OutsideChange[]; nextCursor: string | null }> {
    const { ids, nextCursor } = this.#parts.store.list(query.limit, query.cursor)
    const changes: OutsideChange[] = []
    for (const id of ids) {
      const entry = this.#parts.store.find(id)
      if (entry) changes.push(await this.#undoable.describe(entry))
    }
    return { items: changes, nextCursor }
  }

  /** The note that a change was made with; null when it has none. */
  noteOf(id: number): string | null {
    return this.#parts.store.find(id)?.note ?? null
  }

  /** True when the file is as we left it: that it is new there says nothing of an agent. */
  async isOwnWrite(path: string): Promise<boolean> {
    const written = this.#written.get(path)
    if (written === undefined) return false
    const seen = await lookAtFile(path)
    return seen !== null && typeof seen !== 'string' && seen.stamp === written
  }

  /** Puts right what a crash left half done. Called before anything else is asked for. */
  repair(): Promise<Repaired> {
    return this.#inTurn(() => repairAll(this.#parts.store))
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined)
  }

  #find(id: number): JournalEntry {
    const entry = this.#parts.store.find(id)
    if (!entry || entry.undoOf !== null) throw notFound('change', String(id))
    if (entry.phase === 'undone') throw new AppError('conflict', `“${entry.title}” was undone already.`)
    return entry
  }

  async #carryOut(
    plans: readonly FilePlan[],
    heading: Omit<Heading, 'at'>,
    skipRefused: boolean,
  ): Promise<{ applied: boolean; done: CarriedOut | null }> {
    if (hasRefused(plans) && !skipRefused) return { applied: false, done: null }
    const isChange = plans.some((plan) => plan.target && plan.planned.action !== 'unchanged')
    if (!isChange) return { applied: !hasRefused(plans), done: null }
    try {
      const at = (this.#parts.now ?? Date.now)()
      const done = await carryOut(plans, { ...heading, at }, { ...this.#parts, skipRefused })
      return { applied: done !== null, done }
    } catch (error) {
      if (!(error instanceof UnsettledError)) throw error
      this.#parts.onChange?.()
      throw new AppError('conflict', error.message, { cause: error })
    }
  }

  #tell(plans: readonly FilePlan[], { applied, done }: { applied: boolean; done: CarriedOut | null }): Outcome {
    for (const { path, stamp } of done?.stamps ?? []) {
      if (stamp === null) this.#written.delete(path)
      else this.#written.set(path, stamp)
    }
    if (applied) this.#parts.onChange?.()
    return { files: plannedOf(plans), applied, changeId: done?.id ?? null }
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task, task)
    this.#last = turn
    return turn
  }
}

const WITH_KEPT = 'It is a part of a redaction. Undo it in the list of redactions, so that the kept copies follow.'

/** A short text that changes when the plan or one of its files does: what was shown is what is written. */
export function tokenOf(files: readonly (PlannedFile & { seen?: string | null })[]): string {
  const sum = createHash('sha256')
  for (const { path, action, bytesAfter, seen = null } of files)
    sum.update(JSON.stringify([path, action, bytesAfter, seen]))
  return sum.digest('hex').slice(0, 32)
}

function plannedOf(plans: readonly FilePlan[]): Planned[] {
  return plans.map((plan) => plan.planned)
}

function hasRefused(plans: readonly FilePlan[]): boolean {
  return plans.some((plan) => plan.planned.action === 'refused')
}

function refuseUnexpected(
  plans: readonly FilePlan[],
  expected: readonly (PlannedFile & { seen?: string | null })[],
): void {
  const shown = new Map(expected.map((file) => [file.path, file]))
  for (const plan of plans) {
    const { planned } = plan
    const one = shown.get(planned.path)
    const isSame = one?.action === planned.action && one.bytesBefore === planned.bytesBefore
    const isSameFile = one?.seen === undefined || one.seen === planned.seen
    if ((isSame && isSameFile) || planned.action === 'refused') continue
    refuse(plan, 'It changed since the plan was shown. Look at the plan again.')
  }
}

function undoWrites(entry: JournalEntry, { readKept }: OutsideParts): FileWrite[] {
  return entry.files.map(({ path, root, before, after, beforeMode, beforeMtimeMs }) => ({
    path,
    root,
    content: before && keptContent(readKept, before.generationId, before.length),
    ...(beforeMode === null ? {} : { mode: beforeMode }),
    ...(beforeMtimeMs === null ? {} : { mtimeMs: beforeMtimeMs }),
    reasonAgainst: (now) =>
      now === (after?.sha256 ?? null) ? null : 'It was changed since. What stands there now is left alone.',
  }))
}
