import type { StoredSession } from '../../db/stores/session-store.ts'
import type { ContextGauge, Session } from '../contract/session.ts'

/** What of a session depends on this moment and this machine. */
export interface Surroundings {
  isLive(sessionId: string): boolean
  /** True when it came from another Lossless. */
  isImported(sessionId: string): boolean
  /** Where a folder is now, by the path mappings. */
  localPath(path: string): string
  /** How full its context is; for a running session with the turns that are left. */
  gauge(session: StoredSession): ContextGauge | null
}

/** A session as the API shows it. */
export function present(stored: StoredSession, surroundings: Surroundings): Session {
  const { key: _key, activeAt: _activeAt, version: _version, parentCallId: _call, ...rest } = stored
  const { subagentType: _type, subagentDescription: _description, ...session } = rest
  return {
    ...session,
    isLive: surroundings.isLive(stored.id),
    context: surroundings.gauge(stored),
    localPath: stored.projectPath === null ? null : surroundings.localPath(stored.projectPath),
    ...(surroundings.isImported(stored.id) && { isImported: true }),
  }
}
