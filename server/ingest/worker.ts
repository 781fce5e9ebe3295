import { readFileSync, statSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { openIndexDb, openVaultDb } from '../../db/client.ts'
import { CodeStore } from '../../db/stores/code-store.ts'
import { IndexWriter } from '../../db/stores/index-writer.ts'
import { SourceStore } from '../../db/stores/source-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { adapters } from '../adapters/registry.ts'
import { CodeRecorder } from '../code-state/recorder.ts'
import { Vault } from '../vault/vault.ts'
import { Intake } from './intake.ts'
import type { IngestOrder, IngestReport, IngestStart } from './protocol.ts'
import { SourceReader } from './source-reader.ts'
import { Understanding } from './understand.ts'

// The only thread that writes bytes into the vault and rows into the index.

if (!parentPort) throw new Error('worker.ts runs as a worker of the server.')
const port = parentPort
const start = workerData as IngestStart

/** A backup above this many bytes is not looked up before it is kept. */
const LARGEST_BACKUP = 4_000_000

const vaultDb = openVaultDb(start.vaultPath)
const indexDb = openIndexDb(start.indexPath).sqlite
const vault = new Vault(new VaultStore(vaultDb))
const writer = new IndexWriter(indexDb)
const code = new CodeRecorder(new CodeStore(indexDb), readCompanion)
const reader = new SourceReader({
  vault,
  sources: new SourceStore(vaultDb),
  writer,
  understanding: new Understanding({ writer, adapters, code }),
  report,
})
const intake = new Intake({ host: start.host, adapters, vault, reader, report })

port.on('message', (order: IngestOrder) => {
  switch (order.kind) {
    case 'changed':
      return intake.changed(order.path)
    case 'sweep':
      return void intake.sweep()
    case 'stop':
      return void stop()
  }
})

function report(one: IngestReport): void {
  // After a large import the write-ahead logs would stay as large as they grew.
  const isDone = one.kind === 'progress' && one.progress.state === 'idle'
  if (isDone) for (const database of [vaultDb, indexDb]) database.pragma('wal_checkpoint(TRUNCATE)')
  port.postMessage(one)
}

/** A session may be read before the backups that it names are kept: they are looked up where they lie, and kept later. */
function readCompanion(path: string): Uint8Array | null {
  const kept = vault.readWhole(path)
  if (kept) return kept
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() && found.size <= LARGEST_BACKUP ? readFileSync(path) : null
}

async function stop(): Promise<void> {
  await intake.stop()
  reader.stop()
  indexDb.close()
  vaultDb.close()
  port.close()
}
