import { posix, win32, type PlatformPath } from 'node:path'
import type { Host, Root, Source } from '../adapter.ts'

/** What is watched below the agent's folder; never the folder itself, which holds keys and databases. */
const WATCHED = ['sessions', 'archived_sessions', 'history.jsonl', 'session_index.jsonl']

/** What the name of a compressed rollout ends with. */
const PACKED = '.zst'

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/** `rollout-2026-11-22T06-49-31-<thread>.jsonl`; a later segment of a thread has an id of its own behind it. */
const ROLLOUT = new RegExp(`^rollout-.+?-(${UUID})(?:_[0-9a-zA-Z-]+)?\\.jsonl(\\.zst)?$`)

/** The agent's folder: `CODEX_HOME`, else `.codex` below the home. */
export function codexDir(host: Host): string {
  const path = pathsOf(host)
  const stated = (host.env['CODEX_HOME'] ?? '').trim()
  return path.resolve(host.homeDir, stated === '' ? '.codex' : stated)
}

/** Folders and files that are watched. */
export function roots(host: Host): Root[] {
  const dir = codexDir(host)
  return WATCHED.map((name) => ({ path: pathsOf(host).join(dir, name) }))
}

/** Says what a file is by its path alone. Whether a rollout is a sub-agent's stands in its first line only. */
export function classify(file: string, host: Host): Source | null {
  const path = pathsOf(host)
  const relative = path.relative(codexDir(host), file)
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return null
  const parts = relative.split(path.sep)
  const companion: Source = { agent: 'codex', path: file, role: 'companion', nativeId: null, subagentId: null }
  if (parts.length === 1) return isList(relative) ? companion : null
  if (parts[0] !== 'sessions' && parts[0] !== 'archived_sessions') return null
  const found = ROLLOUT.exec(parts.at(-1) ?? '')
  if (found?.[1] === undefined) return null
  const nativeId = found[1]
  return found[2] === undefined ? { ...companion, role: 'session', nativeId } : { ...companion, nativeId }
}

/** The rollout that the client has compressed into this file; it writes it again when the session is resumed. */
export function unpacked({ path, role }: Source, host: Host): Source | null {
  return role === 'companion' && path.endsWith(PACKED) ? classify(path.slice(0, -PACKED.length), host) : null
}

/** True for the list of names that people gave to sessions. */
export function isIndex(file: string): boolean {
  return /(?:^|[\\/])session_index\.jsonl$/.test(file)
}

function isList(name: string): boolean {
  return name === 'history.jsonl' || name === 'session_index.jsonl'
}

/** How paths are written on the host. */
export function pathsOf(host: Host): PlatformPath {
  return host.platform === 'win32' ? win32 : posix
}
