import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openVaultDb } from '../../db/client.ts'
import { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { createTemporaryFolder } from '../../db/testing.ts'
import { Vault } from '../vault/vault.ts'
import { lines } from '../vault/testing.ts'

const program = join(import.meta.dirname, 'snapshot-and-tell.ts')
/** More of them by hand: `SNAPSHOT_KILLS=50 npx vitest run server/ingest/snapshot-crash.test.ts`. */
const KILLS = Number(process.env['SNAPSHOT_KILLS'] ?? 8)
const NAMES = ['a', 'b', 'c']

interface Told {
  /** By id of the snapshot. */
  taken: Map<number, { path: string; length: number; before: number }[]>
  leaving: Set<number>
}

/** Runs the program while the files grow, kills it hard some time after its first word, and adds what it told. */
async function runAndKill(args: string[], paths: string[], after: number, told: Told): Promise<void> {
  let part = 0
  const growing = setInterval(() => {
    part += 1
    for (const path of paths) appendFileSync(path, lines(1 + (part % 12), part))
  }, 8)
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  const hasSpoken = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString()
      resolve()
    })
  })
  const hasEnded = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await Promise.race([hasSpoken, hasEnded])
  await sleep(after)
  child.kill('SIGKILL')
  clearInterval(growing)
  await hasEnded
  for (const line of output.slice(0, output.lastIndexOf('\n') + 1).split('\n')) {
    const [word, id = '', ...rest] = line.split(' ')
    if (word === 'taken') told.taken.set(Number(id), JSON.parse(rest.join(' ')))
    if (word === 'leaving') told.leaving.add(Number(id))
  }
}

test(
  'killed while snapshots are taken and let go, every one that was told of is whole, and so is the vault',
  { timeout: 600_000 },
  async () => {
    const folder = createTemporaryFolder()
    onTestFinished(folder.remove)
    const home = join(folder.path, 'home')
    const project = join(home, '.claude', 'projects', '-w-app')
    mkdirSync(project, { recursive: true })
    const paths = NAMES.map((name) => join(project, `${name}.jsonl`))
    for (const path of paths) writeFileSync(path, lines(300, 0))
    const vaultPath = join(folder.path, 'vault.db')
    const told: Told = { taken: new Map(), leaving: new Set() }
    let looked = 0

    for (let round = 0; round < KILLS; round++) {
      await runAndKill([home, vaultPath, join(folder.path, 'index.db')], paths, (round * 37) % 160, told)
      const sqlite = openVaultDb(vaultPath)
      const vault = new Vault(new VaultStore(sqlite))
      const snapshots = new SnapshotStore(sqlite)
      expect([...vault.verify()]).toEqual([])
      expect(snapshots.brokenMarks()).toEqual([])
      const bytes = new Map(paths.map((path) => [path, readFileSync(path)]))

      for (const [id, files] of told.taken) {
        const isThere = snapshots.find(id) !== undefined
        if (!told.leaving.has(id)) expect(isThere, `snapshot ${id}`).toBe(true)
        if (!isThere) continue
        const held = snapshots.filesOf(id)
        expect(held.map(({ path, length }) => ({ path, length }))).toEqual(
          files.map(({ path, length }) => ({ path, length })),
        )
        for (const { path, length, before } of files) expect(length, path).toBeGreaterThanOrEqual(before)
      }
      for (const { id, sources } of snapshots.list({ limit: 500 }).items) {
        const held = snapshots.filesOf(id)
        expect(held.length, `snapshot ${id}`).toBe(sources)
        for (const { path, generationId, length } of held) {
          const kept = vault.readRange(generationId, 0, length)
          expect(Buffer.compare(kept, bytes.get(path)?.subarray(0, length) ?? Buffer.alloc(0)), path).toBe(0)
          looked += 1
        }
      }
      sqlite.close()
    }
    expect(told.taken.size).toBeGreaterThan(KILLS)
    expect(told.leaving.size).toBeGreaterThan(0)
    expect(looked).toBeGreaterThan(KILLS)
  },
)
