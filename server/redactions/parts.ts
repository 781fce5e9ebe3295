import type { KeptSource } from '../../db/stores/kept-file-store.ts'
import type { RedactionStore } from '../../db/stores/redaction-store.ts'
import type { JournalEntry } from '../../db/stores/outside-store.ts'
import type {
  RedactedSecret,
  RedactionChoice,
  RedactionFile,
  RedactionPreview,
  RedactionScope,
} from '../contract/redactions.ts'
import type { Outside } from '../outside/outside.ts'

/** A state of a file, as a look found it. */
export interface LookedState {
  generationId: number
  length: number
  lengthAfter: number
  sha256: string
  sha256After: string
  changedLines: number
  file: string | null
  problem: string | null
}

/** A file that was looked through; its last state is the newest. */
export interface LookedFile {
  sourceId: number
  path: string
  isShared: boolean
  isPresent: boolean
  states: LookedState[]
}

/** What a look found. */
export interface Looked extends Omit<RedactionPreview, 'secrets'> {
  files: LookedFile[]
  met: { secretId: number; hits: number; isTakenOut: boolean }[]
}

/** What shall be looked through. */
export interface LookOrder {
  sourceIds: number[]
  sharedIds: number[]
  pick: { keep: number[]; only: number[] | null; candidates: boolean }
  states: 'last' | 'all'
  job: string | null
}

/** What the kept bytes have done to them, by the one thread that writes them. */
export interface KeptSide {
  keepNow(paths: string[]): Promise<void>
  look(order: LookOrder): Promise<Looked>
  /** Looks, and makes everything that is needed to change it. Nothing is changed yet. */
  stage(request: {
    order: LookOrder
    title: string
    note: { sessions: string[]; scopes: RedactionScope[]; before: 'keep' | 'none' }
  }): Promise<{ id: number; folder: string; looked: Looked }>
  /** Lets a look or a preparation of this name end: it rejects. */
  stopLook(job: string): Promise<void>
  swap(id: number, done: { changeId: number | null; skipped: number[] }): Promise<void>
  step(id: number, step: RedactionStep): Promise<void>
}

/** `drop`: it comes to nothing. `undoing`: agents' files are put back. `back`: kept bytes too. `done`: not after all. */
export type RedactionStep = 'drop' | 'undoing' | 'back' | 'done' | 'forget'

/** What redacting works with. */
export interface RedactionParts {
  outside: Outside
  kept: KeptSide
  store: RedactionStore
  /** Ids of the files of sessions, and of side files that belong to no session but tell of all. Throws for an unknown one. */
  filesOf(sessions: readonly string[]): { sourceIds: number[]; sharedIds: number[] }
  sessionsWith(secretIds: readonly number[]): string[]
  sources(ids: readonly number[]): KeptSource[]
  titleOf(sessionId: string): string
  /** Where a file belongs; null when in no folder of its agent. */
  placeOf(source: KeptSource): { path: string; root: string; refused?: string } | null
  describe(secretId: number): Omit<RedactedSecret, 'hits' | 'isTakenOut'> | undefined
  /** The change of agents' own files that was made for a redaction. */
  findChange(redactionId: number): JournalEntry | undefined
  onChange(): void
  now?(): number
}

/** What is asked for. */
export interface RedactionRequest {
  sessions: string[]
  scopes: RedactionScope[]
  choice: RedactionChoice
  before: 'keep' | 'none'
  dryRun: boolean
  skipRefused: boolean
  plan?: string | undefined
  job?: string | undefined
}

/** What a redaction would do, or did. */
export interface RedactionReply {
  files: RedactionFile[]
  preview: RedactionPreview
  applied: boolean
  plan: string
  redactionId: number | null
}
