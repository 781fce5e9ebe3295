import { parentPort, workerData } from 'node:worker_threads'
import { openVaultDb } from '../../db/client.ts'
import { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import { VaultStore, type SourceIdentity } from '../../db/stores/vault-store.ts'
import type { VaultDamage } from '../contract/snapshots.ts'
import { verifyVault, type Damage } from './verify.ts'

// Checks the vault in a thread of its own, reading only: gigabytes are hashed, and nobody has to wait for it.

/** What the thread tells. `damage` is what was found since the last time. */
export interface CheckReport {
  bytesDone: number
  bytesTotal: number
  sources: number
  damage: VaultDamage[]
  isDone: boolean
}

/** Told at most this often, in milliseconds. */
const TELL_EVERY = 100
/** Further damage is the same story, and no message for a person. */
const MOST_DAMAGE = 1000

if (!parentPort) throw new Error('verify-thread.ts runs as a worker of the server.')
const port = parentPort
const { vaultPath } = workerData as { vaultPath: string }
const sqlite = openVaultDb(vaultPath, { readonly: true })
const store = new VaultStore(sqlite)
const snapshots = new SnapshotStore(sqlite)

const report: CheckReport = {
  bytesDone: 0,
  bytesTotal: store.totals().rawBytes,
  sources: store.countSources(),
  damage: [],
  isDone: false,
}
let found = 0
let toldAt = 0

for (const damage of verifyVault({ store, onBytes: checked })) add(damage)
for (const { sourceId, generationId, length, missing } of snapshots.brokenMarks()) {
  const reason = 'A snapshot names bytes that are not here.'
  add({ sourceId, generationId, offset: length - missing, length: missing, reason })
}
report.isDone = true
tell()
sqlite.close()

function checked(bytes: number): void {
  report.bytesDone += bytes
  if (performance.now() - toldAt > TELL_EVERY) tell()
}

function add(damage: Damage): void {
  found += 1
  if (found > MOST_DAMAGE) return
  const owner = store.ownerOf(damage.generationId)
  report.damage.push({
    sourcePath: owner?.path ?? '',
    sessionId: owner ? sessionOf(owner) : null,
    generation: owner?.number ?? 0,
    offset: damage.offset,
    bytes: damage.length,
    reason: damage.reason,
  })
}

function tell(): void {
  toldAt = performance.now()
  port.postMessage(report)
  report.damage = []
}

function sessionOf({ agent, role, nativeId, subagentId }: SourceIdentity): string | null {
  if (nativeId === null || role === 'outside') return null
  return role === 'subagent' ? `${agent}:${nativeId}:${subagentId}` : `${agent}:${nativeId}`
}
