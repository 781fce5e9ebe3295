import { readFileSync, statSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { openIndexDb, openVaultDb } from '../../db/client.ts'
import { CodeStore } from '../../db/stores/code-store.ts'
import { IndexWriter } from '../../db/stores/index-writer.ts'
import { SessionSources } from '../../db/stores/session-sources.ts'
import { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import { SourceStore } from '../../db/stores/source-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { adapters } from '../adapters/registry.ts'
import { CodeRecorder } from '../code-state/recorder.ts'
import { Vault } from '../vault/vault.ts'
import { Answers } from './answers.ts'
import { AutomaticSnapshots } from './automatic-snapshots.ts'
import { Fullest } from './fullest.ts'
import { Hurry } from './hurry.ts'
import { Intake } from './intake.ts'
import { KeepFirst } from './keep-first.ts'
import { Places } from './places.ts'
import type { IngestOrder, IngestReport, IngestStart } from './protocol.ts'
import { SnapshotTaker } from './snapshot-taker.ts'
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
const sources = new SourceStore(vaultDb)
const snapshots = new SnapshotStore(vaultDb)
const sessionSources = new SessionSources(vaultDb, indexDb)
const places = new Places(start.host, adapters)
const hurry = new Hurry()
const code = new CodeRecorder(new CodeStore(indexDb), readCompanion)
const reader = new SourceReader({
  vault,
  sources,
  writer,
  understanding: new Understanding({ writer, adapters, code }),
  hurry,
  report,
  onCompaction: (sourceId, sessionId, compaction) => void automatic.compacted(sourceId, sessionId, compaction),
})
const intake = new Intake({ places, vault, reader, hurry, report })
const keeper = new KeepFirst({ places, vault, backlog: intake, hurry })
const taker = new SnapshotTaker({
  keeper,
  hurry,
  snapshots,
  sessionSources,
  fullest: new Fullest({
    sources,
    sessionSources,
    catchUp: (source, sourceId) => reader.catchUp(source, sourceId),
    classify: (path) => places.classify(path),
  }),
})
const automatic = new AutomaticSnapshots({
  taker,
  snapshots,
  report,
  isEmpty: () => vault.totals().rawBytes === 0,
})
const answers = new Answers({ intake, keeper, taker, snapshots, report })

port.on('message', (order: IngestOrder) => {
  switch (order.kind) {
    case 'changed':
      return intake.changed(order.path)
    case 'sweep':
      return void intake.sweep()
    case 'ask':
      return void answers.answer(order.number, order.ask)
    case 'stop':
      return void stop()
  }
})

function report(one: IngestReport): void {
  port.postMessage(one)
  if (one.kind === 'session' || one.kind === 'state') automatic.somethingChanged()
  if (one.kind !== 'progress' || one.progress.state !== 'idle') return
  // After a large import the write-ahead logs would stay as large as they grew.
  for (const database of [vaultDb, indexDb]) database.pragma('wal_checkpoint(TRUNCATE)')
  void automatic.idle()
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
  await Promise.all([answers.settled(), automatic.settled()])
  reader.stop()
  indexDb.close()
  vaultDb.close()
  port.close()
}
