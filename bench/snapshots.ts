import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { discard, quantile, startApp, untilIdle, type RunningApp } from './support/app.ts'
import { MadeSessions } from './support/made-sessions.ts'

/*
 * Takes snapshots while sessions grow: how long each takes, how large the vault gets, and `cp -r` of the same folder beside.
 *   npm run bench -- snapshots [--quick] [--megabytes N] [--snapshots N] [--grow N]
 */

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    megabytes: { type: 'string' },
    snapshots: { type: 'string' },
    /** Megabytes between two snapshots. */
    grow: { type: 'string', default: '10' },
  },
})
const megabytes = Number(values.megabytes ?? (values.quick ? 100 : 1000))
const rounds = Number(values.snapshots ?? (values.quick ? 10 : 100))
const growth = Number(values.grow) * 1e6
const SESSIONS = 400
const GROWING = 5

const scratch = mkdtempSync(join(tmpdir(), 'lossless-bench-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const home = join(scratch, 'home')
const projects = join(home, '.claude', 'projects')
const made = new MadeSessions(home, 7, SESSIONS)
console.log(`making ${megabytes} MB of sessions …`)
for (let number = 0; number < SESSIONS; number++) {
  made.grow((megabytes * 1e6) / SESSIONS, { first: number, count: 1 })
}

const app = await startApp(home)
await untilIdle(app)
await untilRead(app, 0, SESSIONS)

const fresh: number[] = []
const idle: number[] = []
const copies: { copyMs: number; snapshotMs: number }[] = []
for (let round = 0; round < rounds; round++) {
  const first = (round * GROWING) % SESSIONS
  made.grow(growth, { first, count: GROWING })
  const snapshotMs = await timed(() => takeSnapshot(app))
  fresh.push(snapshotMs)
  await untilRead(app, first, GROWING)
  idle.push(await timed(() => takeSnapshot(app)))
  if (round % 10 === 9)
    console.log(
      `${round + 1} of ${rounds}; with ${growth / 1e6} MB new: ${spread(fresh)}; nothing new: ${spread(idle)}`,
    )
  if (round % Math.ceil(rounds / 4) === 0) copies.push({ copyMs: await timeOfCopy(), snapshotMs })
}

const { rawBytes, vaultBytes } = await app.get<{ rawBytes: number; vaultBytes: number }>('/api/storage')
const verified = await post<{ damage: unknown[] }>(app, '/api/verify', {})
const [copyMs, besideMs] = [
  quantile(
    copies.map((one) => one.copyMs),
    0.5,
  ),
  quantile(
    copies.map((one) => one.snapshotMs),
    0.5,
  ),
]
console.log(
  `${rounds} times ${growth / 1e6} MB more, ${(rawBytes / 1e6).toFixed(0)} MB in the end, ${2 * rounds} snapshots`,
)
console.log(`snapshot, nothing new: ${spread(idle)} (promised: 50 ms)`)
console.log(`snapshot, ${growth / 1e6} MB new: ${spread(fresh)} (promised: 400 ms)`)
console.log(
  `cp -r of the same: median ${copyMs.toFixed(0)} ms, ${(copyMs / besideMs).toFixed(1)} x as long as the snapshots beside it, ${(rawBytes / 1e6).toFixed(0)} MB each time`,
)
console.log(`check of the vault: ${verified.damage.length} places damaged`)
await app.stop()
const kept = statSync(join(app.dataDir, 'vault.db')).size
console.log(
  `vault: ${(kept / 1e6).toFixed(0)} MB = ${(kept / rawBytes).toFixed(3)} x raw (promised: 0.35); ${(vaultBytes / 1e6).toFixed(0)} MB while it ran, with what was not moved into it yet`,
)
discard(app.dataDir)

async function takeSnapshot(to: RunningApp): Promise<void> {
  await post(to, '/api/snapshots', { scope: { all: true } })
}

/** Until the sessions that grew are read to their end, so that the next measurement begins at rest. */
async function untilRead(from: RunningApp, first: number, count: number): Promise<void> {
  const all = made.lines()
  for (let number = 0; number < count; number++) {
    const { id, lines } = all[(first + number) % all.length] ?? { id: '', lines: 0 }
    for (;;) {
      const session = await from.get<{ lines: { total: number } }>(`/api/sessions/claude-code:${id}`)
      if (session.lines.total === lines) break
      await sleep(20)
    }
  }
}

async function timeOfCopy(): Promise<number> {
  const to = join(scratch, 'copy')
  mkdirSync(to)
  const ms = await timed(() => promisify(execFile)('cp', ['-r', projects, to]))
  if (!statSync(join(to, 'projects')).isDirectory()) throw new Error('Nothing was copied.')
  rmSync(to, { recursive: true })
  return ms
}

async function post<Reply>(to: RunningApp, path: string, body: unknown): Promise<Reply> {
  const reply = await fetch(to.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${to.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`)
  return (await reply.json()) as Reply
}

async function timed(action: () => unknown): Promise<number> {
  const start = performance.now()
  await action()
  return performance.now() - start
}

function spread(figures: readonly number[]): string {
  return `median ${quantile(figures, 0.5).toFixed(0)} ms, p95 ${quantile(figures, 0.95).toFixed(0)} ms`
}
