import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The folders among these that are on this machine, each with the root of the repository that it lies in: agents that
 * keep sessions inside of projects put them there.
 */
export function projectFolders(paths: readonly string[]): string[] {
  const found = new Set<string>()
  for (const path of paths) {
    if (!isFolder(path)) continue
    found.add(path)
    const root = repositoryOf(path)
    if (root !== null) found.add(root)
  }
  return [...found]
}

function repositoryOf(path: string): string | null {
  for (let folder = path; ; folder = dirname(folder)) {
    // Of a work tree beside another, `.git` is a file.
    if (statSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined) return folder
    if (dirname(folder) === folder) return null
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    // Missing, or not to be seen: nothing of it can be read.
    return false
  }
}
