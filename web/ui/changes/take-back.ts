import { undoChange } from '../../../server/contract/change.ts'
import { call } from '../../api/call.ts'

/** Undoes a change at once; says why not when that was refused. */
export async function takeBack(changeId: number): Promise<{ applied: boolean; reason: string | undefined }> {
  const { applied, files } = await call(undoChange, { params: { changeId }, body: { dryRun: false } })
  return { applied, reason: files.find(({ reason }) => reason !== undefined)?.reason }
}
