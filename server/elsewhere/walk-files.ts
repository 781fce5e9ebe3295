import { lstatSync, opendirSync, statSync, type Dirent, type Stats } from 'node:fs'
import { join, relative } from 'node:path'

/** A folder to search, or a file. */
export interface SearchRoot {
  path: string
  area: 'project' | 'agent'
  /** Only files that lie directly in it: the home folder is no project, even if an agent was started there. */
  isShallow: boolean
}

/** A file that may be looked into. */
export interface FoundFile {
  path: string
  size: number
}

/** Folders that hold what others made, or what is no text. */
const SKIPPED_FOLDERS = new Set(['node_modules', '__pycache__', '.venv', '.tox', '.gradle', '.cache'])
/** Of a repository only settings and hooks are of interest. */
const SKIPPED_IN_GIT = new Set(['objects', 'lfs', 'refs', 'logs', 'modules'])

/**
 * All ordinary files below a folder. Links are not followed but for the folder itself, which may stand elsewhere; folders of `excluded`
 * and of other file systems are left out. What cannot be read is told and passed over.
 */
export function* walkFiles(
  root: SearchRoot,
  excluded: ReadonlySet<string>,
  onUnreadable: () => void,
): Generator<FoundFile> {
  const first = statusOf(root.path, statSync, onUnreadable)
  if (first?.isFile()) yield { path: root.path, size: first.size }
  if (!first?.isDirectory()) return
  const folders = [root.path]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder, onUnreadable)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!root.isShallow && !excluded.has(path) && !isSkipped(path, entry.name)) folders.push(path)
      } else if (entry.isFile()) {
        const found = statusOf(path, lstatSync, onUnreadable)
        if (found !== null && found.dev === first.dev) yield { path, size: found.size }
      }
    }
  }
}

/** True when one folder lies in the other, or is it. */
export function liesIn(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('..\\') || /^[A-Za-z]:/.test(way))
}

function isSkipped(path: string, name: string): boolean {
  return SKIPPED_FOLDERS.has(name) || (SKIPPED_IN_GIT.has(name) && /[/\\]\.git[/\\][^/\\]+$/.test(path))
}

function* entriesOf(folder: string, onUnreadable: () => void): Generator<Dirent> {
  let open
  try {
    open = opendirSync(folder)
  } catch {
    return onUnreadable()
  }
  try {
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) yield entry
  } catch {
    onUnreadable()
  } finally {
    open.closeSync()
  }
}

function statusOf(path: string, look: (path: string) => Stats, onUnreadable: () => void): Stats | null {
  try {
    return look(path)
  } catch {
    onUnreadable()
    return null
  }
}
