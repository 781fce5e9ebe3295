import type { FolderCount } from '../../db/stores/project-store.ts'
import type { Project } from '../contract/projects.ts'

/** Brings folders together that are the same place now, the last active first. */
export function projectsOf(counts: readonly FolderCount[], localPath: (path: string) => string): Project[] {
  const byPath = new Map<string, FolderCount[]>()
  for (const count of counts) {
    const path = localPath(count.path)
    byPath.set(path, [...(byPath.get(path) ?? []), count])
  }
  return [...byPath].map(([path, inside]) => ({
    path,
    agents: agentsOf(inside),
    sessions: inside.reduce((sum, { sessions }) => sum + sessions, 0),
    startedAt: toIso(inside.flatMap(({ startedAt }) => startedAt ?? []).reduce(earlier, undefined)),
    endedAt: toIso(inside.flatMap(({ endedAt }) => endedAt ?? []).reduce(later, undefined)),
  }))
}

/** The folders, as agents knew them, of the project that a path names. */
export function foldersOf(
  path: string,
  counts: readonly FolderCount[],
  localPath: (path: string) => string,
): { path: string; folders: string[] } {
  const place = localPath(path)
  const folders = new Set(counts.map((count) => count.path).filter((known) => localPath(known) === place))
  return { path: place, folders: [...folders] }
}

function agentsOf(counts: readonly FolderCount[]): Project['agents'] {
  const sessions = new Map<FolderCount['agent'], number>()
  for (const count of counts) sessions.set(count.agent, (sessions.get(count.agent) ?? 0) + count.sessions)
  return [...sessions].sort(([, a], [, b]) => b - a).map(([agent]) => agent)
}

function earlier(a: number | undefined, b: number): number {
  return a === undefined ? b : Math.min(a, b)
}

function later(a: number | undefined, b: number): number {
  return a === undefined ? b : Math.max(a, b)
}

function toIso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString()
}
