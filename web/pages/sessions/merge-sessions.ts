import type { Session } from '../../../server/contract/session.ts'

/** Replaces sessions by their newer state where they stand; `added` are those that were not there. */
export function mergeSessions(
  sessions: readonly Session[],
  newer: readonly Session[],
): { sessions: Session[]; added: Session[] } {
  const fresh = new Map(newer.map((session) => [session.id, session]))
  const merged = sessions.map((session) => {
    const found = fresh.get(session.id)
    fresh.delete(session.id)
    return found ?? session
  })
  return { sessions: merged, added: [...fresh.values()] }
}

/** Leaves out what came before, as when a session moved to an earlier page between two readings. */
export function withoutRepeats(sessions: readonly Session[]): Session[] {
  return [...new Map(sessions.map((session) => [session.id, session])).values()]
}
