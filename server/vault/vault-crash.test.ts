import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openVaultDb } from '../../db/client.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { createTemporaryFolder } from '../../db/testing.ts'
import { createVaultBench, lines, noise, sourceAt } from './testing.ts'
import { VaultFullError } from './vault-full-error.ts'
import { Vault } from './vault.ts'

const program = fileURLToPath(new URL('./keep-and-tell.ts', import.meta.url))

/** Runs the program, kills it hard some time after its first word, and returns the last end that it told per generation. */
async function runAndKill(databasePath: string, source: string, after: number): Promise<Map<number, number>> {
  const growing = setInterval(() => appendFileSync(source, noise(3001, after)), 3)
  const child = spawn(process.execPath, [program, databasePath, source], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  const hasSpoken = new Promise<void>((resolve) => {
    child.stdout.on('data', (part: Buffer) => {
      told += part.toString()
      resolve()
    })
  })
  const hasEnded = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await Promise.race([hasSpoken, hasEnded])
  await sleep(after)
  child.kill('SIGKILL')
  clearInterval(growing)
  await hasEnded
  const whole = told.slice(0, told.lastIndexOf('\n') + 1).trim()
  return new Map(whole.split('\n').map((line) => [Number(line.split(' ')[0]), Number(line.split(' ')[1])]))
}

test(
  'killed at any moment, the vault has every byte that it told of, is sound, and goes on',
  { timeout: 180_000 },
  async () => {
    const folder = createTemporaryFolder()
    onTestFinished(folder.remove)
    const databasePath = path.join(folder.path, 'vault.db')
    const source = path.join(folder.path, 's.jsonl')
    writeFileSync(source, lines(6000, 0))
    let ends = 0

    for (let round = 0; round < 20; round++) {
      if (round % 5 === 4) writeFileSync(source, lines(4000, round))
      const told = await runAndKill(databasePath, source, (round * 13) % 60)

      const bytes = readFileSync(source)
      const sqlite = openVaultDb(databasePath)
      const vault = new Vault(new VaultStore(sqlite))
      expect([...vault.verify()]).toEqual([])
      const newest = vault.findSource(source)?.generation
      for (const [generationId, end] of told) {
        const kept = vault.readRange(generationId, 0, end)
        expect(kept.length).toBe(end)
        if (generationId === newest?.id) expect(Buffer.compare(kept, bytes.subarray(0, end))).toBe(0)
        ends++
      }
      sqlite.close()
    }
    expect(ends).toBeGreaterThanOrEqual(20)

    const sqlite = openVaultDb(databasePath)
    const vault = new Vault(new VaultStore(sqlite))
    await vault.keep(sourceAt(source), () => undefined)
    expect(Buffer.compare(vault.readWhole(source) ?? Buffer.alloc(0), readFileSync(source))).toBe(0)
    expect([...vault.verify()]).toEqual([])
    expect(vault.findSource(source)?.generation?.number).toBe(5)
    sqlite.close()
  },
)

const canMount = process.platform === 'linux' && process.getuid?.() === 0

test('a full disk is told by its own error, loses nothing, and keeping goes on when there is room', async (context) => {
  if (!canMount) return context.skip('needs root on Linux, to mount a small disk')
  const folder = createTemporaryFolder()
  const disk = path.join(folder.path, 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk], { stdio: 'pipe' })
  } catch {
    folder.remove()
    return context.skip('mounting a small disk is not permitted here')
  }
  onTestFinished(() => {
    execFileSync('umount', [disk])
    folder.remove()
  })
  const source = path.join(folder.path, 's.jsonl')
  writeFileSync(source, noise(3_000_000, 1))
  writeFileSync(path.join(disk, 'ballast'), Buffer.alloc(3_500_000))
  const sqlite = openVaultDb(path.join(disk, 'vault.db'))
  onTestFinished(() => void sqlite.close())
  const vault = new Vault(new VaultStore(sqlite))
  let told = 0

  await expect(vault.keep(sourceAt(source), ({ offset, bytes }) => (told = offset + bytes.length))).rejects.toThrow(
    VaultFullError,
  )
  await expect(vault.keep(sourceAt(source), ({ offset, bytes }) => (told = offset + bytes.length))).rejects.toThrow(
    'the disk is full',
  )
  const kept = vault.readWhole(source) ?? Buffer.alloc(0)
  expect(kept.length).toBe(told)
  expect(Buffer.compare(kept, readFileSync(source).subarray(0, told))).toBe(0)
  expect([...vault.verify()]).toEqual([])

  rmSync(path.join(disk, 'ballast'))
  const outcome = await vault.keep(sourceAt(source), () => undefined)
  expect(outcome.keptTo).toBe(3_000_000)
  expect(Buffer.compare(vault.readWhole(source) ?? Buffer.alloc(0), readFileSync(source))).toBe(0)
  expect([...vault.verify()]).toEqual([])
})

test('the vault and its side files are readable by their owner only', async () => {
  const bench = createVaultBench()
  onTestFinished(bench.close)
  writeFileSync(bench.at('s'), 'one\n')
  await bench.keep('s')
  for (const suffix of ['', '-wal', '-shm']) {
    expect(statSync(bench.databasePath + suffix).mode & 0o777).toBe(0o600)
  }
})
