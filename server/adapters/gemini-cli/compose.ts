import { createHash } from 'node:crypto'
import type { Composition, Conversation, Host, SessionComposer, Turn } from '../adapter.ts'
import { geminiForks } from './fork.ts'
import { geminiDir, pathsOf } from './locate.ts'

/**
 * A folder that is no project's: the client cleans the sessions of the project that it is started in, and takes one from
 * anywhere with `--session-file`.
 */
const FOLDER = 'lossless-handoff'

/** Makes sessions that `gemini --session-file` takes, of text alone. */
export const geminiComposer: SessionComposer = { idFrom: (seed) => geminiForks.idFrom(seed), compose }

function compose(conversation: Conversation, host: Host): Composition {
  const { nativeId, cwd, turns, now } = conversation
  const path = pathsOf(host)
  const root = path.join(geminiDir(host), 'tmp')
  const times = timesOf(turns, now)
  const time = new Date(now).toISOString()
  const header = {
    sessionId: `${nativeId}-${idOf(nativeId, 'session').slice(9)}`,
    projectHash: createHash('sha256')
      .update(cwd ?? '')
      .digest('hex'),
    startTime: times[0] ?? time,
    lastUpdated: times.at(-1) ?? time,
    kind: 'main',
    ...(cwd === null ? {} : { directories: [cwd] }),
  }
  const messages = turns.map((turn, index) => messageOf(turn, idOf(nativeId, `turn ${index}`), times[index] ?? time))
  const lines = [header, ...messages].map((record) => JSON.stringify(record))
  const stamp = time.slice(0, 16).replaceAll(':', '-')
  return {
    path: path.join(root, FOLDER, 'chats', `session-${stamp}-${nativeId}.jsonl`),
    root,
    mode: 0o644,
    bytes: Buffer.from(`${lines.join('\n')}\n`),
    losses: [],
  }
}

function messageOf({ role, texts }: Turn, id: string, timestamp: string) {
  if (role === 'user') return { id, timestamp, type: 'user', content: texts.map((text) => ({ text })) }
  return { id, timestamp, type: 'gemini', content: texts.join('\n\n'), thoughts: [], tokens: null }
}

/** Order is by the file; times that run backwards would only look odd. */
function timesOf(turns: readonly Turn[], now: number): string[] {
  let at = 0
  return turns.map((turn, index) => {
    at = Math.max(at, turn.at ?? (index === 0 ? now : at))
    return new Date(at).toISOString()
  })
}

/** In the form of a uuid. */
function idOf(nativeId: string, what: string): string {
  const hex = createHash('sha256').update(`${nativeId} ${what}`).digest('hex').slice(0, 32)
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5')
}
