import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { zstdCompressSync } from 'node:zlib'
import { WebSocket } from 'ws'
import type { LiveMessage } from '../server/contract/live.ts'
import { discard, processFigures, quantile, startApp, untilIdle, type RunningApp } from './support/app.ts'

/*
 * Starts the real server on a home with an empty data folder, and again with a full one:
 *   npm run bench -- ingest [--home FOLDER] [--runs N] [--idle SECONDS]
 */

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth/home') },
    runs: { type: 'string', default: '5' },
    idle: { type: 'string', default: '20' },
  },
})
if (!existsSync(values.home)) {
  console.log(`Skipped: there is no folder ${values.home}. Name a home with --home.`)
  process.exit(0)
}

const cold: {
  mbPerSecond: number
  firstMs: number
  rssMb: number
  vaultShare: number
  startMs: number
  cpuSeconds: number
}[] = []
const warm: { startMs: number; readMb: number }[] = []
const baseline: { mbPerSecond: number; cpuSeconds: number }[] = []
let idlePercent = Number.NaN
for (let run = 0; run < Number(values.runs); run += 1) {
  baseline.push(plainCost(values.home))
  const app = await startApp(values.home)
  cold.push(await measureCold(app))
  await app.stop()

  const again = await startApp(values.home, app.dataDir)
  await untilIdle(again)
  warm.push({ startMs: again.startMs, readMb: processFigures(again.pid)?.readMb ?? Number.NaN })
  if (run === 0) idlePercent = await measureIdle(again, Number(values.idle))
  await again.stop()
  discard(app.dataDir)
}

const median = (list: number[]) => quantile(list, 0.5).toFixed(1)
console.log(
  `cold: ${median(cold.map((one) => one.mbPerSecond))} MB/s (median of ${cold.length}; best ${Math.max(...cold.map((one) => one.mbPerSecond)).toFixed(1)})`,
)
console.log(
  `      read, hash, zstd and JSON.parse alone, one thread, same run: ${median(baseline.map((one) => one.mbPerSecond))} MB/s`,
)
console.log(
  `      ratio to that: ${median(cold.map((one, index) => one.mbPerSecond / (baseline[index]?.mbPerSecond ?? Number.NaN)))}`,
)
console.log(
  `      CPU: ${median(cold.map((one) => one.cpuSeconds))} s from the start of the process; the yardstick ${median(baseline.map((one) => one.cpuSeconds))} s`,
)
console.log(`      first session usable after ${median(cold.map((one) => one.firstMs))} ms from the start`)
console.log(
  `      peak RSS ${median(cold.map((one) => one.rssMb))} MB, vault ${median(cold.map((one) => one.vaultShare * 100))} % of raw`,
)
console.log(
  `warm: listening after ${median(warm.map((one) => one.startMs))} ms; ${median(warm.map((one) => one.readMb))} MB read in all (program code included)`,
)
console.log(`idle: ${idlePercent.toFixed(2)} % of one core over ${values.idle} s`)

/** From the first look at the folders to nothing left to do, as the live messages tell it: asking would take its share. */
async function measureCold(app: RunningApp) {
  const listening = performance.now()
  const times = await followIngest(app)
  const seconds = ((times.idle ?? Number.NaN) - (times.begun ?? Number.NaN)) / 1000
  const figures = processFigures(app.pid)
  const about = await app.get<{ rawBytes: number; vaultBytes: number }>('/api/about')
  return {
    mbPerSecond: about.rawBytes / 1e6 / seconds,
    firstMs: app.startMs + (times.session ?? Number.NaN) - listening,
    rssMb: figures?.peakRssMb ?? Number.NaN,
    vaultShare: about.vaultBytes / about.rawBytes,
    startMs: app.startMs,
    cpuSeconds: figures?.cpuSeconds ?? Number.NaN,
  }
}

/** When work began, when the first session had events, and when nothing was left. */
function followIngest(app: RunningApp): Promise<{ begun?: number; session?: number; idle?: number }> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/api/live?since=0`, {
    headers: { authorization: `Bearer ${app.token}` },
  })
  const times: { begun?: number; session?: number; idle?: number } = {}
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (text: Buffer) => {
      const message = JSON.parse(text.toString()) as LiveMessage
      if (message.kind === 'session') times.session ??= performance.now()
      if (message.kind !== 'ingest') return
      times.begun ??= performance.now()
      if (message.progress.state !== 'idle' || message.progress.sourcesTotal === 0) return
      times.idle = performance.now()
      socket.close()
      resolve(times)
    })
  })
}

async function measureIdle(app: RunningApp, seconds: number): Promise<number> {
  await sleep(3000)
  const before = processFigures(app.pid)?.cpuSeconds ?? Number.NaN
  await sleep(seconds * 1000)
  return (((processFigures(app.pid)?.cpuSeconds ?? Number.NaN) - before) / seconds) * 100
}

/** What no ingest can do without, one file after the other: the yardstick for a noisy machine. */
function plainCost(home: string): { mbPerSecond: number; cpuSeconds: number } {
  const begun = performance.now()
  const cpu = process.cpuUsage()
  let bytes = 0
  for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    const path = join(home, name)
    if (!name.endsWith('.jsonl') || !statSync(path).isFile()) continue
    const content = readFileSync(path)
    bytes += content.length
    createHash('sha256').update(content).digest()
    for (let at = 0; at < content.length; at += 131_072) zstdCompressSync(content.subarray(at, at + 131_072))
    for (const line of content.toString().split('\n')) if (line !== '') JSON.parse(line)
  }
  const { user, system } = process.cpuUsage(cpu)
  return { mbPerSecond: bytes / 1e6 / ((performance.now() - begun) / 1000), cpuSeconds: (user + system) / 1e6 }
}
