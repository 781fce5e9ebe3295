import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { holdLock } from '../db/instance-lock.ts'
import { StartRefused } from './config.ts'

/** The folder that everything of ours lies in, readable by its owner only. */
export interface DataFolder {
  readonly dir: string
  /** What every request must carry. */
  readonly token: string
  readonly vaultFile: string
  readonly indexFile: string
  /** Takes the folder for this process; null when another Lossless has it. */
  lock(): InstanceLock | null
  /** The process that holds the folder, once it says its URL; null when it does not within `waitMs`. */
  findRunning(waitMs: number): Promise<RunningInstance | null>
}

/** This process's hold on the folder. It ends with the process, however that ends. */
export interface InstanceLock {
  /** Tells later starts the URL to open, token included. */
  announce(url: string): void
  release(): void
}

const RunningInstance = z.object({ pid: z.number().int(), url: z.url() })

/** Another Lossless that runs on the same data folder. */
export type RunningInstance = z.infer<typeof RunningInstance>

/**
 * Makes the folder (0700) and its token where they are missing, and narrows what this process creates from now on to
 * its owner. A given token replaces the kept one. Throws StartRefused where the folder cannot be used.
 */
export function openDataFolder(dir: string, token?: string): DataFolder {
  process.umask(0o077)
  makePrivate(dir)
  const instanceFile = join(dir, 'instance.json')
  return {
    dir,
    token: token === undefined ? keptToken(dir) : keepToken(dir, token),
    vaultFile: join(dir, 'vault.db'),
    indexFile: join(dir, 'index.db'),
    lock: () => lockFolder(join(dir, 'instance.lock'), instanceFile),
    findRunning: (waitMs) => waitForInstance(instanceFile, waitMs),
  }
}

function makePrivate(dir: string): void {
  try {
    const created = mkdirSync(dir, { recursive: true, mode: 0o700 })
    const entries = created === undefined ? readdirSync(dir) : []
    // A folder that others use too (say --data /tmp) keeps its mode: our files in it are private all the same.
    if (entries.length === 0 || entries.includes('token')) chmodSync(dir, 0o700)
  } catch (cause) {
    throw new StartRefused(
      `The data folder ${dir} cannot be used (${reasonOf(cause)}). Choose another one with --data.`,
      2,
    )
  }
}

function keptToken(dir: string): string {
  const file = join(dir, 'token')
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) {
    const kept = readFileSync(file, 'utf8').trim()
    if (kept !== '') return kept
  }
  return keepToken(dir, randomBytes(32).toString('base64url'))
}

function keepToken(dir: string, token: string): string {
  writeWhole(join(dir, 'token'), `${token}\n`)
  return token
}

function lockFolder(lockFile: string, instanceFile: string): InstanceLock | null {
  const held = holdLock(lockFile)
  if (held === null) return null
  rmSync(instanceFile, { force: true })
  return {
    announce: (url) => {
      writeWhole(instanceFile, `${JSON.stringify({ pid: process.pid, url })}\n`)
    },
    release: () => {
      rmSync(instanceFile, { force: true })
      held.release()
    },
  }
}

/** The holder says its URL only when it listens, so a start right after another one has to wait for it. */
async function waitForInstance(file: string, waitMs: number): Promise<RunningInstance | null> {
  const until = Date.now() + waitMs
  for (;;) {
    const instance = readInstance(file)
    if (instance !== null) return instance
    if (Date.now() >= until) return null
    await sleep(100)
  }
}

function readInstance(file: string): RunningInstance | null {
  try {
    return RunningInstance.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** Readers see the old content or the new, never a part. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, file)
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}
