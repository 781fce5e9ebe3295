import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { quantile, startApp, untilIdle } from './support/app.ts'

/*
 * Appends to a running session at a steady rate and times other API calls meanwhile:
 *   npm run bench -- load [--rate MB_PER_SECOND] [--seconds N]
 */

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '5' }, seconds: { type: 'string', default: '10' } },
})
const home = mkdtempSync(join(tmpdir(), 'lossless-load-home-'))
const project = join(home, '.claude', 'projects', '-w-app')
mkdirSync(project, { recursive: true })
const nativeId = randomUUID()
const file = join(project, `${nativeId}.jsonl`)
let records = 0
appendFileSync(file, record())

const app = await startApp(home)
await untilIdle(app)
const id = encodeURIComponent(`claude-code:${nativeId}`)
const calls = [
  '/api/health',
  '/api/sessions?limit=50',
  `/api/sessions/${id}`,
  `/api/sessions/${id}/events?limit=50`,
  `/api/sessions/${id}/code`,
]

const quiet = await timeCalls(2)
const writing = appendSteadily(Number(values.rate), Number(values.seconds))
const busy = await timeCalls(Number(values.seconds))
const written = await writing
await sleep(500)
const { events } = await app.get<{ events: number }>(`/api/sessions/${id}`)
console.log(
  `appended ${(written / 1e6).toFixed(1)} MB in ${values.seconds} s; ${events} of ${records} records are events`,
)
report('quiet', quiet)
report('while appending', busy)
await app.stop()
rmSync(home, { recursive: true, force: true })
rmSync(app.dataDir, { recursive: true, force: true })

function report(name: string, times: number[]): void {
  const at = (share: number) => quantile(times, share).toFixed(1)
  console.log(
    `${name}: ${times.length} calls, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`,
  )
}

async function timeCalls(seconds: number): Promise<number[]> {
  const until = performance.now() + seconds * 1000
  const times: number[] = []
  while (performance.now() < until) {
    for (const call of calls) {
      const begun = performance.now()
      await app.get(call)
      times.push(performance.now() - begun)
    }
    await sleep(5)
  }
  return times
}

/** Writes ten batches a second, as agents do. */
async function appendSteadily(mbPerSecond: number, seconds: number): Promise<number> {
  const begun = performance.now()
  let written = 0
  while (performance.now() - begun < seconds * 1000) {
    const due = ((performance.now() - begun) / 1000) * mbPerSecond * 1e6
    let batch = ''
    while (written + batch.length < due) batch += record()
    if (batch !== '') appendFileSync(file, batch)
    written += batch.length
    await sleep(100)
  }
  return written
}

/** About 4 KB, like the average record of a real session. */
function record(): string {
  records += 1
  const words = Array.from({ length: 380 }, (_, index) => `word${(records * 31 + index * 7) % 997}`).join(' ')
  return `${JSON.stringify({
    type: 'user',
    uuid: randomUUID(),
    parentUuid: null,
    sessionId: nativeId,
    isSidechain: false,
    cwd: '/w/app',
    timestamp: new Date().toISOString(),
    message: { role: 'user', content: `Prompt ${records}: ${words}` },
  })}\n`
}
