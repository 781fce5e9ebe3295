import type { Session } from '../../../server/contract/session.ts'
import { dayOf } from '../../ui/days.ts'

export type Grouping = 'project' | 'day'

/** A line of the list: a heading or a session below it. */
export type ListRow =
  | { kind: 'group'; key: string; label: string; path: string | null; count: number; isFolded: boolean }
  | { kind: 'session'; key: string; session: Session }

interface GroupOptions {
  grouping: Grouping
  /** Keys of the groups whose sessions are hidden. */
  folded: ReadonlySet<string>
  /** Short name of each folder. */
  names: ReadonlyMap<string, string>
  /** Milliseconds since 1970; says which day is today. */
  now: number
}

/** Lays sessions out under headings. Groups and sessions stay in the order in which they come. */
export function toRows(sessions: readonly Session[], options: GroupOptions): ListRow[] {
  const groups = new Map<string, { label: string; path: string | null; sessions: Session[] }>()
  for (const session of sessions) {
    const heading =
      options.grouping === 'project' ? projectHeading(session, options.names) : dayHeading(session, options.now)
    const group = groups.get(heading.key) ?? { label: heading.label, path: heading.path, sessions: [] }
    groups.set(heading.key, group)
    group.sessions.push(session)
  }
  const rows: ListRow[] = []
  for (const [key, { label, path, sessions: inside }] of groups) {
    const isFolded = options.folded.has(key)
    rows.push({ kind: 'group', key, label, path, count: inside.length, isFolded })
    if (!isFolded) for (const session of inside) rows.push({ kind: 'session', key: session.id, session })
  }
  return rows
}

interface Heading {
  key: string
  label: string
  path: string | null
}

function projectHeading({ projectPath }: Session, names: ReadonlyMap<string, string>): Heading {
  if (projectPath === null) return { key: 'project:none', label: 'No project', path: null }
  return { key: `project:${projectPath}`, label: names.get(projectPath) ?? projectPath, path: projectPath }
}

function dayHeading(session: Session, now: number): Heading {
  const at = session.endedAt ?? session.startedAt
  if (!at) return { key: 'day:none', label: 'Without a time', path: null }
  return { ...dayOf(Date.parse(at), now), path: null }
}
