import {
  MARK_KINDS,
  type MarkKind,
  type ProjectSession,
  type ProjectTimeline,
} from '../../../server/contract/projects.ts'
import type { Timeline } from '../../../server/contract/sessions.ts'

/** A file that an edit changed; the path relative to the project where inside it. */
export interface FileEdit {
  path: string
  added: number
  removed: number
}

/** One thing that the timeline of a project marks. */
export interface Mark {
  /** Index of the session that did it; of a sub-agent its own. */
  session: number
  seq: number
  /** Milliseconds since 1970; 0 where no time is known. */
  at: number
  kind: MarkKind
  /** In short what a prompt, an error or a commit says; empty where that is not known. */
  text: string
  /** What an edit changed; empty for other kinds. */
  files: readonly FileEdit[]
}

/** The marks of a project's timeline, in their order. */
export function readMarks(timeline: ProjectTimeline): Mark[] {
  const texts = new Map(timeline.texts)
  const files = new Map<number, FileEdit[]>()
  for (const [row, path, added, removed] of timeline.edits) {
    const inside = files.get(row) ?? []
    inside.push({ path: timeline.paths[path] ?? '', added, removed })
    files.set(row, inside)
  }
  return timeline.session.map((session, row) => ({
    session,
    seq: timeline.seq[row] ?? 0,
    at: timeline.at[row] ?? 0,
    kind: MARK_KINDS[timeline.kind[row] ?? 0] ?? 'prompt',
    text: texts.get(row) ?? '',
    files: files.get(row) ?? [],
  }))
}

/** What a session that grows adds: the marks of the new part of its own timeline. */
export interface Growth {
  session: ProjectSession
  index: number
  timeline: Timeline
  folders: readonly string[]
  /** The time of the session's last mark before. */
  latest: number
}

/** Makes marks of the part that a session grew by. What errors and commits say is not in it. */
export function marksOfGrowth({ session, index, timeline, folders, latest }: Growth): Mark[] {
  const first = timeline.length - timeline.at.length
  const make = (seq: number, kind: MarkKind): Mark => ({
    session: index,
    seq,
    at: timeline.at[seq - first] ?? 0,
    kind,
    text: '',
    files: [],
  })
  const edits = new Map<number, FileEdit[]>()
  for (const [seq, path, added, removed] of timeline.edits) {
    const inside = edits.get(seq) ?? []
    inside.push({ path: relativeTo(folders, timeline.paths[path] ?? ''), added, removed })
    edits.set(seq, inside)
  }
  const prompts = session.parentId === null ? timeline.prompts : []
  const marks: Mark[] = [
    ...prompts.map(([seq, text]) => ({ ...make(seq, 'prompt'), text })),
    ...[...edits].map(([seq, files]) => ({ ...make(seq, 'edit'), files })),
    ...timeline.errors.map((seq) => make(seq, 'error')),
    ...timeline.compactions.map(({ seq }) => make(seq, 'compaction')),
    ...timeline.commits.map((seq) => make(seq, 'commit')),
  ].sort((a, b) => a.seq - b.seq)
  let time = latest
  for (const mark of marks) {
    time = Math.max(time, mark.at)
    mark.at = time
  }
  return marks
}

/** All marks in the order of time; of the same time in that of the sessions, as the server orders them. */
export function mergeMarks(marks: readonly Mark[], more: readonly Mark[]): Mark[] {
  return [...marks, ...more].sort((a, b) => a.at - b.at || a.session - b.session || a.seq - b.seq)
}

/** One session's row: the session, and the positions of its marks and those of its sub-agents. */
export interface Lane {
  session: ProjectSession
  positions: number[]
  byKind: Record<MarkKind, number[]>
}

/** The rows of the timeline, the first begun first. */
export function lanesOf(sessions: readonly ProjectSession[], marks: readonly Mark[]): Lane[] {
  const lanes = sessions.filter(({ parentId }) => parentId === null).map(emptyLane)
  const byId = new Map(lanes.map((lane) => [lane.session.id, lane]))
  const ofSession = sessions.map(({ id, parentId }) => byId.get(parentId ?? id))
  for (const [position, mark] of marks.entries()) {
    const lane = ofSession[mark.session]
    lane?.positions.push(position)
    lane?.byKind[mark.kind].push(position)
  }
  return lanes
}

function emptyLane(session: ProjectSession): Lane {
  return { session, positions: [], byKind: { prompt: [], edit: [], error: [], compaction: [], commit: [] } }
}

function relativeTo(folders: readonly string[], path: string): string {
  const folder = folders.find((one) => path.startsWith(`${one}/`))
  return folder === undefined ? path : path.slice(folder.length + 1)
}
