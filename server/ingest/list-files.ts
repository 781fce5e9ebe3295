import { lstatSync, readdirSync, statSync, type Dirent } from 'node:fs'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Root } from '../adapters/adapter.ts'

/** A file below a root, as it stands now. */
export interface FoundFile {
  path: string
  size: number
  mtimeMs: number
}

/** After so many files others get their turn. */
const BATCH = 256

/**
 * Lists the files below a root, or the root itself when it is a file. Links below the root are not followed; what
 * cannot be listed (missing, not permitted, vanished meanwhile) is left out. Looks at files directly: a round through the
 * thread pool for each costs three times as much, and is stuck behind what is being compressed.
 */
export async function* listFiles(root: Root): AsyncGenerator<FoundFile, void> {
  const stats = attempt(() => statSync(root.path))
  if (!stats) return
  if (!stats.isDirectory()) {
    if (stats.isFile()) yield { path: root.path, size: stats.size, mtimeMs: stats.mtimeMs }
    return
  }
  let looked = 0
  const folders = [root.path]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder)) {
      const place = path.join(folder, entry.name)
      if (entry.isDirectory()) folders.push(place)
      if (!entry.isFile()) continue
      const file = lookAtFile(place)
      if (file) yield file
      looked += 1
      if (looked % BATCH === 0) await turn()
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  return attempt(() => readdirSync(folder, { withFileTypes: true })) ?? []
}

function lookAtFile(file: string): FoundFile | null {
  const stats = attempt(() => lstatSync(file))
  return stats?.isFile() ? { path: file, size: stats.size, mtimeMs: stats.mtimeMs } : null
}

function attempt<T>(look: () => T): T | null {
  try {
    return look()
  } catch {
    return null
  }
}
