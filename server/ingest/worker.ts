import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { openIndexDb, openVaultDb } from '../../db/client.ts'
import { CodeStore } from '../../db/stores/code-store.ts'
import { IndexWriter } from '../../db/stores/index-writer.ts'
import { SessionSources } from '../../db/stores/session-sources.ts'
import { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import { OwnPatternStore } from '../../db/stores/own-pattern-store.ts'
import { PlaceStore, type StoredPlace } from '../../db/stores/place-store.ts'
import { PseudonymStore } from '../../db/stores/pseudonym-store.ts'
import { RemaskStore } from '../../db/stores/remask-store.ts'
import { SecretStore } from '../../db/stores/secret-store.ts'
import { SourceStore } from '../../db/stores/source-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { adapters } from '../adapters/registry.ts'
import { CodeRecorder } from '../code-state/recorder.ts'
import { Scanner } from '../redaction/scanner.ts'
import { openSecretKey } from '../secret-key.ts'
import { Vault } from '../vault/vault.ts'
import { Answers } from './answers.ts'
import { AutomaticSnapshots } from './automatic-snapshots.ts'
import { Commits } from './commits.ts'
import { Fullest } from './fullest.ts'
import { Hurry } from './hurry.ts'
import { Intake } from './intake.ts'
import { KeepFirst } from './keep-first.ts'
import { KnownSecrets } from './known-secrets.ts'
import { SecretFinder } from './line-review.ts'
import { splittersOf } from './pieces-of.ts'
import { importsFolder, Places } from './places.ts'
import { Propagation } from './propagation.ts'
import type { IngestOrder, IngestReport, IngestStart } from './protocol.ts'
import { Pseudonyms } from './pseudonyms.ts'
import { BlockRedactor } from './redact-block.ts'
import { createRedactionDesk } from './redaction-parts.ts'
import { RowIntake } from './row-intake.ts'
import { SnapshotTaker } from './snapshot-taker.ts'
import { Rules } from './rules.ts'
import { StoredMask } from './stored-review.ts'
import { SourceReader } from './source-reader.ts'
import { Understanding } from './understand.ts'
import { Unpacking } from './unpacking.ts'

// The only thread that writes bytes into the vault and rows into the index.

if (!parentPort) throw new Error('worker.ts runs as a worker of the server.')
const port = parentPort
const start = workerData as IngestStart

/** A backup above this many bytes is not looked up before it is kept. */
const LARGEST_BACKUP = 4_000_000

/** Milliseconds between a new secret and the look for it in everything that was read before. */
const LOOK_BACK_AFTER = 500
let lookBackTimer: NodeJS.Timeout | undefined

const vaultDb = openVaultDb(start.vaultPath)
const indexDb = openIndexDb(start.indexPath).sqlite
const vault = new Vault(new VaultStore(vaultDb))
const writer = new IndexWriter(indexDb)
const sources = new SourceStore(vaultDb)
const snapshots = new SnapshotStore(vaultDb)
const sessionSources = new SessionSources(vaultDb, indexDb)
const places = new Places(start.host, adapters, importsFolder(start.dataDir))
const hurry = new Hurry()
const rules = new Rules(new OwnPatternStore(vaultDb))
const scanner = new Scanner({ extra: rules.own })
const secretStore = new SecretStore(vaultDb)
const secretPlaces = new PlaceStore(indexDb)
const secretKey = openSecretKey(start.dataDir)
const secrets = new KnownSecrets({ store: secretStore, key: secretKey, scanner })
const readPlace = (place: StoredPlace) => vault.readRange(place.generationId, place.offset, place.length)
secrets.load(secretPlaces, readPlace)
const finder = new SecretFinder({ scanner, secrets, places: secretPlaces, rules })
const propagation = new Propagation({
  scanner,
  secrets,
  places: secretPlaces,
  mask: new StoredMask(secretPlaces, secretStore),
  rows: new RemaskStore(indexDb, secrets),
  writer,
  vault,
  sources,
  adapters,
  rules,
  report,
})
const commits = new Commits(vault, start.dataDir)
const code = new CodeRecorder(new CodeStore(indexDb, secrets), readCompanion, (folder, hash) =>
  commits.read(folder, hash),
)
const understanding = new Understanding({ writer, adapters, code, finder })
const reader = new SourceReader({
  vault,
  sources,
  writer,
  understanding,
  hurry,
  report,
  onCompaction: (sourceId, sessionId, compaction) => void automatic.compacted(sourceId, sessionId, compaction),
})
const intake = new Intake({
  ...{ places, vault, reader, hurry, report },
  unpacking: new Unpacking(vault, join(start.dataDir, 'unpacked')),
})
const rows = new RowIntake({ host: start.host, adapters, vault, reader, hurry, report })
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
const redactions = createRedactionDesk({
  ...{ vaultDb, indexDb, vault, writer, sources, adapters, finder, scanner, secrets, secretStore, report },
  dataDir: start.dataDir,
  settle() {
    reader.commit()
    understanding.forget()
  },
})
redactions.recover()
const pseudonyms = new Pseudonyms({
  store: new PseudonymStore(vaultDb),
  key: secretKey,
  homeDir: start.host.homeDir,
})
const answers = new Answers({
  intake,
  keeper,
  taker,
  snapshots,
  reveal,
  secrets,
  redactor: new BlockRedactor({ vault, sources, splitterFor: splittersOf(adapters), scanner, secrets, pseudonyms }),
  redactions,
  report,
})

rows.start()

port.on('message', (order: IngestOrder) => {
  switch (order.kind) {
    case 'changed':
      return intake.changed(order.path)
    case 'sweep':
      return void intake.sweep()
    case 'projects':
      start.host.projects = order.folders
      return void intake.sweep()
    case 'rules':
      rules.reload()
      return lookBackSoon()
    case 'ask':
      return void answers.answer(order.number, order.ask)
    case 'stop':
      return void stop()
  }
})

function report(one: IngestReport): void {
  port.postMessage(one)
  if (one.kind === 'session' || one.kind === 'state') automatic.somethingChanged()
  if (one.kind === 'secrets' && one.secrets.length > 0) lookBackSoon()
  if (one.kind !== 'progress' || one.progress.state !== 'idle') return
  lookBackSoon()
  // After a large import the write-ahead logs would stay as large as they grew.
  for (const database of [vaultDb, indexDb]) database.pragma('wal_checkpoint(TRUNCATE)')
  void automatic.idle()
}

/** The value at a place. */
function reveal(placeId: number): string | null {
  const place = secretPlaces.get(placeId)
  const secret = place && secretStore.get(place.secretId)
  return secret ? secrets.valueAt(place, secret.hash, readPlace) : null
}

/** After a pause, because secrets come in swarms; and never while an import runs, which ends with it. */
function lookBackSoon(): void {
  clearTimeout(lookBackTimer)
  lookBackTimer = setTimeout(() => void lookBack(), LOOK_BACK_AFTER)
}

async function lookBack(): Promise<void> {
  try {
    await propagation.run()
    indexDb.pragma('wal_checkpoint(TRUNCATE)')
  } catch (error) {
    report({ kind: 'trouble', message: `Known secrets could not be looked for: ${String(error)}`, path: null })
  }
}

/** A session may be read before the backups that it names are kept: they are looked up where they lie, and kept later. */
function readCompanion(path: string): Uint8Array | null {
  const kept = vault.readWhole(path)
  if (kept) return kept
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() && found.size <= LARGEST_BACKUP ? readFileSync(path) : null
}

async function stop(): Promise<void> {
  clearTimeout(lookBackTimer)
  propagation.stop()
  await Promise.all([intake.stop(), rows.stop()])
  await Promise.all([answers.settled(), automatic.settled(), commits.settled()])
  reader.stop()
  indexDb.close()
  vaultDb.close()
  port.close()
}
