import type { SessionSources } from '../../db/stores/session-sources.ts'
import type { SnapshotFile, SnapshotStore } from '../../db/stores/snapshot-store.ts'
import { notFound } from '../errors.ts'

/** Reads what snapshots hold. Taking and deleting them is done by the one thread that writes. */
export class Snapshots {
  readonly #store: SnapshotStore
  readonly #sessionSources: SessionSources

  constructor(store: SnapshotStore, sessionSources: SessionSources) {
    this.#store = store
    this.#sessionSources = sessionSources
  }

  /**
   * The files of a snapshot, or of some of its sessions with their sub-agents and side files: each the first `length`
   * bytes of a generation, with the mode and time that it had. Throws when there is no such snapshot; sessions that are
   * not in it give nothing.
   */
  filesOf(snapshotId: number, sessionIds?: readonly string[]): SnapshotFile[] {
    if (!this.#store.find(snapshotId)) throw notFound('snapshot', String(snapshotId))
    const sourceIds = sessionIds && this.#sessionSources.ofSessions(sessionIds).sourceIds
    return this.#store.filesOf(snapshotId, { sourceIds })
  }
}
