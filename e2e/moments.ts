import { readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { openVaultDb } from '../db/client.ts'
import { SnapshotStore } from '../db/stores/snapshot-store.ts'

const DAY = 24 * 60 * 60 * 1000

/** Puts daily snapshots of everything into the vault of a server that does not run, one for each of these ages in days. */
export function addDailySnapshots(dataDir: string, ages: readonly number[]): void {
  const vault = openVaultDb(join(dataDir, 'vault.db'))
  const snapshots = new SnapshotStore(vault)
  for (const age of ages) {
    snapshots.create({
      label: null,
      reason: 'daily',
      cause: null,
      scope: { all: true },
      members: null,
      at: Date.now() - age * DAY,
      sessions: 0,
      sources: 0,
      rawBytes: 0,
      changedSources: 0,
      changedBytes: 0,
      marks: [],
    })
  }
  vault.close()
}

/** Has the registry of running agents say that this very process holds a session. */
export function holdSession(home: string, nativeId: string): void {
  const folder = join(home, '.claude', 'sessions')
  mkdirSync(folder, { recursive: true })
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const procStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const entry = { pid: process.pid, sessionId: nativeId, startedAt: Date.now(), procStart, status: 'idle' }
  writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(entry))
}

/** The hash of a file's bytes. */
export function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
