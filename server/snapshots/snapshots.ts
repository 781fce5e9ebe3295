import { setImmediate as turn } from 'node:timers/promises'
import type { MomentStore } from '../../db/stores/moment-store.ts'
import type { SessionSources } from '../../db/stores/session-sources.ts'
import type { SnapshotFile, SnapshotFilter, SnapshotStore } from '../../db/stores/snapshot-store.ts'
import type { SourceStore } from '../../db/stores/source-store.ts'
import { AgentId } from '../contract/agent.ts'
import type { Snapshot, SnapshotSession } from '../contract/snapshots.ts'
import { notFound } from '../errors.ts'
import { sessionsOfSnapshot, type HeldSession } from './moments.ts'

/** What reading snapshots works with. */
export interface SnapshotsParts {
  store: SnapshotStore
  sessionSources: SessionSources
  moments: MomentStore
  sources: SourceStore
}

/** So many sessions are described at once before others get their turn. */
const PAGE = 100

/** Reads what snapshots hold. Taking and deleting them is done by the one thread that writes. */
export class Snapshots {
  readonly #parts: SnapshotsParts

  constructor(parts: SnapshotsParts) {
    this.#parts = parts
  }

  /** Throws when there is no such snapshot. */
  get(snapshotId: number): Snapshot {
    const snapshot = this.#parts.store.find(snapshotId)
    if (!snapshot) throw notFound('snapshot', String(snapshotId))
    return snapshot
  }

  list(filter: Omit<SnapshotFilter, 'sourceIds'> & { session?: string | undefined }) {
    const { session, ...rest } = filter
    if (session === undefined) return this.#parts.store.list(rest)
    return this.#parts.store.list({ ...rest, sourceIds: this.#parts.sessionSources.transcriptsOf(session) })
  }

  /**
   * The files of a snapshot, or of some of its sessions with their sub-agents and side files: each the first `length`
   * bytes of a generation, with the mode and time that it had. Throws when there is no such snapshot; sessions that are
   * not in it give nothing.
   */
  filesOf(snapshotId: number, sessionIds?: readonly string[]): SnapshotFile[] {
    this.get(snapshotId)
    const sourceIds = sessionIds && this.#parts.sessionSources.ofSessions(sessionIds).sourceIds
    return this.#parts.store.filesOf(snapshotId, { sourceIds })
  }

  /** The sessions in a snapshot, the largest first. */
  async open(snapshotId: number): Promise<Snapshot & { items: SnapshotSession[] }> {
    const snapshot = this.get(snapshotId)
    const { store, moments } = this.#parts
    const held = [...(await sessionsOfSnapshot(store, moments, snapshotId)).values()]
    const items: SnapshotSession[] = []
    for (let from = 0; from < held.length; from += PAGE) {
      items.push(...this.#describe(held.slice(from, from + PAGE)))
      await turn()
    }
    return { ...snapshot, items: items.sort((a, b) => b.rawBytes - a.rawBytes) }
  }

  #describe(sessions: readonly HeldSession[]): SnapshotSession[] {
    const names = this.#parts.moments.names(sessions.map(({ id }) => id))
    return sessions.flatMap(({ id, files }) => {
      const agent = AgentId.safeParse(id.slice(0, id.indexOf(':')))
      if (!agent.success) return []
      const now = new Map(this.#parts.sources.describe(files.map((file) => file.sourceId)).map((one) => [one.id, one]))
      const sources = files.flatMap(({ sourceId, length }) => {
        const found = now.get(sourceId)
        if (!found) return []
        const { id: _, bytes: bytesNow, ...source } = found
        return [{ ...source, bytes: length, bytesNow }]
      })
      const name = names.get(id)
      return [
        {
          id,
          agent: agent.data,
          title: name?.title ?? id.slice(id.indexOf(':') + 1),
          projectPath: name?.projectPath ?? null,
          rawBytes: files.reduce((sum, file) => sum + file.length, 0),
          sources,
        },
      ]
    })
  }
}
