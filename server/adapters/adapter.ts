import type { AgentId } from '../contract/agent.ts'
import type { CompactionMark, EventKind, FileChange, ImagePart } from '../contract/event.ts'
import type { Tokens } from '../contract/session.ts'
import type { FileOp } from '../code-state/file-op.ts'
import type { Line, LinePosition } from './shared/line-splitter.ts'

/** Where an adapter may look. Injected, so that a test can point it at a fixture home. */
export interface Host {
  homeDir: string
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  /** Folders of projects that are known, for agents that keep sessions inside of them. Grows while Lossless runs. */
  projects?: readonly string[]
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
  /** It is rows of a database: no file stands at its path, and its bytes come from {@link RowSessions}. */
  isRows?: true
}

/** A folder to watch, with everything below it. */
export interface Root {
  path: string
  /** Neither watched nor walked: what is read in it are databases, which are looked at from time to time. */
  isPolled?: true
}

/** Facts about the session that a line states. The last one of a kind wins, for titles the highest rank first. */
export type SessionFact =
  /** With `leafId` only if the session has that event: old versions wrote titles of other sessions of the project too. */
  | { kind: 'title'; rank: number; text: string; leafId?: string }
  /** `isProject` when the session is filed under this folder. The last such is the project, else the first `cwd`. */
  | { kind: 'cwd'; path: string; isProject?: boolean }
  | { kind: 'git-branch'; name: string }
  | { kind: 'version'; text: string }
  /** The model that answers from here on, where answers do not name it. */
  | { kind: 'model'; name: string }
  /** The event at which the agent would resume. */
  | { kind: 'leaf'; id: string; isRewind: boolean }
  | { kind: 'context-window'; tokens: number }
  /**
   * The conversation went back: it goes on after the event when that `keeps` its place, else before it. Without such an
   * event nothing is left where it does not keep, and nothing happened where it does.
   */
  | { kind: 'rewind'; id: string; keeps: boolean }
  /** The conversation went back to before the last prompts. */
  | { kind: 'rolled-back'; prompts: number }
  /** Of a sub-agent whose file's name does not tell: the session that it belongs to. */
  | { kind: 'parent'; nativeId: string }
  /**
   * In the first line of a file: what comes before it stands in a file of that session, up to this byte. Of the session
   * itself: what it had after that was left.
   */
  | { kind: 'continues'; nativeId: string; byte: number }
  /** The session that this one was forked from. */
  | { kind: 'forked-from'; nativeId: string }
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
  /**
   * True when the agent writes a record again to say more: where the session has the event already, it is read from this
   * line from now on. It keeps its place, and counts and changes of files that were taken over stay.
   */
  supersedes?: boolean
}

/** What one line turned out to be. */
export type LineReading =
  /** `doubt`: read, and yet something is wrong with it, as a sentence; counted like a problem. */
  (
    | { kind: 'events'; events: ParsedEvent[]; facts: SessionFact[]; doubt?: string }
    | { kind: 'bookkeeping'; facts: SessionFact[]; fileOps: FileOp[]; unknownKind: string | null }
    | { kind: 'blank' }
    | { kind: 'problem'; reason: string }
  ) & {
    /** What is to be remembered for the next line of the source: small, and JSON. Absent: as it was before. */
    memory?: unknown
  }

/** A name that a file states of some session. */
export interface StatedTitle {
  nativeId: string
  rank: number
  text: string
}

/** Looks at what a line says before anything is made of it: secrets are found and masked here. */
export interface Review {
  /** Takes a parsed record, `record` counted from 0 in its line, and gives back the one that the adapter reads. */
  record(value: unknown, record: number): unknown
  /** The same for a line that is plain text: takes the whole of it. */
  text(value: string): string
}

/** What earlier lines of a session told. */
export interface SessionSoFar {
  nativeId: string
  /** Milliseconds since 1970 of its first event with a time. */
  startedAt: number | null
  prompts: number
  /** By the last fact that named one. */
  model: string | null
  /** The beginning of its last event of kind `progress` whose text holds this; null when there is none. */
  lastNote(part: string): string | null
  /** True when the session before it in the same file ends with a prompt that has no answer. */
  isAfterOpenTurn(): boolean
  /** Id of the last tool call that is summed up like this; null when there is none, or its result came. */
  openCall(summary: string): string | null
}

