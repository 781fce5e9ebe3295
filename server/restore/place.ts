import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'

/** Where a kept file belongs on this machine. */
export interface Place {
  path: string
  /** The agent's folder that it has to stay in. */
  root: string
  /** Its way below the agent's own folder, for laying it out elsewhere. */
  below: string
  /** Why nothing is written there, as a sentence; it can still be laid out elsewhere. */
  refused?: string
}

/** What is known of an agent's folders here. */
export interface AgentPlaces {
  /** Folders, and single files, that the agent writes. */
  roots: readonly string[]
  /** True when the agent would take a file at this path for the same session's. */
  accepts(path: string): boolean
}

/**
 * The place for a file that was kept from `path`: the same one when it lies in a folder of the agent here, else the one
 * that corresponds to it, for a vault that comes from another machine or another home. Null when there is none.
 */
export function placeOf(path: string, { roots, accepts }: AgentPlaces): Place | null {
  for (const root of roots) {
    const way = relative(root, path)
    if (way === '' && accepts(path)) return placeIn(root, '')
    if (way !== '' && isBelow(way) && accepts(path)) return placeIn(root, way)
  }
  return movedPlace(path, roots, accepts)
}

/** Looks for the end of one of the agent's folders in the path: the longer, the surer. */
function movedPlace(path: string, roots: readonly string[], accepts: (path: string) => boolean): Place | null {
  const parts = path.split(/[\\/]/)
  const ends = roots.map((root) => ({ root, names: root.split(sep).filter((name) => name !== '') }))
  const longest = Math.max(0, ...ends.map(({ names }) => names.length))
  for (let length = longest; length > 0; length -= 1) {
    for (const { root, names } of ends) {
      if (names.length < length) continue
      for (const rest of restsAfter(parts, names.slice(-length))) {
        if (rest.includes('..') || !accepts(join(root, ...rest))) continue
        return placeIn(root, join(...rest))
      }
    }
  }
  return null
}

/** What follows the names in the path, for each time that they occur, the last one first. */
function restsAfter(parts: readonly string[], names: readonly string[]): string[][] {
  const rests: string[][] = []
  for (let at = parts.length - names.length; at >= 0; at -= 1) {
    if (names.every((name, index) => parts[at + index] === name)) rests.push(parts.slice(at + names.length))
  }
  return rests
}

function placeIn(root: string, way: string): Place {
  const isFile = way === '' || way === '.'
  if (isFile) return { path: root, root: dirname(root), below: basename(root) }
  return { path: join(root, way), root, below: join(basename(root), way) }
}

function isBelow(way: string): boolean {
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
