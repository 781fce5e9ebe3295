import { createSnapshot, deleteSnapshot, type Snapshot } from '../../../server/contract/snapshots.ts'
import { call, sentenceOf } from '../../api/call.ts'
import { pathOf } from '../../routes.ts'
import type { AppState } from '../../state/app.ts'
import { formatBytes, formatCountOf } from '../format.ts'

/** Says that a snapshot was taken, and offers to open it or to take it back. */
export function offerSnapshot(app: Pick<AppState, 'toasts' | 'router'>, snapshot: Snapshot): void {
  const { toasts, router } = app
  const changed =
    snapshot.changedSources > 0
      ? `${formatCountOf(snapshot.changedSources, 'file')} changed, ${formatBytes(snapshot.changedBytes)} new`
      : 'nothing had changed'
  toasts.offer({
    text: `Snapshot ${snapshot.id} taken: ${changed}`,
    actions: [
      {
        label: 'Open',
        run: () => router.navigate(pathOf({ page: 'vault', snapshotId: snapshot.id, compareWith: null })),
      },
      { label: 'Undo', run: () => void remove(toasts, snapshot.id) },
    ],
  })
}

/** Takes a snapshot of one session and says so. */
export async function snapshotSession(
  app: Pick<AppState, 'toasts' | 'router'>,
  session: { id: string },
): Promise<void> {
  try {
    offerSnapshot(app, await call(createSnapshot, { body: { scope: { sessions: [session.id] } } }))
  } catch (error) {
    app.toasts.show(sentenceOf(error), 'error')
  }
}

async function remove(toasts: AppState['toasts'], snapshotId: number): Promise<void> {
  try {
    await call(deleteSnapshot, { params: { snapshotId } })
    toasts.show('Snapshot deleted; the bytes stay in the vault')
  } catch (error) {
    toasts.show(sentenceOf(error), 'error')
  }
}
