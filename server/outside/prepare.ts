import { createHash } from 'node:crypto'
import { blocksOf, keptContent, type Content } from './content.ts'
import { changedJustNow, checkUnchanged, type CarryOutParts, type Job } from './job.ts'
import { hashFile, inLanes, refuse } from './plan.ts'
import { refusalOf, Refusal } from './reasons.ts'
import { folderModeFor, makeFolders, removeTemps, writeTemp } from './stage.ts'

/**
 * Writes every new file beside its target and keeps every old one: nothing that stands there is touched. A file that
 * cannot be written has its plan refused. Returns the files that are ready, all or none unless refused ones are skipped.
 */
export async function prepareAll(
  jobs: readonly Job[],
  { skipRefused, ...parts }: CarryOutParts & { skipRefused: boolean },
): Promise<Job[]> {
  let hasFailed = false
  const ready = await inLanes(jobs, async (job) => {
    if (hasFailed && !skipRefused) return null
    const refusal = await prepareOne(job, parts)
    if (refusal === null) return job
    hasFailed = true
    await removeTemps([job.file.temp])
    refuse(job.plan, refusal.reason)
    return null
  })
  return hasFailed && !skipRefused ? [] : ready.filter((job) => job !== null)
}

async function prepareOne(job: Job, parts: CarryOutParts): Promise<Refusal | null> {
  const { file, content, target, plan } = job
  try {
    if (content !== null) {
      await makeFolders(target.missing, folderModeFor(plan.write.mode))
      file.after = await writeTemp(file.temp, plan, content)
    }
    if (target.seen) file.before = await keep(job, target.seen.size, parts)
    return null
  } catch (error) {
    const refusal = refusalOf(file.path, error)
    if (refusal instanceof Refusal) return refusal
    throw error
  }
}

/** Keeps the old bytes, and makes sure that the vault holds exactly what is on the disk. */
async function keep(
  job: Job,
  size: number,
  { keepCopy, readKept }: CarryOutParts,
): Promise<NonNullable<Job['file']['before']>> {
  const { path } = job.file
  const kept = await keepCopy(path).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Refusal(path, `What it holds now could not be kept first: ${why}`, { cause: error })
  })
  if (kept === null || kept.length !== size) throw changedJustNow(path)
  const inVault = await hashContent(keptContent(readKept, kept.generationId, kept.length))
  const onDisk = await hashFile(job.target.path)
  await checkUnchanged(job)
  if (inVault !== onDisk) throw new Refusal(path, 'The copy in the vault is not what the file holds. Try again.')
  return { ...kept, sha256: inVault }
}

async function hashContent(content: Content): Promise<string> {
  const sum = createHash('sha256')
  for (const block of blocksOf(content)) {
    sum.update(block)
    await new Promise(setImmediate)
  }
  return sum.digest('hex')
}
