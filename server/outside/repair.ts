import type { ChangedFile, JournalEntry, OutsideStore } from '../../db/stores/outside-store.ts'
import { interrupt } from './carry-out.ts'
import { hashFile } from './plan.ts'
import { letOldGo } from './old-file.ts'
import { removeEmptyFolders, removeTemps } from './stage.ts'
import { lookAtFile } from './target.ts'

/** What a start found half done, as counts of changes. */
export interface Repaired {
  /** Nothing had happened yet. */
  forgotten: number
  /** All files were in place. */
  finished: number
  /** Some files are new and some old: the list of changes shows it. */
  interrupted: number
}

/** Puts right what a crash left: no half-written file stays beside a target, and every change has an end. */
export async function repairAll(store: OutsideStore): Promise<Repaired> {
  const repaired: Repaired = { forgotten: 0, finished: 0, interrupted: 0 }
  for (const entry of store.unfinished()) {
    for (const { path, temp, before } of entry.files) await letOldGo(path, temp, before?.length ?? Infinity)
    await removeTemps(entry.files.map((file) => file.temp))
    repaired[await repairOne(store, entry)] += 1
  }
  return repaired
}

async function repairOne(store: OutsideStore, entry: JournalEntry): Promise<keyof Repaired> {
  const { id, undoOf, files, folders } = entry
  const moved = entry.phase === 'writing' ? 0 : await countMoved(files)
  if (moved === 0) {
    await removeEmptyFolders(folders)
    await store.drop(id)
    return 'forgotten'
  }
  if (moved < files.length) {
    await interrupt(store, id, undoOf)
    return 'interrupted'
  }
  if (undoOf === null) await store.finish(id, 'done')
  else await finishUndo(store, id, undoOf)
  return 'finished'
}

async function finishUndo(store: OutsideStore, id: number, undoOf: number): Promise<void> {
  await removeEmptyFolders(store.find(undoOf)?.folders ?? [])
  await store.finishUndo(id, undoOf, 'undone')
}

async function countMoved(files: readonly ChangedFile[]): Promise<number> {
  let moved = 0
  for (const file of files) if (await isMoved(file)) moved += 1
  return moved
}

/** A file that another program changed since counts as not moved: what it holds is no business of ours. */
async function isMoved({ path, after }: ChangedFile): Promise<boolean> {
  const seen = await lookAtFile(path)
  if (seen === null) return after === null
  if (typeof seen === 'string' || after === null || seen.size !== after.length) return false
  return (await hashFile(path)) === after.sha256
}
