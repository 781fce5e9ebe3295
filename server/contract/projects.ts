import { z } from 'zod'
import { AgentId } from './agent.ts'
import { defineRoute } from './route.ts'
import { Session, SessionId } from './session.ts'

/** A folder that sessions worked in. Folders that a path mapping brings together are one project. */
export const Project = z.object({
  /** Where it is on this machine now, by the path mappings. */
  path: z.string(),
  /** The agents that worked in it, those with the most sessions first. */
  agents: z.array(AgentId),
  sessions: z.number().int(),
  /** Of its first and its last event; null where no record names a time. */
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
})
export type Project = z.infer<typeof Project>

export const listProjects = defineRoute({
  method: 'GET',
  path: '/api/projects',
  summary: 'Lists the projects that sessions worked in, the last active first.',
  area: 'Projects',
  reply: z.object({ items: z.array(Project) }),
})

/** What the timeline of a project marks. */
export const MARK_KINDS = ['prompt', 'edit', 'error', 'compaction', 'commit'] as const
export type MarkKind = (typeof MARK_KINDS)[number]

/** A session as the timeline of its project shows it. */
export const ProjectSession = Session.pick({
  id: true,
  agent: true,
  title: true,
  projectPath: true,
  startedAt: true,
  endedAt: true,
  isLive: true,
  events: true,
  prompts: true,
  filesChanged: true,
  linesAdded: true,
  linesRemoved: true,
}).extend({
  /** Of a sub-agent: the session that started it. Its marks belong to that one's. */
  parentId: SessionId.nullable(),
})
export type ProjectSession = z.infer<typeof ProjectSession>

/** The marks of all sessions of a project in columns, one row per mark, in the order of time. */
export const ProjectTimeline = z.object({
  path: z.string(),
  /** The project's folders as agents knew them: one, unless it moved. */
  folders: z.array(z.string()),
  /** The first begun first; sub-agents stand behind the others. */
  sessions: z.array(ProjectSession),
  /** Sessions, the oldest ones, that are left out because there are too many. */
  leftOut: z.number().int(),
  /** Index into `sessions`. */
  session: z.array(z.number().int()),
  seq: z.array(z.number().int()),
  /** Milliseconds since 1970; never runs backwards inside a session. A missing time repeats the one before; 0 where there is none. */
  at: z.array(z.number()),
  /** Index into `MARK_KINDS`: prompt, edit, error, compaction, commit. Prompts to sub-agents are no marks. */
  kind: z.array(z.number().int()),
  /** Row, and in short what a prompt, an error or a commit says. */
  texts: z.array(z.tuple([z.number().int(), z.string()])),
  /** Row, index into `paths`, lines added, lines removed; an edit may change several files. */
  edits: z.array(z.tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()])),
  /** Relative to the project where inside it, else absolute. */
  paths: z.array(z.string()),
})
export type ProjectTimeline = z.infer<typeof ProjectTimeline>

export const getProjectTimeline = defineRoute({
  method: 'GET',
  path: '/api/projects/timeline',
  summary: 'Returns what all sessions of a project did, in one order of time.',
  area: 'Projects',
  query: z.object({
    /** The project's folder, as an agent knew it or as it is now. */
    path: z.string().min(1).max(4096),
  }),
  reply: ProjectTimeline,
  // Tens of thousands of marks: checking them costs more than finding them.
  trustReply: true,
})
