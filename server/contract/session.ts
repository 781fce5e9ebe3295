import { z } from 'zod'
import { AgentId } from './agent.ts'

/** `<agent>:<native id>`; a sub-agent's session is `<agent>:<parent native id>:<agent's own id>`. */
export const SessionId = z.string().min(3).max(400)
export type SessionId = z.infer<typeof SessionId>

export const SourceState = z.enum(['present', 'gone', 'rewritten'])
export type SourceState = z.infer<typeof SourceState>

/** Tokens as the agent reported them, each model answer counted once. */
export const Tokens = z.object({
  input: z.number().int(),
  output: z.number().int(),
  cacheRead: z.number().int(),
  cacheWrite: z.number().int(),
})
export type Tokens = z.infer<typeof Tokens>

/** How full the model's context is, in tokens; null while nothing is known. */
export const ContextGauge = z.object({
  used: z.number().int(),
  window: z.number().int(),
  /** Turns until the agent compacts, predicted from how the context grew; null when that cannot be said. */
  turnsLeft: z.number().int().nullable().optional(),
})
export type ContextGauge = z.infer<typeof ContextGauge>

/** How every line of a session's sources was accounted for; the four parts add up to `total`. */
export const LineCount = z.object({
  total: z.number().int(),
  /** Lines that became one or more events. */
  events: z.number().int(),
  /** Lines that say something about the session (titles, snapshots, queues …), repeated records included. */
  bookkeeping: z.number().int(),
  /** Lines that could not be understood; they are kept and listed. */
  problems: z.number().int(),
  blank: z.number().int(),
})
export type LineCount = z.infer<typeof LineCount>

/** A session as lists show it. */
export const Session = z.object({
  id: SessionId,
  agent: AgentId,
  nativeId: z.string(),
  title: z.string(),
  /** The project's folder as the agent knew it; null when no record names one. */
  projectPath: z.string().nullable(),
  /** The same folder on this machine, when a path mapping moves it. */
  localPath: z.string().nullable(),
  gitBranch: z.string().nullable(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  isLive: z.boolean(),
  events: z.number().int(),
  prompts: z.number().int(),
  compactions: z.number().int(),
  toolCalls: z.number().int(),
  errors: z.number().int(),
  models: z.array(z.string()),
  tokens: Tokens,
  /** US dollars by the dated price table; null when a model has no price. Sub-agents included, as for `tokens`. */
  costUsd: z.number().nullable(),
  context: ContextGauge.nullable(),
  filesChanged: z.number().int(),
  linesAdded: z.number().int(),
  linesRemoved: z.number().int(),
  sourceState: SourceState,
  problems: z.number().int(),
  lines: LineCount,
  /** The session that started this one as a sub-agent. */
  parentId: SessionId.nullable(),
  /** The session whose history this one begins with, when it is a fork. */
  forkOf: SessionId.nullable(),
  subagents: z.number().int(),
  /** It came with a bundle of another Lossless. */
  isImported: z.boolean().optional(),
})
export type Session = z.infer<typeof Session>

/** A sub-agent's session, and the tool call in its parent that started it. */
export const SubagentLink = z.object({
  session: Session,
  /** `seq` of the tool call in the parent, when it is known. */
  callSeq: z.number().int().nullable(),
  agentType: z.string().nullable(),
  description: z.string().nullable(),
})
export type SubagentLink = z.infer<typeof SubagentLink>

/** A file that a session was read from. */
export const SessionSource = z.object({
  path: z.string(),
  state: SourceState,
  bytes: z.number().int(),
  /** 1 for the first; each rewrite adds one, and all are kept. */
  generations: z.number().int(),
  lastKeptAt: z.iso.datetime().nullable(),
})
export type SessionSource = z.infer<typeof SessionSource>

/** A line that could not be understood. Its bytes are kept. */
export const Problem = z.object({
  sourcePath: z.string(),
  /** Counted from 1. */
  line: z.number().int(),
  offset: z.number().int(),
  bytes: z.number().int(),
  reason: z.string(),
})
export type Problem = z.infer<typeof Problem>

/** One session with everything that its page needs at once. */
export const SessionDetail = Session.extend({
  subagentSessions: z.array(SubagentLink),
  sources: z.array(SessionSource),
  problemList: z.array(Problem),
  version: z.string().nullable(),
})
export type SessionDetail = z.infer<typeof SessionDetail>