/** What an adapter may know besides the line. */
export interface LineContext {
  source: Source
  /** Bytes before the line in its source: makes ids of records without one. */
  offset: number
  /** Absent where the line is read as it stands. */
  review?: Review | undefined
  /** The project's folder as far as earlier lines told it; relative paths are meant from there. */
  projectPath?: string | null
  /** Absent where the line is read by itself, for a page: kinds and number of its events may not depend on it. */
  session?: SessionSoFar | undefined
  /** What the lines before made the adapter remember; absent at a first line, and where a line is read by itself. */
  memory?: unknown
  /** The bytes before the line, so many at most; only where a line is read by itself. */
  before?: (bytes: number) => Uint8Array
}

/** Cuts blocks of bytes into what is read at once; see `LineSplitter` for what each member does. */
export interface Splitter {
  readonly position: LinePosition
  readonly waitingBytes: number
  push(block: Uint8Array, offset: number): Line[]
  peek(): Line | null
  flush(): Line | null
}

/** A session that the agent says is running now. */
export interface LiveSession {
  nativeId: string
  pid: number | null
  status: string | null
}

/** A state of a file as the vault holds it. Cheap to make: bytes are read when they are asked for. */
export interface KeptFile {
  /** Where it stood. */
  path: string
  length: number
  /** The bytes from `from` up to `to`, at most 1 MiB at once. They may be shared and must not be changed. */
  read(from: number, to: number): Uint8Array
}

/** Where a session shall be cut, and what of it is kept. */
export interface ForkRequest {
  /** The new session's id, in the agent's form. */
  nativeId: string
  /** States of the session's own file. The first holds the cut; the others are looked into for what it lacks. */
  files: readonly [KeptFile, ...KeptFile[]]
  /** The last event that the fork has, and where its line begins in the first file. */
  cut: { offset: number; eventId: string }
  /** Where the project is now, with symbolic links resolved; null when it is where the session's records say. */
  movedTo: string | null
}

/** Bytes of a fork: a range of one of the files of the request, or bytes that stand in the place of some there. */
export type ForkPiece = { file: number; from: number; to: number } | { bytes: Uint8Array }

/** A new session that ends at a chosen event, not written yet. */
export interface ForkPlan {
  /** Absolute; where the agent looks for it. */
  path: string
  /** The folder of the agent that `path` has to stay in. */
  root: string
  /** Mode bits that the agent gives to its own files. */
  mode: number
  /** The file's content is these pieces one after the other. */
  pieces: ForkPiece[]
  lines: number
  bytes: number
  /** Id of the last event that the fork has. */
  endsAt: string
  /** What a person should know before resuming, as sentences. */
  warnings: string[]
}

/** Makes new sessions that the agent can resume. Nothing is written here. */
export interface ForkMaker {
  /** An id in the agent's form; the same seed, of 16 bytes at least, gives the same id. */
  idFrom(seed: Uint8Array): string
  /** Throws a {@link ForkError} when nothing is left to resume at the cut. Hands over to other work every few milliseconds. */
  plan(request: ForkRequest, host: Host): Promise<ForkPlan>
}

/** Why there can be no fork, as a sentence for the person who asked for it. */
export class ForkError extends Error {}

/** A table of keys and values, with the names of its columns. */
export interface KeyTable {
  name: string
  key: string
  value: string
}

/** A row's key. The version is another one when the row was written again. */
export interface RowKey {
  key: string
  version: number
}

/** What a row holds, byte for byte; where the database is damaged, the reason as a sentence. */
export type RowValue = { bytes: Uint8Array; isText: boolean } | { problem: string }

/**
 * Reads an agent's database while the agent runs. Each call is one short query and holds no lock afterwards; two calls
 * may see different moments. A table that is not there has no rows.
 */
export interface RowReader {
  /** Keys from `from` up to `to` without it, in order. Values are not touched. */
  keys(table: KeyTable, from: string, to: string): RowKey[]
  /** Keys of rows with this version or a later one, in the order in which they were written. */
  since(table: KeyTable, version: number): RowKey[]
  /** The row that was written last. */
  newest(table: KeyTable): RowKey | null
  row(table: KeyTable, key: string): RowValue | null
  /** Another database of the agent, until the next one is asked for; null when it cannot be read. */
  other(path: string): RowReader | null
}

/** The rows of one session, on their way to become lines. */
export interface RowSession {
  /** Takes a line that is kept already, in order, so that it is not made again. */
  take(line: Uint8Array): void
  /** Makes a line, without line feed, of each row that is new or changed, and takes it. A row that went makes one too. */
  news(reader: RowReader): Iterable<Uint8Array>
}

/**
 * Sessions that are rows of a database. The vault keeps each as lines of the adapter's making that hold the rows byte for
 * byte: a row that changed is a further line, so that growth costs new bytes, and everything after that (reading,
 * masking, replaying, exporting) works as with a file of lines.
 */
