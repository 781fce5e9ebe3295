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
import { Understanding } from './understand.ts'

// The only thread that writes bytes into the vault and rows into the index.

if (!parentPort) throw new Error('worker.ts runs as a worker of the server.')
const port = parentPort
const start = workerData as IngestStart

const vaultDb = openVaultDb(start.vaultPath)
const indexDb = openIndexDb(start.indexPath).sqlite
const vault = new Vault(new VaultStore(vaultDb))
const writer = new IndexWriter(indexDb)
const code = new CodeRecorder(new CodeStore(indexDb), (path) => vault.readWhole(path) ?? null)
const intake = new Intake({
  host: start.host,
  adapters,
  vault,
  writer,
  sources: new SourceStore(vaultDb),
  understanding: new Understanding({ writer, adapters, code }),
  report: (report: IngestReport) => port.postMessage(report),
  // After a large import the write-ahead logs would stay as large as they grew.
  onSettled: () => [vaultDb, indexDb].forEach((database) => database.pragma('wal_checkpoint(TRUNCATE)')),
})

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

async function stop(): Promise<void> {
  await intake.stop()
  indexDb.close()
  vaultDb.close()
  port.close()
}
