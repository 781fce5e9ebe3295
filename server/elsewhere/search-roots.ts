import { lstatSync, statSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import type { Adapter, Host } from '../adapters/adapter.ts'
import { liesIn, type SearchRoot } from './walk-files.ts'

/**
 * Where known values are looked for: the folders of projects, and the agents' own, each once. A folder that holds the home folder is
 * no project; of it only the files that lie directly in it count.
 */
export function searchRoots(host: Host, adapters: readonly Adapter[]): SearchRoot[] {
  // Without the projects: what agents keep in one is looked into with it.
  const alone = { ...host, projects: [] }
  const ofAgents = adapters
    .flatMap((adapter) => adapter.roots(alone))
    .flatMap(({ path }) => ownPlace(path, host.homeDir) ?? [])
  const roots: SearchRoot[] = [
    ...ofAgents.map((path) => ({ path, area: 'agent' as const, isShallow: false })),
    ...(host.projects ?? [])
      .filter((path) => isAbsolute(path) && isFolder(path))
      .map((path) => ({ path, area: 'project' as const, isShallow: liesIn(host.homeDir, path) })),
  ]
  // Wider ones first, so that one that lies in another is found to be in it.
  const sorted = roots.toSorted((a, b) => Number(a.isShallow) - Number(b.isShallow) || a.path.length - b.path.length)
  const chosen: SearchRoot[] = []
  for (const root of sorted) {
    const isIn = chosen.some((other) => other.path === root.path || (!other.isShallow && liesIn(root.path, other.path)))
    if (!isIn) chosen.push(root)
  }
  return chosen
}

/** The folder in which an agent has all that is its own, `~/.claude` for `~/.claude/projects`; of one that keeps a file, the file. */
function ownPlace(root: string, homeDir: string): string | null {
  if (!isFolder(root)) return lstatSync(root, { throwIfNoEntry: false })?.isFile() ? root : null
  const folder = dirname(root)
  return liesIn(homeDir, folder) ? root : folder
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
