import { posix, win32, type PlatformPath } from 'node:path'
import type { Host, Root, Source } from '../adapter.ts'

const CHAT = '.aider.chat.history.md'
const INPUT = '.aider.input.history'

/** Folder in a project that holds histories made from others: Aider's own ignore rule `.aider*` covers it. */
const FORKS = '.aider.forks'

/** Files in the folder of each project that is known, in the home, and those that the environment names. */
export function roots(host: Host): Root[] {
  const path = pathsOf(host)
  const inFolders = foldersOf(host).flatMap((folder) => [CHAT, INPUT, FORKS].map((name) => path.join(folder, name)))
  return [...new Set([...inFolders, ...namedFiles(host)])].map((place) => ({ path: place }))
}

/** Says what a file is by its path alone. */
export function classify(file: string, host: Host): Source | null {
  const path = pathsOf(host)
  const folder = path.dirname(file)
  const name = path.basename(file)
  const source: Source = { agent: 'aider', path: file, role: 'session', nativeId: null, subagentId: null }
  if (file === named(host, 'AIDER_CHAT_HISTORY_FILE')) return source
  if (file === named(host, 'AIDER_INPUT_HISTORY_FILE') || file === named(host, 'AIDER_LLM_HISTORY_FILE')) {
    return { ...source, role: 'companion' }
  }
  const folders = foldersOf(host)
  if (path.basename(folder) === FORKS) {
    return name.endsWith('.md') && folders.includes(path.dirname(folder)) ? source : null
  }
  if (!folders.includes(folder)) return null
  if (name === CHAT) return source
  return name === INPUT ? { ...source, role: 'companion' } : null
}

/** The folder that paths in a history are meant from: that of the file, for a fork the one above. */
export function projectOf(file: string): string {
  const path = pathsLike(file)
  const folder = path.dirname(file)
  return path.basename(folder) === FORKS ? path.dirname(folder) : folder
}

/** The name of a fork by its file; null for the history that a project's runs share. */
export function forkIdOf(file: string): string | null {
  const path = pathsLike(file)
  return path.basename(path.dirname(file)) === FORKS ? path.basename(file, '.md') : null
}

/** Where a fork stands, and the folder that it has to stay in. */
export function forkPlace(project: string, nativeId: string): { path: string; root: string } {
  const path = pathsLike(project)
  return { path: path.join(project, FORKS, `${nativeId}.md`), root: project }
}

function foldersOf(host: Host): string[] {
  const path = pathsOf(host)
  return [...new Set([host.homeDir, ...(host.projects ?? [])].map((folder) => path.resolve(folder)))]
}

function namedFiles(host: Host): string[] {
  return ['AIDER_CHAT_HISTORY_FILE', 'AIDER_INPUT_HISTORY_FILE', 'AIDER_LLM_HISTORY_FILE'].flatMap(
    (variable) => named(host, variable) ?? [],
  )
}

/** One that is relative is meant from wherever Aider is started, which nobody knows. */
function named(host: Host, variable: string): string | null {
  const value = host.env[variable] ?? ''
  return pathsOf(host).isAbsolute(value) ? pathsOf(host).normalize(value) : null
}

function pathsOf(host: Host): PlatformPath {
  return host.platform === 'win32' ? win32 : posix
}

function pathsLike(file: string): PlatformPath {
  return /^(?:[A-Za-z]:)?\\|^[A-Za-z]:\//.test(file) ? win32 : posix
}
