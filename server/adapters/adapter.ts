import type { AgentId } from '../contract/agent.ts'
import type { CompactionMark, EventKind, FileChange, ImagePart } from '../contract/event.ts'
import type { Tokens } from '../contract/session.ts'
import type { FileOp } from '../code-state/file-op.ts'

/** Where an adapter may look. Injected, so that a test can point it at a fixture home. */
export interface Host {
  homeDir: string
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
}

/**
 * What a kept file is for. `session` and `subagent` hold events; `companion` holds what events refer to (outputs,
 * file backups, meta files, prompt history): kept, and read only on demand.
 */
export type SourceRole = 'session' | 'subagent' | 'companion'

/** A file that an adapter reads. */
export interface Source {
  agent: AgentId
  /** Absolute. */
  path: string
  role: SourceRole
  /** Native id of the session that it belongs to; for a sub-agent that of its parent; null when it belongs to none. */
  nativeId: string | null
  /** The sub-agent's own id, for its transcript and its meta file; null for all others. */
  subagentId: string | null
}

/** A folder to watch, with everything below it. */
export interface Root {
  path: string
}

/** Facts about the session that a line states. The last one of a kind wins, for titles the highest rank first. */
export type SessionFact =
  /** With `leafId` only if the session has that event: old versions wrote titles of other sessions of the project too. */
  | { kind: 'title'; rank: number; text: string; leafId?: string }
  /** `isProject` when the session is filed under this folder. The last such is the project, else the first `cwd`. */
  | { kind: 'cwd'; path: string; isProject?: boolean }
  | { kind: 'git-branch'; name: string }
  | { kind: 'version'; text: string }
  /** The event at which the agent would resume. */
  | { kind: 'leaf'; id: string; isRewind: boolean }
  | { kind: 'context-window'; tokens: number }
  /** Of a sub-agent's source without `nativeId`: the session that it belongs to. */
  | { kind: 'parent'; nativeId: string }
  /** Of a sub-agent: what it is and which tool call started it. */
  | { kind: 'subagent'; agentType: string | null; description: string | null; toolUseId: string | null }
  /** Stated at every prompt; the first counts. */
  | { kind: 'first-prompt'; text: string }

/** Tokens of one model answer. Several records of one answer carry the same key and are counted once. */
export interface Usage {
  /** The same in every copy of the record, also in other sessions. */
  key: string
  /** Further keys under which a replayed copy may be known (a side chain repeats the message id only). */
  messageId: string | null
  isSidechain: boolean
  model: string
  tokens: Tokens
  /** Of `cacheWrite`: the part kept for an hour, which costs more. */
  cacheWrite1h: number
  /** Priced differently by some models. */
  speed: 'standard' | 'fast'
  /** The amount that the record itself states, in US dollars. */
  statedCostUsd: number | null
  /** Tokens in the context: what went in, without the answer. */
  contextUsed: number
}

/** One event as an adapter reads it from one line; positions and links are resolved by ingest. */
export interface ParsedEvent {
  /** The agent's uuid, `<uuid>#<n>` for further parts, or an id derived from the line's bytes when it has none. */
  id: string
  /** The id of the record before it in the tree; null at a root. */
  parentId: string | null
  /** For a compaction: the true predecessor, from which the chain goes on. */
  logicalParentId: string | null
  /** Milliseconds since 1970; null when missing or unreadable. */
  at: number | null
  kind: EventKind
  recordKind: string
  /** The whole main text. */
  text: string | null
  isQueued: boolean
  /** Injected or replayed inside another agent's transcript: not on the main chain. */
  isSidechain: boolean
  model: string | null
  tool: { id: string; name: string; summary: string; input: unknown; subagentId: string | null } | null
  result: {
    callId: string
    isError: boolean
    exitCode: number | null
    images: ImagePart[]
    persisted: { path: string; bytes: number | null } | null
    detail: unknown
    /** The sub-agent whose work this result reports. */
    subagentId: string | null
    /** True when the command made a commit. */
    isCommit: boolean
  } | null
  changes: FileChange[]
  compaction: CompactionMark | null
  usage: Usage | null
  /** What the record tells about files on disk, in order. */
  fileOps: FileOp[]
  /** The parsed record, for kinds that are shown raw. */
  raw: unknown
}

/** What one line turned out to be. */
export type LineReading =
  | { kind: 'events'; events: ParsedEvent[]; facts: SessionFact[] }
  | { kind: 'bookkeeping'; facts: SessionFact[]; fileOps: FileOp[]; unknownKind: string | null }
  | { kind: 'blank' }
  | { kind: 'problem'; reason: string }

/** What an adapter may know besides the line. */
export interface LineContext {
  source: Source
  /** Bytes before the line in its source: makes ids of records without one. */
  offset: number
}

/** A session that the agent says is running now. */
export interface LiveSession {
  nativeId: string
  pid: number | null
  status: string | null
}

/** Reads one agent's sessions. It never sees the databases, the network or the clock. */
export interface Adapter {
  /** Same as the folder name. Stored, so it is never renamed. */
  readonly id: AgentId
  readonly label: string
  /** Folders to look into and to watch, whether or not they exist now. */
  roots(host: Host): Root[]
  /** Says what a path below a root is; null for what is not read (locks, keys, settings). Pure, no file access. */
  classify(path: string, host: Host): Source | null
  /**
   * Reads one line without its line feed. Never throws: damaged input becomes a `problem`, an unknown kind an event of
   * kind `unknown` or counted bookkeeping. A torn line followed by a whole record on the same line gives the record.
   */
  readLine(line: Uint8Array, context: LineContext): LineReading
  /** Facts stated by a companion file (a sub-agent's meta); called with its whole content. */
  readCompanion?(source: Source, content: Uint8Array): SessionFact[]
  /** Reads the agent's own registry of running sessions; only below its roots. */
  listLive?(host: Host): Promise<LiveSession[]>
  /** Tokens that fit into a model's context, given that it held `used` already. */
  contextWindow(model: string, used: number): number
  /** US dollars of one answer by the adapter's dated price table; null when the model has no price. */
  costOf(usage: Usage): number | null
}
