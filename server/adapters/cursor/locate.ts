import { posix, win32, type PlatformPath } from 'node:path'
import type { Host, Root, Source } from '../adapter.ts'

const DATABASE = 'state.vscdb'
const ENDING = '.jsonl'

/** A composer's id: a uuid, with a word before it at times. */
const COMPOSER_ID = /^[\w-]{1,120}$/

/** The folder in which the editor keeps what belongs to its user; it need not exist. */
export function userDir(host: Host): string {
  const path = pathsOf(host)
  switch (host.platform) {
    case 'darwin':
      return path.join(host.homeDir, 'Library', 'Application Support', 'Cursor', 'User')
    case 'win32':
      return path.join(told(host, 'APPDATA') ?? path.join(host.homeDir, 'AppData', 'Roaming'), 'Cursor', 'User')
    default:
      return path.join(told(host, 'XDG_CONFIG_HOME') ?? path.join(host.homeDir, '.config'), 'Cursor', 'User')
  }
}

/** The database that holds all conversations. */
export function globalDatabase(host: Host): string {
  return pathsOf(host).join(userDir(host), 'globalStorage', DATABASE)
}

/** The folder that has a folder for each workspace. */
export function workspacesDir(host: Host): string {
  return pathsOf(host).join(userDir(host), 'workspaceStorage')
}

/** Folders of databases: these are looked at from time to time, not watched. */
export function roots(host: Host): Root[] {
  const dir = userDir(host)
  return ['globalStorage', 'workspaceStorage'].map((name) => ({ path: pathsOf(host).join(dir, name), isPolled: true }))
}

/** Where the rows of a composer are said to stand: as if the database were a folder. */
export function composerPath(database: string, composerId: string): string {
  return `${database}${database.includes('\\') ? '\\' : '/'}${composerId}${ENDING}`
}

/** Says which composer's rows a path is. */
export function classify(file: string, host: Host): Source | null {
  const path = pathsOf(host)
  if (path.dirname(file) !== globalDatabase(host) || !file.endsWith(ENDING)) return null
  const nativeId = path.basename(file).slice(0, -ENDING.length)
  if (!COMPOSER_ID.test(nativeId)) return null
  return { agent: 'cursor', path: file, role: 'session', nativeId, subagentId: null, isRows: true }
}

/** True when a composer can be kept under its id. */
export function isComposerId(text: string): boolean {
  return COMPOSER_ID.test(text)
}

function pathsOf(host: Host): PlatformPath {
  return host.platform === 'win32' ? win32 : posix
}

function told(host: Host, name: string): string | null {
  const value = (host.env[name] ?? '').trim()
  return value === '' ? null : value
}
