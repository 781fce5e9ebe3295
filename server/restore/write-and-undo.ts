/**
 * A program for outside-crash.test.ts: changes the files of a folder and undoes the change, again and again, until it is
 * killed. Tells once that it has begun.
 */
import { writeSync } from 'node:fs'
import { changes, openCrashWorld } from './crash-world.ts'

const [folder = ''] = process.argv.slice(2)
const { outside, root } = openCrashWorld(folder)

for (let round = 0; ; round += 1) {
  const { changeId } = await outside.apply({ kind: 'restore', title: 'Crash', writes: changes(root) })
  if (changeId === null) throw new Error('Nothing was written.')
  await outside.undo(changeId, { dryRun: false })
  // The first round is slow, because everything in it runs for the first time.
  if (round === 0) writeSync(1, 'begun\n')
}
