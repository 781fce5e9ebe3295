import { posix, win32, type PlatformPath } from 'node:path'
import type { Host, Root, Source } from '../adapter.ts'

/** The database of one session. */
export const STORE = 'store.db'
const ENDING = '.jsonl'
/** Folders that have a folder for each session: by projects, and of editors that speak the protocol for agents. */
const CHATS = 'chats'
const ACP = 'acp-sessions'

const SESSION_ID = /^[\w-]{1,120}$/

/** Folders in which the agent keeps its files: the one that is named, else the usual ones. */
export function cursorDirs(host: Host): string[] {
  const path = pathsOf(host)
  const stated = (host.env['CURSOR_CONFIG_DIR'] ?? '').trim()
  if (stated !== '') return [path.resolve(host.homeDir, stated)]
  const home = path.join(host.homeDir, '.cursor')
  const config = (host.env['XDG_CONFIG_HOME'] ?? '').trim()
  return host.platform === 'linux' && config !== '' ? [home, path.join(config, 'cursor')] : [home]
}

/** Folders that are watched. */
export function roots(host: Host): Root[] {
  return cursorDirs(host).flatMap((dir) =>
    [CHATS, ACP, 'projects'].map((name) => ({ path: pathsOf(host).join(dir, name) })),
  )
}

/** Where the rows of a session are said to stand: as if its database were a folder. */
export function rowsPath(database: string, nativeId: string): string {
  return `${database}${database.includes('\\') ? '\\' : '/'}${nativeId}${ENDING}`
}

/** The session of a database: what its folder is called. Null when it can be none. */
export function idOfStore(database: string): string | null {
  const name = database.split(/[\\/]/).at(-2) ?? ''
  return SESSION_ID.test(name) ? name : null
}

/** Says what a path is: rows of a database, or a file that is kept. */
export function classify(file: string, host: Host): Source | null {
  const path = pathsOf(host)
  for (const dir of cursorDirs(host)) {
    const relative = path.relative(dir, file)
    if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) continue
    const [area = '', ...rest] = relative.split(path.sep)
    if (area === CHATS) return inChat(rest.slice(1), file)
    if (area === ACP) return inChat(rest, file)
    if (area === 'projects') return inProject(rest, file)
  }
  return null
}

function inChat([id = '', name = '', ...rest]: string[], path: string): Source | null {
  if (!SESSION_ID.test(id)) return null
  const companion: Source = { agent: 'cursor-cli', path, role: 'companion', nativeId: id, subagentId: null }
  if (name === STORE) {
    const isRows = rest.length === 1 && rest[0] === `${id}${ENDING}`
    return isRows ? { ...companion, role: 'session', isRows: true } : null
  }
  return rest.length === 0 && (name === 'meta.json' || name === 'prompt_history.json') ? companion : null
}

/** `<slug>/agent-transcripts/<id>/<id>.jsonl`, `…/subagents/<sub>.jsonl`; older `agent-transcripts/<id>.txt`. */
function inProject([, area, ...rest]: string[], path: string): Source | null {
  if (area !== 'agent-transcripts') return null
  const [first = '', second = '', third = ''] = rest
  const companion: Source = { agent: 'cursor-cli', path, role: 'companion', nativeId: null, subagentId: null }
  if (rest.length === 1 && first.endsWith('.txt')) return { ...companion, nativeId: first.slice(0, -4) }
  if (!SESSION_ID.test(first)) return null
  if (rest.length === 2 && second === `${first}${ENDING}`) return { ...companion, nativeId: first }
  const isSub = rest.length === 3 && second === 'subagents' && third.endsWith(ENDING)
  return isSub ? { ...companion, nativeId: first } : null
}

function pathsOf(host: Host): PlatformPath {
  return host.platform === 'win32' ? win32 : posix
}
