import type { SnapshotSession } from '../../../server/contract/snapshots.ts'

/** How a session's files stand now beside what the snapshot names. */
export type Standing = 'gone' | 'rewritten' | 'shorter' | 'grown' | 'same'

/** The order of importance: what is in danger comes first. */
export const standings: readonly Standing[] = ['gone', 'rewritten', 'shorter', 'grown', 'same']

/** The worst that is true of any of its files. */
export function standingOf({ sources }: SnapshotSession): Standing {
  const found = new Set(sources.map((source) => sourceStanding(source)))
  return standings.find((standing) => found.has(standing)) ?? 'same'
}

/** How one file stands now. */
export function sourceStanding({ state, bytes, bytesNow }: SnapshotSession['sources'][number]): Standing {
  if (state !== 'present') return state
  if (bytesNow === bytes) return 'same'
  return bytesNow > bytes ? 'grown' : 'shorter'
}

/** Which sessions of a snapshot to show. */
export interface SessionsFilter {
  words: string
  standing: Standing | undefined
}

/** Reads a filter from the address. */
export function readSessionsFilter(query: URLSearchParams): SessionsFilter {
  const named = query.get('now')
  return { words: query.get('q') ?? '', standing: standings.find((standing) => standing === named) }
}

/** A line of the list: a project, or a session of it. */
export type SnapshotSessionRow =
  | { kind: 'project'; key: string; isHead: true; path: string | null; ids: readonly string[] }
  | { kind: 'session'; key: string; isHead: false; session: SnapshotSession }

/** Lays the sessions that pass the filter out under their projects. */
export function toSessionRows(sessions: readonly SnapshotSession[], filter: SessionsFilter): SnapshotSessionRow[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean)
  const passing = sessions.filter((session) => {
    const text = `${session.title} ${session.projectPath ?? ''} ${session.id}`.toLowerCase()
    if (!words.every((word) => text.includes(word))) return false
    return filter.standing === undefined || standingOf(session) === filter.standing
  })
  const rows: SnapshotSessionRow[] = []
  for (const [path, group] of Map.groupBy(passing, ({ projectPath }) => projectPath)) {
    rows.push({
      kind: 'project',
      key: `project:${path ?? 'none'}`,
      isHead: true,
      path,
      ids: group.map(({ id }) => id),
    })
    for (const session of group) rows.push({ kind: 'session', key: session.id, isHead: false, session })
  }
  return rows
}

/** How many sessions stand how. */
export function countStandings(sessions: readonly SnapshotSession[]): Record<Standing, number> {
  const counts: Record<Standing, number> = { gone: 0, rewritten: 0, shorter: 0, grown: 0, same: 0 }
  for (const session of sessions) counts[standingOf(session)] += 1
  return counts
}
