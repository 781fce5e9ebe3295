import { setImmediate } from 'node:timers/promises'
import type { ProjectStore, StoredProjectSession } from '../../db/stores/project-store.ts'
import { MARK_KINDS, type MarkKind, type ProjectTimeline } from '../contract/projects.ts'

/** What of a project is on this machine only. */
export interface TimelineDeps {
  projects: ProjectStore
  isLive(sessionId: string): boolean
}

/** Newer sessions come first; what is beyond these is left out. */
const MOST_SESSIONS = 1000
const MOST_EVENTS = 400_000
/** So many events are looked at before other requests get their turn. */
const EVENTS_AT_ONCE = 2000

interface Mark {
  session: number
  seq: number
  at: number
  kind: MarkKind
  text?: string
  /** Absolute paths. */
  files?: { path: string; added: number; removed: number }[]
}

/** The marks of all sessions of some folders, in one order of time. Sub-agents count as parts of their sessions. */
export async function timelineOf(
  { projects, isLive }: TimelineDeps,
  { path, folders }: { path: string; folders: readonly string[] },
): Promise<ProjectTimeline> {
  const { chosen, leftOut } = chooseSessions(projects, folders)
  const marks: Mark[] = []
  for (const [index, session] of chosen.entries()) marks.push(...(await marksOf(projects, session, index)))
  marks.sort((a, b) => a.at - b.at || a.session - b.session || a.seq - b.seq)
  return {
    path,
    folders: [...folders],
    sessions: chosen.map(({ key: _key, startedAt, endedAt, ...session }) => ({
      ...session,
      startedAt: toIso(startedAt),
      endedAt: toIso(endedAt),
      isLive: isLive(session.id),
    })),
    leftOut,
    ...columnsOf(marks, folders),
  }
}

function chooseSessions(
  projects: ProjectStore,
  folders: readonly string[],
): { chosen: StoredProjectSession[]; leftOut: number } {
  const all = projects.sessionsIn(folders, MOST_SESSIONS)
  let events = 0
  const end = all.findIndex((session) => (events += session.events) > MOST_EVENTS)
  // One session alone is shown however long it is.
  const shown = end === -1 ? all : all.slice(0, Math.max(1, end))
  const subagents = projects.subagentsOf(
    shown.map(({ id }) => id),
    MOST_SESSIONS,
  )
  const chosen = [...shown.sort(byBegin), ...subagents.sort(byBegin)]
  return { chosen, leftOut: all.length - shown.length }
}

function byBegin(a: StoredProjectSession, b: StoredProjectSession): number {
  return (a.startedAt ?? 0) - (b.startedAt ?? 0) || a.key - b.key
}

async function marksOf(projects: ProjectStore, session: StoredProjectSession, index: number): Promise<Mark[]> {
  const marks: Mark[] = []
  for (let after = -1; after < session.events - 1; after += EVENTS_AT_ONCE) {
    marks.push(...marksIn(projects, session, { index, after }))
    await setImmediate()
  }
  let latest = session.startedAt ?? 0
  // A stable order: of one event the prompt comes before the edit, and so on.
  marks.sort((a, b) => a.seq - b.seq)
  for (const mark of marks) {
    latest = Math.max(latest, mark.at)
    mark.at = latest
  }
  return marks
}

function marksIn(
  projects: ProjectStore,
  session: StoredProjectSession,
  { index, after }: { index: number; after: number },
): Mark[] {
  const range = { session: session.key, after, until: after + EVENTS_AT_ONCE }
  const make = (row: { seq: number; at: number | null }, kind: MarkKind): Mark => ({
    session: index,
    seq: row.seq,
    at: row.at ?? 0,
    kind,
  })
  const marks: Mark[] = []
  for (const event of projects.markedEvents(range)) {
    // What a sub-agent was told by its session is nobody's prompt.
    const text = inShort(event.preview ?? '')
    if (event.isPrompt && session.parentId === null) marks.push({ ...make(event, 'prompt'), text })
    if (event.isError) marks.push({ ...make(event, 'error'), text })
    if (event.isCommit) marks.push({ ...make(event, 'commit'), text })
  }
  let edit: Mark | undefined
  for (const { path, added, removed, ...row } of projects.changes(range)) {
    if (edit?.seq !== row.seq) marks.push((edit = { ...make(row, 'edit'), files: [] }))
    edit.files?.push({ path, added, removed })
  }
  for (const row of projects.compactions(range)) marks.push(make(row, 'compaction'))
  return marks
}

function columnsOf(marks: readonly Mark[], folders: readonly string[]) {
  const paths = new Map<string, number>()
  const indexes = new Map<string, number>()
  const indexOf = (path: string) => {
    const known = indexes.get(path)
    if (known !== undefined) return known
    // A project that moved has the same file at two places.
    const shown = relativeTo(folders, path)
    const index = paths.get(shown) ?? paths.size
    paths.set(shown, index)
    indexes.set(path, index)
    return index
  }
  const texts: ProjectTimeline['texts'] = []
  const edits: ProjectTimeline['edits'] = []
  for (const [row, { text, files }] of marks.entries()) {
    if (text) texts.push([row, text])
    for (const { path, added, removed } of files ?? []) {
      edits.push([row, indexOf(path), added, removed])
    }
  }
  return {
    session: marks.map(({ session }) => session),
    seq: marks.map(({ seq }) => seq),
    at: marks.map(({ at }) => at),
    kind: marks.map(({ kind }) => MARK_KINDS.indexOf(kind)),
    texts,
    edits,
    paths: [...paths.keys()],
  }
}

function relativeTo(folders: readonly string[], path: string): string {
  const folder = folders.find((one) => path.startsWith(`${one}/`))
  return folder === undefined ? path : path.slice(folder.length + 1)
}

function inShort(text: string): string {
  return text.slice(0, 240).replace(/\s+/g, ' ').trim().slice(0, 160).toWellFormed()
}

function toIso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
