import type { FastifyInstance } from 'fastify'
import type { CodeReader } from '../../db/stores/code-reader.ts'
import type { MomentStore } from '../../db/stores/moment-store.ts'
import type { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import type { SourceStore } from '../../db/stores/source-store.ts'
import type { VaultNoteStore } from '../../db/stores/vault-note-store.ts'
import {
  cancelVerify,
  compareSnapshots,
  createSnapshot,
  deleteSnapshot,
  getRetention,
  getSnapshot,
  getStorage,
  getVerify,
  listSnapshots,
  putRetention,
  RetentionRules,
  startVerify,
  updateSnapshot,
  type Snapshot,
  type SnapshotScope,
} from '../contract/snapshots.ts'
import { AppError, notFound } from '../errors.ts'
import { mount } from '../mount.ts'
import { compareMoments } from './compare.ts'
import type { ReadRange } from './line-count.ts'
import { findRules, putRules, whichGo } from './retention.ts'
import type { Snapshots } from './snapshots.ts'
import type { Verification } from './verification.ts'

/** The thread that writes the vault, as far as snapshots need it. */
export interface SnapshotWriter {
  snapshot(request: { reason: 'manual'; label: string | null; scope: SnapshotScope }): Promise<Snapshot>
  describeSnapshot(
    snapshotId: number,
    change: { label?: string | null | undefined; isPinned?: boolean | undefined },
  ): Promise<Snapshot | null>
  deleteSnapshots(snapshotIds: number[]): Promise<number>
}

/** What the routes of this feature need. */
export interface SnapshotDeps {
  snapshots: Snapshots
  snapshotStore: SnapshotStore
  vaultNotes: VaultNoteStore
  verification: Verification
  sources: SourceStore
  ingest: SnapshotWriter
  moments: MomentStore
  code: CodeReader
  readRange: ReadRange
  /** Bytes that were kept, and that the vault takes for them. */
  vaultSizes(): Promise<{ rawBytes: number; vaultBytes: number }>
}

/** Names moments of the vault, opens and compares them, lets old ones go, and checks what is kept. */
export function snapshotRoutes(app: FastifyInstance, deps: SnapshotDeps): void {
  const { snapshots, verification, ingest } = deps

  mount(app, createSnapshot, ({ body }) =>
    ingest.snapshot({ reason: 'manual', label: labelOf(body.label) ?? null, scope: body.scope }),
  )
  mount(app, listSnapshots, ({ query }) => snapshots.list(query))
  mount(app, getSnapshot, ({ params }) => snapshots.open(params.snapshotId))

  mount(app, updateSnapshot, async ({ params, body }) => {
    const snapshot = await ingest.describeSnapshot(params.snapshotId, { ...body, label: labelOf(body.label) })
    if (!snapshot) throw notFound('snapshot', String(params.snapshotId))
    return snapshot
  })

  mount(app, deleteSnapshot, async ({ params }) => {
    const { isPinned } = snapshots.get(params.snapshotId)
    if (isPinned) throw new AppError('conflict', 'This snapshot is pinned. Unpin it first, then delete it.')
    return { removed: (await ingest.deleteSnapshots([params.snapshotId])) > 0 }
  })

  mount(app, compareSnapshots, async ({ params, query }) => {
    const [one, other] = [snapshots.get(params.snapshotId), query.with === undefined ? null : snapshots.get(query.with)]
    const isTurned = other !== null && other.id < one.id
    const parts = { ...deps, snapshots: deps.snapshotStore }
    return { items: await compareMoments(parts, isTurned ? other : one, isTurned ? one : other) }
  })

  mount(app, getRetention, ({ query }) => {
    const asked = RetentionRules.safeParse({ ...findRules(deps.vaultNotes), ...query })
    if (!asked.success)
      throw new AppError('bad_request', 'The rules of retention are whole numbers of days, from 0 on.')
    return { rules: asked.data, wouldGo: whichGo(deps.snapshotStore.listExpendable(), asked.data, Date.now()) }
  })

  mount(app, putRetention, async ({ body }) => {
    putRules(deps.vaultNotes, body)
    return { rules: body, removed: await applyRetention(deps) }
  })

  mount(app, startVerify, ({ body }) => {
    verification.start()
    return body.wait ? verification.ended() : verification.report
  })
  mount(app, getVerify, () => verification.report)
  mount(app, cancelVerify, async () => {
    await verification.cancel()
    return verification.report
  })

  mount(app, getStorage, async () => {
    const { rawBytes, vaultBytes } = await deps.vaultSizes()
    return { rawBytes, vaultBytes, ...deps.sources.counts(), lastVerifiedAt: verification.lastEndedAt }
  })
}

/** Lets the snapshots go that the rules no longer keep, and says how many these were. */
export async function applyRetention({
  vaultNotes,
  snapshotStore,
  ingest,
}: Pick<SnapshotDeps, 'vaultNotes' | 'snapshotStore' | 'ingest'>): Promise<number> {
  const going = whichGo(snapshotStore.listExpendable(), findRules(vaultNotes), Date.now())
  return going.length === 0 ? 0 : ingest.deleteSnapshots(going.map(({ id }) => id))
}

/** A label of nothing but space is none; undefined stays what it is. */
function labelOf(label: string | null | undefined): string | null | undefined {
  return typeof label === 'string' ? label.trim() || null : label
}
