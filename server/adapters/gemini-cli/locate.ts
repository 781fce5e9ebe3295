import { posix, win32, type PlatformPath } from 'node:path'
import type { Host, Root, Source } from '../adapter.ts'

/** Characters of a session's id that stand in the name of its file; by them the agent itself knows what belongs together. */
export const ID_IN_NAME = 8

/** What is watched below the agent's folder. */
const WATCHED = ['tmp', 'history', 'projects.json']

/** Never kept: locks, half-written files, what git writes anew at every step. */
const NEVER_KEPT = /(?:\.lock|\.tmp|\.swp|~)$|\.tmp-\d+$|^\.DS_Store$/

/** `session-2026-11-22T06-49-c4489d41.jsonl`; an imported one has milliseconds in the place of the time. */
const SESSION_FILE = /^session-.+-([0-9a-zA-Z_]{1,8})\.jsonl?$/
/** Set aside by the agent because it could not be read. */
const SET_ASIDE = /^session-.+-([0-9a-zA-Z_]{1,8})\.jsonl?\.unreadable-/
const SUBAGENT_FILE = /^(.+)\.jsonl$/

/** The agent's folder: below `GEMINI_CLI_HOME`, else below the home. */
export function geminiDir(host: Host): string {
  const path = pathsOf(host)
  const stated = (host.env['GEMINI_CLI_HOME'] ?? '').trim()
  return path.join(path.resolve(host.homeDir, stated === '' ? '.' : stated), '.gemini')
}

/** Folders, and the one file, that are watched. */
export function roots(host: Host): Root[] {
  const dir = geminiDir(host)
  return WATCHED.map((name) => ({ path: pathsOf(host).join(dir, name) }))
}

/** Says what a file is by its path alone. */
export function classify(file: string, host: Host): Source | null {
  const path = pathsOf(host)
  const relative = path.relative(geminiDir(host), file)
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return null
  const parts = relative.split(path.sep)
  if (NEVER_KEPT.test(parts.at(-1) ?? '')) return null
  const companion: Source = { agent: 'gemini-cli', path: file, role: 'companion', nativeId: null, subagentId: null }
  const [area, , place, ...rest] = parts
  if (area === 'projects.json' && parts.length === 1) return companion
  if (area === 'history') return isShadow(parts) ? companion : null
  if (area !== 'tmp' || place === undefined) return null
  return classifyInProject(place, rest, companion)
}

/** The id that a session has here: what its file's name holds of its own. */
export function shortId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, ID_IN_NAME)
}

function classifyInProject(place: string, rest: string[], companion: Source): Source | null {
  if (place === 'chats') return classifyChat(rest, companion)
  if (place === 'tool-outputs') return { ...companion, nativeId: idOfFolder(rest[0]) }
  if (place === 'checkpoints' && rest.length === 1) return companion
  const isBeside = place === 'logs.json' || place === '.project_root' || /^checkpoint.*\.json$/.test(place)
  return isBeside && rest.length === 0 ? companion : null
}

function classifyChat(rest: string[], companion: Source): Source | null {
  const [first = '', second] = rest
  if (second === undefined) {
    const nativeId = SESSION_FILE.exec(first)?.[1]
    if (nativeId !== undefined) return { ...companion, role: 'session', nativeId }
    return { ...companion, nativeId: SET_ASIDE.exec(first)?.[1] ?? null }
  }
  const subagentId = rest.length === 2 ? SUBAGENT_FILE.exec(second)?.[1] : undefined
  const nativeId = shortId(first)
  return subagentId === undefined
    ? { ...companion, nativeId }
    : { ...companion, role: 'subagent', nativeId, subagentId }
}

/** `session-<id>` below `tool-outputs`; older versions put the files there directly. */
function idOfFolder(name: string | undefined): string | null {
  const id = /^session-(.+)$/.exec(name ?? '')?.[1]
  return id === undefined ? null : shortId(id)
}

/** Of the shadow repository: what its commits consist of. The rest says nothing or is written anew all the time. */
function isShadow(parts: string[]): boolean {
  if (parts.length === 3 && parts[2] === '.project_root') return true
  return parts[2] === '.git' && /^(?:objects|refs|HEAD|packed-refs|logs)$/.test(parts[3] ?? '')
}

/** How paths are written on the host. */
export function pathsOf(host: Host): PlatformPath {
  return host.platform === 'win32' ? win32 : posix
}
