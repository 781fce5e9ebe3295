import { setImmediate as turn } from 'node:timers/promises'
import type { MomentStore } from '../../db/stores/moment-store.ts'
import type { SnapshotFile, SnapshotStore, Standing } from '../../db/stores/snapshot-store.ts'

/** The files of one session at a moment: transcripts, those of sub-agents, and side files. */
export interface HeldSession {
  id: string
  files: HeldFile[]
}

/** A file at a moment of the vault. */
export type HeldFile = Pick<SnapshotFile, 'sourceId' | 'generationId' | 'length' | 'state' | 'role'>

/** So many files are looked up at once before others get their turn. */
const PAGE = 1000

type Named = HeldFile & Pick<Standing, 'agent' | 'nativeId'>

/** The sessions of a snapshot, by id. Files that belong to no session are left out. */
export function sessionsOfSnapshot(
  snapshots: SnapshotStore,
  moments: MomentStore,
  snapshotId: number,
): Promise<Map<string, HeldSession>> {
  return collect(moments, (after) => snapshots.filesOf(snapshotId, { after, limit: PAGE }))
}

/** The sessions as they stand now, or those of some sources. */
export function sessionsNow(
  snapshots: SnapshotStore,
  moments: MomentStore,
  members: readonly number[] | null,
): Promise<Map<string, HeldSession>> {
  return collect(moments, (after) => snapshots.standing(members, { after, limit: PAGE }))
}

async function collect(moments: MomentStore, read: (after: number) => Named[]): Promise<Map<string, HeldSession>> {
  const sessions = new Map<string, HeldSession>()
  for (let page = read(0); page.length > 0; page = read(page.at(-1)?.sourceId ?? 0)) {
    for (const file of page) add(sessions, moments, file)
    await turn()
  }
  return withTranscripts(sessions)
}

function add(sessions: Map<string, HeldSession>, moments: MomentStore, file: Named): void {
  const id =
    file.nativeId !== null
      ? `${file.agent}:${file.nativeId}`
      : file.role === 'companion'
        ? undefined
        : moments.sessionOfSource(file.sourceId)
  if (id === undefined) return
  const session = sessions.get(id)
  const { sourceId, generationId, length, state, role } = file
  const held = { sourceId, generationId, length, state, role }
  if (session) session.files.push(held)
  else sessions.set(id, { id, files: [held] })
}

/** File backups of a session that was never seen are no session. */
function withTranscripts(sessions: Map<string, HeldSession>): Map<string, HeldSession> {
  for (const [id, { files }] of sessions) if (files.every((file) => file.role === 'companion')) sessions.delete(id)
  return sessions
}
