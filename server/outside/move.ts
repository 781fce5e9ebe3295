import { link, rename, unlink } from 'node:fs/promises'
import { keptContent, type ReadKept } from './content.ts'
import { changedJustNow, checkUnchanged, type Job } from './job.ts'
import { hashFile, inLanes } from './plan.ts'
import { codeOf, refusalOf } from './reasons.ts'
import { awaitLateWriters, holdOld, letOldGo, putOldBack } from './old-file.ts'
import { removeTemps, syncFolder, writeTemp } from './stage.ts'
import { lookAtFile } from './target.ts'

/** Files could neither be written nor put back, or are not what was written. What was done stands in the journal. */
export class UnsettledError extends Error {
  override readonly name = 'UnsettledError'
}

/** Lets every new file take its place, one after the other. When one cannot, those before it are put back. */
export async function moveAll(jobs: readonly Job[], readKept: ReadKept): Promise<void> {
  const moved: Job[] = []
  for (const job of jobs) {
    try {
      await checkUnchanged(job)
      await move(job)
    } catch (error) {
      await moveBack(moved.reverse(), readKept)
      throw refusalOf(job.file.path, error)
    }
    moved.push(job)
  }
}

/** Brings the new names onto the disk and reads every file again. Returns how each stands now, null where none does. */
export async function settle(jobs: readonly Job[]): Promise<(string | null)[]> {
  for (const folder of new Set(jobs.map((job) => job.target.folder))) await syncFolder(folder)
  await awaitLateWriters(jobs.map(({ file }) => file.temp))
  return inLanes(jobs, async ({ file, target }) => {
    const now = await lookAtFile(target.path)
    // What a program appended since is none of our business.
    const sha256 = now !== null && typeof now !== 'string' ? await hashFile(target.path, file.after?.length) : null
    const isCarried = await letOldGo(target.path, file.temp, target.seen?.size ?? 0)
    if (typeof now === 'string' || sha256 !== (file.after?.sha256 ?? null)) throw notAsWritten(file.path)
    if (!isCarried) return now?.stamp ?? null
    const then = await lookAtFile(target.path)
    return then !== null && typeof then !== 'string' ? then.stamp : null
  })
}

async function move({ file, target }: Job): Promise<void> {
  if (file.action === 'delete') return unlink(target.path)
  if (file.action === 'replace') {
    await holdOld(target.path, file.temp)
    return rename(file.temp, target.path)
  }
  try {
    // Unlike a rename, a link never takes the place of a file that came meanwhile.
    await link(file.temp, target.path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw changedJustNow(file.path)
    if (!CANNOT_LINK.has(codeOf(error))) throw error
    return rename(file.temp, target.path)
  }
  await unlink(file.temp)
}

/** What disks say that know no hard links. */
const CANNOT_LINK = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'])

async function moveBack(jobs: readonly Job[], readKept: ReadKept): Promise<void> {
  for (const job of jobs) {
    try {
      await moveOneBack(job, readKept)
    } catch (cause) {
      throw new UnsettledError(
        `Writing stopped in the middle, and ${job.file.path} could not be put back. The list of changes shows it; undo brings back what was there.`,
        { cause },
      )
    }
  }
}

async function moveOneBack({ plan, file, target }: Job, readKept: ReadKept): Promise<void> {
  if (file.before === null) return unlink(target.path)
  if (await putOldBack(target.path, file.temp)) return
  const { beforeMode, beforeMtimeMs } = file
  const write = {
    ...plan.write,
    ...(beforeMode === null ? {} : { mode: beforeMode }),
    ...(beforeMtimeMs === null ? {} : { mtimeMs: beforeMtimeMs }),
  }
  await removeTemps([file.temp])
  await writeTemp(file.temp, { ...plan, write }, keptContent(readKept, file.before.generationId, file.before.length))
  await rename(file.temp, target.path)
}

function notAsWritten(path: string): UnsettledError {
  return new UnsettledError(
    `${path} does not hold what was written: another program writes to it. The list of changes shows what was done; undo puts back what was not changed since.`,
  )
}
