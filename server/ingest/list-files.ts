import type { Dirent } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Root } from '../adapters/adapter.ts'

/** A file below a root, as it stands now. */
export interface FoundFile {
  path: string
  size: number
  mtimeMs: number
}

/** How many files are looked at side by side. */
const BATCH = 64

/**
 * Lists the files below a root, or the root itself when it is a file. Links below the root are not followed; what
 * cannot be listed (missing, not permitted, vanished meanwhile) is left out.
 */
export async function* listFiles(root: Root): AsyncGenerator<FoundFile, void> {
  const stats = await stat(root.path).catch(() => null)
  if (stats === null) return
  if (!stats.isDirectory()) {
    if (stats.isFile()) yield { path: root.path, size: stats.size, mtimeMs: stats.mtimeMs }
    return
  }
  const folders = [root.path]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => [])
    const paths: string[] = []
    for (const entry of entries) {
      if (entry.isDirectory()) folders.push(path.join(folder, entry.name))
      else if (entry.isFile()) paths.push(path.join(folder, entry.name))
    }
    for (let first = 0; first < paths.length; first += BATCH) {
      yield* await lookAtFiles(paths.slice(first, first + BATCH))
    }
  }
}

async function lookAtFiles(paths: string[]): Promise<FoundFile[]> {
  const found = await Promise.all(paths.map(lookAtFile))
  return found.filter((file) => file !== null)
}

async function lookAtFile(file: string): Promise<FoundFile | null> {
  const stats = await lstat(file).catch(() => null)
  return stats?.isFile() ? { path: file, size: stats.size, mtimeMs: stats.mtimeMs } : null
}
