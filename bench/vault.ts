import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openVaultDb } from '../db/client.ts'
import { VaultStore, type SourceIdentity } from '../db/stores/vault-store.ts'
import { watchRoots } from '../server/ingest/watch.ts'
import { Vault } from '../server/vault/vault.ts'

/*
 * Measures the vault and the watcher alone: size and speed of keeping a home, appends, small files, reads, latency.
 *   npm run bench -- vault [--home FOLDER] [--rounds N]
 */

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth/home') },
    rounds: { type: 'string', default: '5' },
  },
})
const homeDir = resolve(values.home)
if (!existsSync(homeDir)) {
  console.log(`Skipped: there is no folder ${homeDir}. Name a home with --home.`)
  process.exit(0)
}
const paths = readdirSync(homeDir, { recursive: true, encoding: 'utf8' })
  .map((name) => join(homeDir, name))
  .filter((path) => statSync(path).isFile())
const scratch = mkdtempSync(join(tmpdir(), 'lossless-bench-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

function sourceAt(path: string): SourceIdentity {
  return { agent: 'claude-code', path, role: 'session', nativeId: null, subagentId: null }
}

function quantile(figures: number[], part: number): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length * part)] ?? NaN
}

function spread(figures: number[], unit: string): string {
  return `p50 ${quantile(figures, 0.5).toFixed(2)} ${unit}, p95 ${quantile(figures, 0.95).toFixed(2)} ${unit}`
}

async function timed(action: () => unknown): Promise<number> {
  const start = performance.now()
  await action()
  return performance.now() - start
}

async function openVault(name: string): Promise<{ vault: Vault; close(): void; path: string }> {
  const path = join(scratch, `${name}.db`)
  const sqlite = openVaultDb(path)
  return { vault: new Vault(new VaultStore(sqlite)), close: () => sqlite.close(), path }
}

const speeds: number[] = []
const cpus: number[] = []
for (let round = 0; round < Number(values.rounds); round++) {
  const { vault, close, path } = await openVault(`cold-${round}`)
  const before = process.cpuUsage()
  const ms = await timed(async () => {
    for (const file of paths) await vault.keep(sourceAt(file), () => undefined)
  })
  const { user, system } = process.cpuUsage(before)
  const raw = vault.totals().rawBytes
  speeds.push(raw / 1000 / ms)
  cpus.push((user + system) / 1e6)
  if (round === 0) {
    const again = await timed(async () => {
      for (const file of paths) await vault.keep(sourceAt(file), () => undefined)
    })
    const reads: number[] = []
    const generations = vault.listSources().flatMap((source) => source.generation ?? [])
    for (let read = 0; read < 500; read++) {
      const { id, length } = generations[(read * 31) % generations.length] ?? { id: 0, length: 0 }
      reads.push(await timed(() => vault.readRange(id, Math.floor((((read * 7919) % 1000) / 1000) * length), 8192)))
    }
    close()
    const kept = statSync(path).size
    console.log(
      `${paths.length} files, ${(raw / 1e6).toFixed(1)} MB: vault ${(kept / 1e6).toFixed(1)} MB = ${(kept / raw).toFixed(3)} x raw`,
    )
    console.log(`nothing new: ${(again / paths.length).toFixed(3)} ms per file`)
    console.log(`8 KiB anywhere: ${spread(reads, 'ms')}`)
  } else close()
}
const rss = process.resourceUsage().maxRSS / 1024
console.log(
  `keep alone: median ${quantile(speeds, 0.5).toFixed(0)} MB/s, best ${Math.max(...speeds).toFixed(0)} MB/s, first (cold) ${speeds[0]?.toFixed(0)} MB/s; CPU median ${quantile(cpus, 0.5).toFixed(2)} s, best ${Math.min(...cpus).toFixed(2)} s; RSS at most ${rss.toFixed(0)} MB`,
)

const live = await openVault('live')
const growing = join(scratch, 'growing.jsonl')
writeFileSync(growing, 'x'.repeat(500_000))
await live.vault.keep(sourceAt(growing), () => undefined)
const appends: number[] = []
for (let append = 0; append < 200; append++) {
  appendFileSync(growing, `${'line '.repeat(400)}${append}\n`)
  appends.push(await timed(() => live.vault.keep(sourceAt(growing), () => undefined)))
}
console.log(`keep an append of 2 KB: ${spread(appends, 'ms')}`)

const small = Array.from({ length: 1000 }, (_, number) => join(scratch, `small-${number}`))
for (const path of small) writeFileSync(path, `${path} has a few lines\n`.repeat(60))
const alone = await timed(async () => {
  for (const path of small.slice(0, 200)) await live.vault.keep(sourceAt(path), () => undefined)
})
const together = await timed(async () => {
  for (let first = 200; first < small.length; first += 32) {
    await Promise.all(small.slice(first, first + 32).map((path) => live.vault.keep(sourceAt(path), () => undefined)))
  }
})
console.log(`small files: ${(alone / 200).toFixed(2)} ms each one by one, ${(together / 800).toFixed(2)} ms each by 32`)
live.close()

const root = join(scratch, 'root')
mkdirSync(join(root, 'project'), { recursive: true })
const watched = join(root, 'project', 'session.jsonl')
writeFileSync(watched, '')
let seen: (() => void) | null = null
const watcher = await watchRoots([{ path: root }], () => seen?.())
const latencies: number[] = []
for (let append = 0; append < 100; append++) {
  const isSeen = new Promise<void>((resolve) => (seen = resolve))
  latencies.push(
    await timed(async () => {
      appendFileSync(watched, 'line\n')
      await isSeen
    }),
  )
  await sleep(25)
}
await watcher.close()
console.log(`from an append to the watcher's word: ${spread(latencies, 'ms')}`)
