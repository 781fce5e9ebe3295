import { restoreSession, restoreSnapshot } from '../../../server/contract/restore.ts'
import { call, type ReplyOf } from '../../api/call.ts'
import type { PlanRun } from '../plan-flow.svelte.ts'

/** What can be brought back: a session as the vault has it, or what a snapshot names. */
export type RestoreFrom =
  | { kind: 'session'; sessionId: string; title: string }
  | {
      kind: 'snapshot'
      snapshotId: number
      /** How the snapshot is called on its page. */
      name: string
      /** How many sessions are in it. */
      sessions: number
      /** Sessions that are ticked; all when there is none. */
      ticked: readonly string[]
    }

/** What the person chose. */
export interface RestoreChoice {
  /** Only with ticked sessions there is a choice. */
  scope: 'all' | 'ticked'
  place: 'origin' | 'folder'
  folder: string
  /** Of a session's kept states: the longest there ever was, or the last. */
  state: 'longest' | 'newest'
}

export type RestoreReply = ReplyOf<typeof restoreSnapshot>

/** The choice that a dialog begins with. */
export function firstChoice(from: RestoreFrom): RestoreChoice {
  const scope = from.kind === 'snapshot' && from.ticked.length > 0 ? 'ticked' : 'all'
  return { scope, place: 'origin', folder: '', state: 'longest' }
}

/** Why there is nothing to plan yet, as a sentence; undefined when the choice is complete. */
export function missingIn({ place, folder }: RestoreChoice): string | undefined {
  if (place === 'origin') return undefined
  const path = folder.trim()
  if (path === '') return 'Say into which folder; it is made if it is not there.'
  if (!/^(\/|[A-Za-z]:[\\/])/.test(path)) return 'The folder must be a whole path, such as /home/me/restored.'
  return undefined
}

/** Plans or makes the restore that was chosen. */
export function runRestore(
  from: RestoreFrom,
  choice: RestoreChoice,
  { dryRun, skipRefused, plan, signal }: PlanRun,
): Promise<RestoreReply> {
  const where = choice.place === 'folder' ? { to: choice.folder.trim() } : {}
  const how = { ...where, dryRun, skipRefused, ...(plan !== undefined && { plan }) }
  const extra = signal ? { signal } : {}
  if (from.kind === 'session') {
    const body = { ...how, newest: choice.state === 'newest' }
    return call(restoreSession, { params: { sessionId: from.sessionId }, body, ...extra })
  }
  const body = choice.scope === 'ticked' ? { ...how, sessions: [...from.ticked] } : how
  return call(restoreSnapshot, { params: { snapshotId: from.snapshotId }, body, ...extra })
}