export interface RowSessions {
  /** Databases that are there now; looked at often, so cheap. */
  databases(host: Host): string[]
  /** Where the rows of a session are said to stand; `classify` knows such paths. */
  pathOf(database: string, nativeId: string): string
  /** Ids of all sessions, the newest first. */
  list(reader: RowReader, database: string): string[]
  /** How far rows were written. */
  mark(reader: RowReader): RowKey | null
  /** Sessions of which rows were written since then; null when only a look at all of them can tell. */
  touched(reader: RowReader, mark: RowKey, database: string): string[] | null
  /** Another one when rows of the session were written or went; without a look at values. */
  stamp(reader: RowReader, nativeId: string): string
  open(database: string, nativeId: string, host: Host): RowSession
}

/** Something that was said in a session of whatever agent; several texts of one side stand together. */
export interface Turn {
  role: 'user' | 'assistant'
  /** Milliseconds since 1970; null when not known. */
  at: number | null
  /** At least one, none of them empty. */
  texts: string[]
}

/** A conversation that shall go on in another agent. */
export interface Conversation {
  /** The new session's id, in the agent's form. */
  nativeId: string
  title: string
  /** Where the project is on this machine; null when no record names it. */
  cwd: string | null
  gitBranch: string | null
  /** Begins with the user; the sides take turns. */
  turns: readonly [Turn, ...Turn[]]
  /** When it is handed over, in milliseconds since 1970: for turns without a time. */
  now: number
}

/** A session file that was made from a conversation, not written yet. */
export interface Composition {
  /** Absolute; where the agent finds it. */
  path: string
  /** The folder that `path` has to stay in. */
  root: string
  mode: number
  bytes: Uint8Array
  /** What the agent's form cannot hold of the conversation, as sentences. */
  losses: string[]
}

/** Makes sessions from conversations of other agents. Nothing is written here. */
export interface SessionComposer {
  /** As of a {@link ForkMaker}. */
  idFrom(seed: Uint8Array): string
  /** Throws a {@link ForkError} when the agent could not resume it. */
  compose(conversation: Conversation, host: Host): Composition
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
   * For files that many sessions stand in one after the other: the native id of the one that begins with this line, null
   * within one. A file's `nativeId` is null then.
   */
  sessionAt?(line: Uint8Array, context: Pick<LineContext, 'source' | 'offset'>): string | null
  /** Cuts files that are no lines into pieces that are read like lines; constructed at the start of any piece. Default: lines. */
  splitter?(source: Source, start?: LinePosition): Splitter
  /**
   * Reads one line without its line feed. Never throws: damaged input becomes a `problem`, an unknown kind an event of
   * kind `unknown` or counted bookkeeping. A torn line followed by a whole record on the same line gives the record.
   */
  readLine(line: Uint8Array, context: LineContext): LineReading
  /** Facts stated by a companion file (a sub-agent's meta); called with its whole content. */
  readCompanion?(source: Source, content: Uint8Array): SessionFact[]
  /** For a companion that holds a transcript packed with zstd: what it is unpacked. Under that name it is read. */
  unpacked?(source: Source, host: Host): Source | null
  /** Reads names of any sessions out of a companion file that states such; given its whole content. */
  readonly titles?: { isIn(source: Source): boolean; read(content: Uint8Array): StatedTitle[] }
  /** Reads the agent's own registry of running sessions; only below its roots. */
  listLive?(host: Host): Promise<LiveSession[]>
  /** Sessions that stand in databases. */
  readonly rows?: RowSessions
  /** Absent when the agent cannot resume a session that it did not write. */
  readonly fork?: ForkMaker
  /** Why sessions are never written to where this agent looks for them, as a sentence that says what to do instead. */
  readonly refusesWrites?: string
  /** Absent when the agent cannot resume a session that was made from another agent's. */
  readonly composer?: SessionComposer
  /**
   * What to type in a shell of the host to resume a session in a folder of this machine; null: wherever one is. `file` is
   * where the session stands; null when it takes that and it is not known.
   */
  resumeCommand?(nativeId: string, cwd: string | null, host: Host, file?: string): string | null
  /** Tokens that fit into a model's context, given that it held `used` already. */
  contextWindow(model: string, used: number): number
  /** Tokens in the context at which the agent compacts by itself, by its version; null when that is not known. */
  compactsAt?(window: number, version: string | null): number | null
  /** US dollars of one answer by the adapter's dated price table; null when the model has no price. */
  costOf(usage: Usage): number | null
}
