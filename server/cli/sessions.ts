import { getSession, listSessions } from '../contract/sessions.ts'
import type { Session } from '../contract/session.ts'
import type { Call } from './call.ts'
import { CliError, EXIT_CODES } from './exit-codes.ts'

/**
 * Finds the session that an argument names: its id, its native id, or the beginning of either where only one session
 * begins with it. `latest` is the one that was active last.
 */
export async function findSession(call: Call, name: string): Promise<Session> {
  if (name === 'latest') {
    const [newest] = (await call(listSessions, { query: { limit: 1 } })).items
    if (newest === undefined) throw new CliError(EXIT_CODES.failed, 'There is no session yet.')
    return newest
  }
  // Lists leave sub-agents out: their ids have a third part.
  if (name.split(':').length > 2) return call(getSession, { params: { sessionId: name } })
  const found = new Map<string, Session>()
  const words = name.split(':').at(-1) ?? name
  let cursor: string | undefined
  do {
    const page = await call(listSessions, { query: { q: words, limit: 1000, ...(cursor ? { cursor } : {}) } })
    for (const session of page.items) {
      if (session.id === name || session.nativeId === name) return session
      if (session.id.startsWith(name) || session.nativeId.startsWith(name)) found.set(session.id, session)
    }
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)

  const [only, second] = [...found.values()]
  if (only === undefined) {
    throw new CliError(
      EXIT_CODES.failed,
      `There is no session “${name}”. “lossless sessions” lists those that are here.`,
    )
  }
  if (second !== undefined) {
    const some = [...found.values()].slice(0, 5).map((session) => session.id)
    throw new CliError(
      EXIT_CODES.usage,
      `“${name}” is the beginning of ${found.size} sessions: ${some.join(', ')}${found.size > 5 ? ' …' : ''}. Give more of it.`,
    )
  }
  return only
}

/** Sessions that arguments name, each once. */
export async function findSessions(call: Call, names: readonly string[]): Promise<Session[]> {
  const sessions = new Map<string, Session>()
  for (const name of names) {
    const session = await findSession(call, name)
    sessions.set(session.id, session)
  }
  return [...sessions.values()]
}
