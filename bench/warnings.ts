import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openIndexDb } from '../db/client.ts'
import { ContextStore } from '../db/stores/context-store.ts'
import { SessionStore } from '../db/stores/session-store.ts'
import { compactsAt } from '../server/adapters/claude-code/compaction-point.ts'
import { predictTurns } from '../server/warnings/predict.ts'
import { discard, quantile, startApp, untilIdle } from './support/app.ts'

/*
 * How well the turns to the next compaction are predicted, on sessions whose compactions are known:
 *   npm run bench -- warnings [--home FOLDER]
 */

const { values } = parseArgs({
  options: { home: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth/home') } },
})
if (!existsSync(values.home)) {
  console.log(`warnings: skipped, because there are no sessions at ${values.home}.`)
  process.exit(0)
}

/** Turns before a compaction at which the prediction is compared. */
const DISTANCES = [3, 5, 10, 20]

const dataDir = mkdtempSync(join(tmpdir(), 'lossless-bench-'))
const app = await startApp(values.home, dataDir)
await untilIdle(app)
await app.stop()

const index = openIndexDb(join(dataDir, 'index.db'), { readonly: true }).sqlite
const contexts = new ContextStore(index)
const runs = [...stretches()]
console.log(`${runs.length} compactions in ${new Set(runs.map(({ id }) => id)).size} sessions`)
for (const distance of DISTANCES) {
  const told = runs.flatMap(({ used, window, version }) => {
    if (used.length <= distance) return []
    return [predictTurns(used.slice(0, used.length - distance), compactsAt(window, version))]
  })
  const errors = told.filter((turns) => turns !== null).map((turns) => turns - distance)
  const off = errors.map(Math.abs)
  console.log(
    `${distance} turns before: median off by ${quantile(off, 0.5)}, upper quarter ${quantile(off, 0.75)}; ` +
      `${told.length - errors.length} of ${told.length} not told; ${errors.join(' ')}`,
  )
}
index.close()
discard(dataDir)

/** What the context held at each answer between two compactions, the last one of a session left out: it is open. */
function* stretches(): Generator<{ id: string; window: number; version: string | null; used: number[] }> {
  const sessions = new SessionStore(index)
  const marks = index
    .prepare<[number], number>('SELECT seq FROM compactions WHERE session_key = ? ORDER BY seq')
    .pluck()
  for (const { id, key, context, version } of sessions.list({ words: [], limit: 1000 }).items) {
    if (context === null) continue
    const points = contexts.after(key, -1)
    let start = -1
    for (const end of marks.all(key)) {
      const between = points.filter(({ seq }) => seq > start && seq < end).map(({ used }) => used)
      yield { id, window: context.window, version, used: between.filter((used, at) => used !== between[at - 1]) }
      start = end
    }
  }
}
