import { MomentStore } from '../db/stores/moment-store.ts'
import { SessionSources } from '../db/stores/session-sources.ts'
import { SnapshotStore } from '../db/stores/snapshot-store.ts'
import type { SourceStore } from '../db/stores/source-store.ts'
import { VaultNoteStore } from '../db/stores/vault-note-store.ts'
import type { Sqlite } from '../db/client.ts'
import { Snapshots } from './snapshots/snapshots.ts'
import { Verification } from './snapshots/verification.ts'

/** Ties what reads snapshots together. Taking them is the ingest worker's part. */
export function composeSnapshots(material: {
  vaultDb: Sqlite
  indexDb: Sqlite
  vaultFile: string
  sources: SourceStore
}) {
  const { vaultDb, indexDb, sources } = material
  const snapshotStore = new SnapshotStore(vaultDb)
  const moments = new MomentStore(indexDb)
  const vaultNotes = new VaultNoteStore(vaultDb)
  const sessionSources = new SessionSources(vaultDb, indexDb)
  return {
    snapshotStore,
    moments,
    vaultNotes,
    sources,
    snapshots: new Snapshots({ store: snapshotStore, sessionSources, moments, sources }),
    verification: new Verification(material.vaultFile, vaultNotes),
  }
}
