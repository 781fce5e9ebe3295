import type { JournalEntry, OutsideStore } from '../../db/stores/outside-store.ts'
import { jobsOf, type CarryOutParts } from './job.ts'
import { moveAll, settle, UnsettledError } from './move.ts'
import { letOldGo } from './old-file.ts'
import { refuse, type FilePlan } from './plan.ts'
import { prepareAll } from './prepare.ts'
import { Refusal } from './reasons.ts'
import { removeEmptyFolders, removeTemps } from './stage.ts'

/** What the journal says of a change as a whole. */
export type Heading = Pick<JournalEntry, 'kind' | 'title' | 'at' | 'undoOf' | 'note'>

/** A change that was carried out: its row is in phase `moving` until the caller finishes it. */
export interface CarriedOut {
  id: number
  /** Each file that was changed, with its stamp now; null where none is there any more. */
  stamps: { n: number; path: string; stamp: string | null }[]
}

/**
 * Carries out a plan in two phases. First every new file is written beside its target and every old one is kept, so
 * that a full disk or a folder without rights changes nothing; then each takes its place by one rename. Null when
 * nothing was changed; the plans then say why. Throws `UnsettledError` when another program writes to the same files.
 */
export async function carryOut(
  plans: readonly FilePlan[],
  heading: Heading,
  parts: CarryOutParts & { skipRefused: boolean },
): Promise<CarriedOut | null> {
  const { store } = parts
  const jobs = jobsOf(plans)
  const folders = [...new Set(jobs.flatMap((job) => (job.content === null ? [] : job.target.missing)))]
  folders.sort((a, b) => a.length - b.length)
  const files = jobs.map((job) => job.file)
  const id = await store.begin({ ...heading, files, folders })
  try {
    const ready = await prepareAll(jobs, parts)
    if (ready.length < jobs.length) await removeEmptyFolders(folders)
    if (ready.length > 0) {
      const isReady = new Set(ready)
      const left = jobs.filter((job) => !isReady.has(job))
      await store.startMoving(
        id,
        ready.map(({ n, file }) => ({ n, file })),
        left.map(({ n }) => n),
      )
      await moveAll(ready, parts.readKept)
      const stamps = await settle(ready)
      return {
        id,
        stamps: ready.map((job, index) => ({ n: job.n, path: job.file.path, stamp: stamps[index] ?? null })),
      }
    }
  } catch (error) {
    if (error instanceof UnsettledError) {
      await removeAllTemps()
      await interrupt(store, id, heading.undoOf)
      throw error
    }
    const failed = error instanceof Refusal ? jobs.find((job) => job.file.path === error.path) : undefined
    if (!(error instanceof Refusal) || !failed) {
      await takeBack()
      throw error
    }
    refuse(failed.plan, error.reason)
  }
  await takeBack()
  return null

  async function takeBack(): Promise<void> {
    await removeAllTemps()
    await removeEmptyFolders(folders)
    await store.drop(id)
  }

  async function removeAllTemps(): Promise<void> {
    for (const { file, target } of jobs) await letOldGo(target.path, file.temp, target.seen?.size ?? 0)
    await removeTemps(files.map((file) => file.temp))
  }
}

/** Notes that some files are new and some old. */
export async function interrupt(store: OutsideStore, id: number, undoOf: number | null): Promise<void> {
  if (undoOf === null) await store.finish(id, 'interrupted')
  else await store.finishUndo(id, undoOf, 'interrupted')
}
