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

/** The sessions of a snapshot, by id. Files that belong to no session are left out. */
export async function sessionsOfSnapshot(
  snapshots: SnapshotStore,
  moments: MomentStore,
  snapshotId: number,
): Promise<Map<string, HeldSession>> {
  const sessions = new Map<string, HeldSession>()
  for (let after = 0; ;) {
    const page = snapshots.filesOf(snapshotId, { after, limit: PAGE })
    for (const file of page) add(sessions, moments, file)
    const last = page.at(-1)
    if (!last || page.length < PAGE) return withTranscripts(sessions)
    after = last.sourceId
    await turn()
  }
}

/** The sessions as they stand now, or those of some sources. */
export function sessionsNow(
  snapshots: SnapshotStore,
  moments: MomentStore,
  members: readonly number[] | null,
): Map<string, HeldSession> {
  const sessions = new Map<string, HeldSession>()
  for (const standing of snapshots.standing(members)) add(sessions, moments, standing)
  return withTranscripts(sessions)
}

function add(
  sessions: Map<string, HeldSession>,
  moments: MomentStore,
  file: HeldFile & Pick<Standing, 'agent' | 'nativeId'>,
): void {
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
