import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ChangedFile, OutsideStore } from '../../db/stores/outside-store.ts'
import type { Content, ReadKept } from './content.ts'
import type { FilePlan } from './plan.ts'
import { Refusal } from './reasons.ts'
import { lookAtFile, type Target } from './target.ts'

/** What carrying out a plan works with. */
export interface CarryOutParts {
  store: OutsideStore
  /** Keeps a file as it is now; null when it is not there. Rejects with a sentence. */
  keepCopy(path: string): Promise<{ generationId: number; length: number } | null>
  readKept: ReadKept
}

/** A file that is being changed. */
export interface Job {
  /** Its number in the journal. */
  n: number
  plan: FilePlan
  target: Target
  content: Content | null
  file: ChangedFile
}

/** Files that a plan changes; none for those that stay as they are. */
export function jobsOf(plans: readonly FilePlan[]): Job[] {
  let n = 0
  return plans.flatMap((plan) => {
    const { target, planned, write } = plan
    const { action } = planned
    if (!target || (action !== 'create' && action !== 'replace' && action !== 'delete')) return []
    const file: ChangedFile = {
      path: write.path,
      root: write.root,
      action,
      temp: join(target.folder, `.lossless-${randomBytes(6).toString('hex')}.tmp`),
      before: null,
      beforeMode: target.seen?.mode ?? null,
      beforeMtimeMs: target.seen?.mtimeMs ?? null,
      after: null,
      afterStamp: null,
    }
    return [{ n: n++, plan, target, content: write.content, file }]
  })
}

/** Throws when the file is not as it was when the plan was made. */
export async function checkUnchanged({ file, target }: Job): Promise<void> {
  const now = await lookAtFile(target.path)
  if (typeof now === 'string') throw new Refusal(file.path, now)
  if (now?.stamp !== target.seen?.stamp) throw changedJustNow(file.path)
}

export function changedJustNow(path: string): Refusal {
  return new Refusal(path, 'It changed just now, while it was to be written. Look at the plan again.')
}
