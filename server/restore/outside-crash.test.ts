import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { makeFiles, openCrashWorld, statesNow } from './crash-world.ts'

const program = fileURLToPath(new URL('./write-and-undo.ts', import.meta.url))
const KILLS = 30
/** On a busy machine some moments are rarely hit: it goes on until each was, or this often. */
const MOST_KILLS = 120

/** A disk in memory, where there is one: a kill loses as little there, and comes between two renames more often. */
const disk = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

const MOMENTS = ['some time', 'a draft', 'a rename'] as const

/** Lets the program write and undo, and kills it hard: some time after it began, when a draft is there, or when a file got its new name. */
async function runAndKill(folder: string, when: (typeof MOMENTS)[number]): Promise<void> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended])
  if (when === 'some time') await sleep(Math.random() * 300)
  else await Promise.race([untilChanged(join(folder, 'root'), when), ended])
  child.kill('SIGKILL')
  expect(await ended, 'it ran until it was killed').toBeNull()
}

async function untilChanged(root: string, when: 'a draft' | 'a rename'): Promise<void> {
  const names = ['r0', 'r3', 'r5', 'd1', 'c2']
  const name = names[Math.floor(Math.random() * names.length)]
  await new Promise<void>((resolve) => {
    const watcher = watch(root, (_event, changed) => {
      if (when === 'a draft' ? !changed?.includes('.lossless-') : changed !== name) return
      watcher.close()
      resolve()
    })
  })
}

test(
  'killed at any moment while it writes or undoes, every file is wholly old or new, and the next start puts the rest right',
  { timeout: 600_000 },
  async () => {
    const folder = mkdtempSync(join(disk, 'lossless-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'root'))
    makeFiles(join(folder, 'root'))
    const seen = { forgotten: 0, finished: 0, interrupted: 0, mixed: 0, undone: 0 }

    const isProven = () => seen.forgotten > 0 && seen.mixed > 0 && seen.undone > 0
    for (let kill = 0; kill < KILLS || (kill < MOST_KILLS && !isProven()); kill += 1) {
      await runAndKill(folder, MOMENTS[kill % MOMENTS.length] ?? 'some time')

      const world = openCrashWorld(folder)
      const atKill = statesNow(world.root)
      expect(atKill, `kill ${kill}`).not.toContain('half')
      if (new Set(atKill).size > 1) seen.mixed += 1
      const repaired = await world.outside.repair()
      for (const name of ['forgotten', 'finished', 'interrupted'] as const) seen[name] += repaired[name]

      expect(statesNow(world.root)).toEqual(atKill)
      const names = readdirSync(world.root, { recursive: true, encoding: 'utf8' })
      expect(names.filter((name) => name.includes('.lossless-'))).toEqual([])
      expect([...world.vault.verify()]).toEqual([])

      const [last] = (await world.outside.list({ limit: 1 })).items
      if (last && last.state !== 'undone') {
        expect(last.files.every((file) => file.canUndo)).toBe(true)
        expect((await world.outside.undo(last.id, { dryRun: false })).applied).toBe(true)
        seen.undone += 1
      }
      expect(new Set(statesNow(world.root))).toEqual(new Set(['before']))
      expect(readdirSync(world.root).sort()).toEqual(['d0', 'd1', 'd2', 'r0', 'r1', 'r2', 'r3', 'r4', 'r5'])
      world.close()
    }
    // Else the kills came at moments that prove nothing.
    expect(isProven(), JSON.stringify(seen)).toBe(true)
  },
)
