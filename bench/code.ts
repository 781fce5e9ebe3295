import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { discard, quantile, startApp, untilIdle } from './support/app.ts'

/*
 * How long `/code` and `/code/file` take at moments spread over all sessions of a home:
 *   npm run bench -- code [--home FOLDER] [--moments N]
 */

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth/home') },
    moments: { type: 'string', default: '20' },
  },
})
if (!existsSync(values.home)) {
  console.log(`Skipped: there is no folder ${values.home}. Name a home with --home.`)
  process.exit(0)
}

interface CodeReply {
  files: { path: string; state: string; confidence: string }[]
}

const app = await startApp(values.home)
await untilIdle(app)
const { items } = await app.get<{ items: { id: string; events: number }[] }>('/api/sessions?limit=1000')
const lists: number[] = []
const files: number[] = []
const diffs: number[] = []
const health: number[] = []
let most = 0
for (const { id, events } of items) {
  const base = `/api/sessions/${encodeURIComponent(id)}/code`
  for (let step = 0; step < Number(values.moments); step += 1) {
    const at = Math.floor(((step + 0.5) / Number(values.moments)) * events)
    const reply = await timed(lists, () => app.get<CodeReply>(`${base}?at=${at}`))
    most = Math.max(most, reply.files.length)
    const file = reply.files[(step * 7) % Math.max(1, reply.files.length)]
    if (file?.state !== 'present') continue
    const path = encodeURIComponent(file.path)
    await timed(files, () => app.get(`${base}/file?at=${at}&path=${path}`))
    await timed(diffs, () => app.get(`${base}/diff?from=start&to=${at}&path=${path}`))
    await timed(health, () => app.get('/api/health'))
  }
}
console.log(`${items.length} sessions, up to ${most} files at a moment`)
report('/code', lists)
report('/code/file', files)
report('/code/diff', diffs)
report('/api/health (what a call costs at least)', health)
await app.stop()
discard(app.dataDir)

async function timed<Reply>(times: number[], call: () => Promise<Reply>): Promise<Reply> {
  const begun = performance.now()
  const reply = await call()
  times.push(performance.now() - begun)
  return reply
}

function report(name: string, times: number[]): void {
  const at = (share: number) => quantile(times, share).toFixed(1)
  console.log(`${name}: ${times.length} calls, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`)
}
