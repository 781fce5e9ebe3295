import type { PathMapping } from '../contract/system.ts'

/** Puts a path where it is now: the mapping with the longest `from` that is the path or a parent of it counts. */
export function mapPath(path: string, mappings: readonly PathMapping[]): string {
  let best: PathMapping | undefined
  for (const mapping of mappings) {
    if (reaches(mapping, path) && mapping.from.length > (best?.from.length ?? -1)) best = mapping
  }
  if (!best) return path
  const rest = path.slice(trimmed(best.from).length)
  return trimmed(best.to) + (rest === '' ? '' : toStyleOf(best.to, rest))
}

/** True when the mapping says something about the path. */
export function reaches(mapping: PathMapping, path: string): boolean {
  const from = trimmed(mapping.from)
  return path === from || path.startsWith(`${from}/`) || path.startsWith(`${from}\\`)
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/[/\\]+$/, '') : path
}

/** A Windows path that is mapped to a folder here gets slashes, and the other way round. */
function toStyleOf(target: string, rest: string): string {
  return /^[A-Za-z]:\\/.test(target) ? rest.replaceAll('/', '\\') : rest.replaceAll('\\', '/')
}
