import type { Host } from '../adapters/adapter.ts'
import type { SeenSecret } from './line-review.ts'
import type { RedactedBlock, RedactRequest } from './redact-block.ts'
import type { StageNote } from './redaction-desk.ts'
import type { RedactionLooked, RedactionOrder, RedactionStep } from './redaction-order.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { IngestProgress } from '../contract/live.ts'
import type { Snapshot, SnapshotReason, SnapshotScope } from '../contract/snapshots.ts'

/** What the worker is started with. */
export interface IngestStart {
  dataDir: string
  vaultPath: string
  indexPath: string
  host: Host
}

/** A snapshot to be taken: what is new in its files is kept first. */
export interface SnapshotRequest {
  reason: SnapshotReason
  /** One sentence; null when the reason says all. */
  cause?: string | null
  label?: string | null
  scope: SnapshotScope
  /** The bytes of one source that it ends with, when the moment lies before the newest ones. */
  upTo?: { sourceId: number; generationId: number; length: number }
}

/** Bytes in the vault: the whole of a file as it was kept. */
export interface KeptCopy {
  generationId: number
  length: number
}

/** What the worker is asked, by kind, and what it answers. */
export interface IngestAnswers {
  keep: { ask: { paths: string[] | null }; answer: null }
  /** Leave the backlog where it is; what grows now is taken in all the same. */
  pause: { ask: object; answer: null }
  resume: { ask: object; answer: null }
  /** The value at a place; null when it does not stand there any more. For one person's eyes, once. */
  reveal: { ask: { placeId: number }; answer: { value: string } | null }
  /** Whole lines without secrets, a block at a time. */
  redact: { ask: { request: RedactRequest }; answer: RedactedBlock }
  /** What a redaction of kept files would find and change. */
  'look-for-redaction': { ask: { order: RedactionOrder }; answer: RedactionLooked }
  /** The same, with everything made that is needed to change it; in `folder` lie the files as they become. */
  'stage-redaction': {
    ask: { order: RedactionOrder; title: string; note: StageNote }
    answer: { id: number; folder: string; looked: RedactionLooked }
  }
  /** Lets a look of this name end; what asked for it is refused. */
  'stop-look': { ask: { job: string }; answer: null }
  /** The kept bytes become the new ones. */
  'swap-redacted': { ask: { id: number; changeId: number | null; skipped: number[] }; answer: null }
  'redaction-step': { ask: { id: number; step: RedactionStep }; answer: null }
  /** Texts as they may be shown: secrets replaced, whether or not they were noted before. */
  mask: { ask: { texts: string[] }; answer: string[] }
  /** What stands behind marks; those that are not known are left out. Only to write files as they were. */
  unmask: { ask: { marks: string[] }; answer: Map<string, string> }
  copy: { ask: { path: string }; answer: KeptCopy | null }
  snapshot: { ask: { request: SnapshotRequest }; answer: Snapshot }
  /** Null when there is no such snapshot. */
  'describe-snapshot': {
    ask: { snapshotId: number; label?: string | null | undefined; isPinned?: boolean | undefined }
    answer: Snapshot | null
  }
  /** Answers how many of them there were. */
  'delete-snapshots': { ask: { snapshotIds: number[] }; answer: number }
}

export type IngestAsk = {
  [Kind in keyof IngestAnswers]: { kind: Kind } & IngestAnswers[Kind]['ask']
}[keyof IngestAnswers]

/** What the server tells the worker. */
export type IngestOrder =
  /** A path below an agent's folders is new, grew, changed or vanished. */
  | { kind: 'changed'; path: string }
  /** Walk all folders and look at every file. */
  | { kind: 'sweep' }
  /** The folders of projects that are known now. */
  | { kind: 'projects'; folders: string[] }
  /** The user's own patterns of secrets changed. */
  | { kind: 'rules' }
  /** Answered by a report with the same number. */
  | { kind: 'ask'; number: number; ask: IngestAsk }
  | { kind: 'stop' }

/** What the worker tells the server. */
export type IngestReport =
  | { kind: 'progress'; progress: IngestProgress }
  | { kind: 'session'; sessionId: string; isNew: boolean; events: number; isGrowing: boolean }
  | { kind: 'state'; sessionId: string; isGone: boolean }
  /** Secrets were found; those of a session that grows now are told one by one. */
  | { kind: 'secrets'; sessionId: string; secrets: SeenSecret[] }
  /** How much of the files of a redaction was looked through, in bytes. */
  | { kind: 'redaction'; job: string; done: number; total: number }
  /** The worker took a snapshot that nobody asked for. */
  | { kind: 'snapshots'; reason: SnapshotReason }
  | { kind: 'answer'; number: number; answer: IngestAnswers[keyof IngestAnswers]['answer'] }
  | { kind: 'refusal'; number: number; code: ErrorCode; message: string }
  /** Something that a person should know; ingest goes on. */
  | { kind: 'trouble'; message: string; path: string | null }
