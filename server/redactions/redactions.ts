import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { KeptSource } from '../../db/stores/kept-file-store.ts'
import type { RedactionStore, StoredRedaction } from '../../db/stores/redaction-store.ts'
import type { JournalEntry } from '../../db/stores/outside-store.ts'
import type { PlannedFile } from '../contract/change.ts'
import type {
  Redaction,
  RedactedSecret,
  RedactionChoice,
  RedactionFile,
  RedactionPreview,
  RedactionScope,
} from '../contract/redactions.ts'
import { AppError, notFound } from '../errors.ts'
import type { FileWrite, Outside, Planned } from '../outside/outside.ts'
import { fileContent } from './file-content.ts'

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
  sources(ids: readonly number[]): KeptSource[]
  titleOf(sessionId: string): string
  /** Where a file belongs; null when in no folder of its agent. */
  placeOf(source: KeptSource): { path: string; root: string } | null
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
}

/** What a redaction would do, or did. */
export interface RedactionReply {
  files: RedactionFile[]
  preview: RedactionPreview
  applied: boolean
  plan: string
  redactionId: number | null
}

interface Plan {
  files: (RedactionFile & { sourceId: number })[]
  writes: FileWrite[]
  planned: Planned[]
  token: string
  /** Files whose kept copies stay as they are. */
  refusedIds: number[]
}

/** A file that was written within this time may be written again, in milliseconds. */
const QUIET = 3000

/** Takes secrets out of sessions: of agents' own files, of the kept copies, or of both. One after the other. */
export class Redactions {
  readonly #parts: RedactionParts
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: RedactionParts) {
    this.#parts = parts
  }

  redact(request: RedactionRequest): Promise<RedactionReply> {
    const { scopes, before } = request
    if (before === 'none' && !scopes.includes('kept')) {
      throw new AppError(
        'bad_request',
        'The kept copies still hold what was there before: redact them too, or keep the way back.',
      )
    }
    return this.#inTurn(() => (request.dryRun ? this.#plan(request) : this.#apply(request)))
  }

  list(): Redaction[] {
    return this.#parts.store.list().map((one) => this.#describe(one))
  }

  /** Puts back what a redaction took out: agents' files first, then the kept bytes. */
  undo(id: number, { dryRun }: { dryRun: boolean }): Promise<{ files: RedactionFile[]; applied: boolean }> {
    return this.#inTurn(async () => {
      const { kept, outside, onChange } = this.#parts
      const { changeId } = this.#get(id)
      this.#refuseUndo(id)
      const planned = changeId === null ? [] : (await outside.undo(changeId, { dryRun: true, isOwner: true })).files
      const files = [...planned.map((file) => ownFile(file)), ...this.#keptFilesOf(id)]
      if (dryRun || planned.some(({ action }) => action === 'refused')) return { files, applied: false }
      await kept.step(id, 'undoing')
      if (changeId !== null) {
        const outcome = await outside.undo(changeId, { dryRun: false, isOwner: true })
        if (!outcome.applied) {
          await kept.step(id, 'done')
          return { files: outcome.files.map((file) => ownFile(file)), applied: false }
        }
        await kept.keepNow(outcome.files.map(({ path }) => path))
      }
      await kept.step(id, 'back')
      onChange()
      return { files, applied: true }
    })
  }

  /** Deletes what an undo would need. */
  forget(id: number): Promise<Redaction> {
    return this.#inTurn(async () => {
      const { scopes } = noteOf(this.#get(id))
      if (!scopes.includes('kept')) {
        throw new AppError(
          'conflict',
          'Only the agent’s own files were redacted: their old bytes are those that the vault keeps. Redact the kept copies first.',
        )
      }
      await this.#parts.kept.step(id, 'forget')
      this.#parts.onChange()
      return this.#describe(this.#get(id))
    })
  }

  /** Ends what a crash left half done: each redaction is made, or never was. Called after every start. */
  repair(): Promise<void> {
    return this.#inTurn(async () => {
      for (const { id, phase } of this.#parts.store.unfinished()) {
        if (phase === 'staged') await this.#repairStaged(id)
        else if (phase === 'undoing') await this.#repairUndoing(id)
      }
    })
  }

  async #repairStaged(id: number): Promise<void> {
    const { kept, outside } = this.#parts
    const change = this.#parts.findChange(id)
    if (change?.phase === 'done') return kept.swap(id, { changeId: change.id, skipped: this.#notWritten(id, change) })
    if (change && change.phase !== 'undone')
      await outside.undo(change.id, { dryRun: false, skipRefused: true, isOwner: true })
    await kept.step(id, 'drop')
  }

  async #repairUndoing(id: number): Promise<void> {
    const { kept, outside } = this.#parts
    const change = this.#parts.findChange(id)
    if (change?.phase === 'done') return kept.step(id, 'done')
    if (change && change.phase !== 'undone')
      await outside.undo(change.id, { dryRun: false, skipRefused: true, isOwner: true })
    await kept.step(id, 'back')
  }

  /** Files that are there and were not written: what is kept of them stays too. */
  #notWritten(id: number, change: JournalEntry): number[] {
    const written = new Set(change.files.map(({ path }) => path))
    const generations = this.#parts.store.generationsOf(id)
    const changed = new Set(generations.map(({ generationId }) => generationId))
    const sources = this.#parts.sources([...new Set(generations.map(({ sourceId }) => sourceId))])
    return sources
      .filter(({ path, state }) => state === 'present' && !written.has(path))
      .filter((source) => changed.has(source.generations.at(-1)?.id ?? 0))
      .map((source) => source.id)
  }

  async #plan(request: RedactionRequest): Promise<RedactionReply> {
    const order = await this.#order(request)
    const looked = await this.#parts.kept.look(order)
    const { files, token } = await this.#planOf(request, looked)
    return { ...this.#reply(files, looked, token), applied: false, redactionId: null }
  }

  async #apply(request: RedactionRequest): Promise<RedactionReply> {
    const { kept } = this.#parts
    const { sessions, scopes, before } = request
    const order = await this.#order(request)
    const title = this.#titleOf(sessions)
    const { id, folder, looked } = await kept.stage({ order, title, note: { sessions, scopes, before } })
    let isStaged = true
    try {
      const plan = await this.#planOf(request, looked)
      if (request.plan !== undefined && request.plan !== plan.token) throw changedSince()
      const reply = this.#reply(plan.files, looked, plan.token)
      const isRefused = plan.files.some(({ action }) => action === 'refused')
      const isChange = plan.files.some(({ action }) => action === 'replace')
      if (!isChange || (isRefused && !request.skipRefused)) return { ...reply, applied: false, redactionId: null }
      const written = await this.#writeOwn(id, title, plan, request.skipRefused)
      if (written === null) return { ...reply, files: withReasons(plan), applied: false, redactionId: null }
      await this.#swap(id, written, plan)
      isStaged = false
      this.#parts.onChange()
      return { ...reply, applied: true, redactionId: id }
    } finally {
      if (isStaged) await kept.step(id, 'drop').catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** The change's id, undefined when there was nothing to write; null when it was refused after all. */
  async #writeOwn(
    id: number,
    title: string,
    plan: Plan,
    skipRefused: boolean,
  ): Promise<{ changeId: number | null } | null> {
    const { outside, kept } = this.#parts
    const { writes, planned } = plan
    if (writes.length === 0) return { changeId: null }
    const note = JSON.stringify({ redaction: id })
    const outcome = await outside.apply({ kind: 'redaction', title, writes, expect: planned, skipRefused, note })
    const own = plan.files.filter(({ scope }) => scope === 'own')
    for (const [index, file] of outcome.files.entries()) {
      plan.planned[index] = { ...file, seen: null }
      const sourceId = own[index]?.sourceId
      if (file.action === 'refused' && sourceId !== undefined) plan.refusedIds.push(sourceId)
    }
    if (!outcome.applied && outcome.changeId === null) return null
    await kept.keepNow(writes.map(({ path }) => path))
    return { changeId: outcome.changeId }
  }

  async #swap(id: number, { changeId }: { changeId: number | null }, { refusedIds }: Plan): Promise<void> {
    const { kept, outside } = this.#parts
    try {
      await kept.swap(id, { changeId, skipped: refusedIds })
    } catch (error) {
      if (changeId !== null) await outside.undo(changeId, { dryRun: false, skipRefused: true, isOwner: true })
      throw error
    }
  }

  async #order({ sessions, scopes, choice }: RedactionRequest): Promise<LookOrder> {
    const { kept, filesOf, sources } = this.#parts
    const { sourceIds, sharedIds } = filesOf(sessions)
    await kept.keepNow(sources([...sourceIds, ...sharedIds]).map(({ path }) => path))
    const { keep, only, candidates } = choice
    const states = scopes.includes('kept') ? 'all' : 'last'
    return { sourceIds, sharedIds, pick: { keep, only: only ?? null, candidates }, states }
  }

  async #planOf({ scopes }: RedactionRequest, looked: Looked): Promise<Plan> {
    const sources = new Map(
      this.#parts.sources(looked.files.map(({ sourceId }) => sourceId)).map((one) => [one.id, one]),
    )
    const isOwn = scopes.includes('own')
    const dirty = looked.files.filter(({ isPresent, states }) => isPresent && (states.at(-1)?.changedLines ?? 0) > 0)
    const writes = isOwn ? dirty.flatMap((file) => this.#writeOf(file, sources.get(file.sourceId))) : []
    const planned = writes.length === 0 ? [] : await this.#parts.outside.plan(writes)
    const files: Plan['files'] = []
    const refusedIds: number[] = []
    for (const [index, file] of (isOwn ? dirty : []).entries()) {
      const plan = planned[index]
      if (!plan) continue
      if (plan.action === 'refused') refusedIds.push(file.sourceId)
      files.push({ ...ownFile(plan, file.states.at(-1)?.changedLines), sourceId: file.sourceId })
    }
    for (const file of scopes.includes('kept') ? looked.files : []) {
      const kept = keptFile(file, { isOwn, isRefused: refusedIds.includes(file.sourceId) })
      if (kept === null) continue
      if (kept.action === 'refused') refusedIds.push(file.sourceId)
      files.push({ ...kept, sourceId: file.sourceId })
    }
    return { files, writes, planned, token: tokenOf(files, planned, looked), refusedIds }
  }

  #writeOf(file: LookedFile, source: KeptSource | undefined): FileWrite[] {
    const state = file.states.at(-1)
    if (!state || !source) return []
    const place = this.#parts.placeOf(source)
    const refused = state.problem ?? (place === null ? 'It lies in no folder of its agent on this machine.' : undefined)
    const isFresh = source.mtimeMs !== null && (this.#parts.now ?? Date.now)() - source.mtimeMs < QUIET
    return [
      {
        path: place?.path ?? file.path,
        root: place?.root ?? file.path,
        content: fileContent(state.file, { length: state.lengthAfter, sha256: state.sha256After }),
        ...(source.mode === null ? {} : { mode: source.mode }),
        ...(source.mtimeMs === null ? {} : { mtimeMs: source.mtimeMs }),
        ...(refused === undefined ? {} : { refused }),
        ...(isFresh ? { heldBy: FRESH } : {}),
        reasonAgainst: (now) => (now === state.sha256 ? null : CHANGED),
        isPatchHidden: true,
      },
    ]
  }

  #reply(files: Plan['files'], looked: Looked, plan: string): Pick<RedactionReply, 'files' | 'preview' | 'plan'> {
    const { hunks, hasMore, lines, changedLines, left, met } = looked
    const secrets = met.flatMap(({ secretId, hits, isTakenOut }): RedactedSecret[] => {
      const described = this.#parts.describe(secretId)
      return described === undefined ? [] : [{ ...described, hits, isTakenOut }]
    })
    return {
      files: files.map(({ sourceId: _, ...file }) => file),
      preview: { secrets, hunks, hasMore, lines, changedLines, left },
      plan,
    }
  }

  #keptFilesOf(id: number): RedactionFile[] {
    const ids = [...new Set(this.#parts.store.generationsOf(id).map(({ sourceId }) => sourceId))]
    return this.#parts
      .sources(ids)
      .map(({ path }) => ({ path, scope: 'kept' as const, action: 'replace' as const, changedLines: 0 }))
  }

  #refuseUndo(id: number): void {
    const { title, phase, hasBefore } = this.#get(id)
    if (phase === 'undone') throw new AppError('conflict', `“${title}” was undone already.`)
    if (!hasBefore) throw new AppError('conflict', 'What was there before is gone for good, as it was asked for.')
    for (const { generationId } of this.#parts.store.generationsOf(id)) {
      const later = this.#parts.store.laterOf(id, generationId)
      if (later) throw new AppError('conflict', `“${later.title}” was made after it. Undo that one first.`)
    }
  }

  #titleOf(sessions: readonly string[]): string {
    const [first] = sessions
    if (first !== undefined && sessions.length === 1) return `Redaction of “${this.#parts.titleOf(first)}”`
    return `Redaction of ${sessions.length} sessions`
  }

  #get(id: number): StoredRedaction {
    const found = this.#parts.store.find(id)
    if (!found) throw notFound('redaction', String(id))
    return found
  }

  #describe(one: StoredRedaction): Redaction {
    const { sessions, scopes } = noteOf(one)
    const { id, title, at, phase, secrets, hasBefore } = one
    const state = phase === 'undone' ? 'undone' : 'done'
    const canUndo = state === 'done' && hasBefore
    return { id, title, at: new Date(at).toISOString(), scopes, sessions, secrets, state, canUndo }
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task, task)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

const FRESH =
  'It was written to a moment ago: an agent may be at work on it. End the session there, or wait some seconds, then try again.'
const CHANGED = 'It changed while it was looked through. Nothing of it was lost; try again.'
const STILL_THERE =
  'The file itself holds what would be taken out, so it would be kept again. Redact the agent’s own file too, or delete it first.'
const NOT_WRITTEN = 'Its own file stays as it is, so what is kept of it does too.'

function keptFile(
  { path, isPresent, states }: LookedFile,
  { isOwn, isRefused }: { isOwn: boolean; isRefused: boolean },
): RedactionFile | null {
  const changed = states.filter(({ changedLines }) => changedLines > 0)
  const problem = states.find((state) => state.problem !== null)?.problem
  const changedLines = changed.reduce((sum, state) => sum + state.changedLines, 0)
  const refused = (reason: string): RedactionFile => ({ path, scope: 'kept', action: 'refused', reason, changedLines })
  if (problem !== undefined && problem !== null) return refused(problem)
  if (changed.length === 0) return null
  const isDirty = isPresent && (states.at(-1)?.changedLines ?? 0) > 0
  if (isDirty && !isOwn) return refused(STILL_THERE)
  if (isRefused) return refused(NOT_WRITTEN)
  return { path, scope: 'kept', action: 'replace', changedLines }
}

function ownFile({ path, action, reason }: PlannedFile, changedLines = 0): RedactionFile {
  const done = action === 'refused' || action === 'unchanged' ? action : 'replace'
  return { path, scope: 'own', action: done, ...(reason === undefined ? {} : { reason }), changedLines }
}

/** The plan's files, with what spoke against those that were to be written. */
function withReasons({ files, planned }: Plan): RedactionFile[] {
  const byPath = new Map(planned.map((file) => [file.path, file]))
  return files.map(({ sourceId: _, ...file }) => {
    const now = file.scope === 'own' ? byPath.get(file.path) : undefined
    return now === undefined ? file : ownFile(now, file.changedLines)
  })
}

/** Changes when the plan, a file or what is kept of it does: what was shown is what is done. */
function tokenOf(files: readonly RedactionFile[], planned: readonly Planned[], looked: Looked): string {
  const sum = createHash('sha256')
  for (const { path, scope, action, changedLines } of files)
    sum.update(JSON.stringify([path, scope, action, changedLines]))
  for (const { path, seen } of planned) sum.update(JSON.stringify([path, seen]))
  for (const { states } of looked.files)
    for (const { generationId, sha256After } of states) sum.update(JSON.stringify([generationId, sha256After]))
  return sum.digest('hex').slice(0, 32)
}

function noteOf({ request }: StoredRedaction): { sessions: string[]; scopes: RedactionScope[] } {
  return JSON.parse(request) as { sessions: string[]; scopes: RedactionScope[] }
}

function changedSince(): AppError {
  return new AppError(
    'conflict',
    'Something changed since the plan was shown. Nothing was changed; look at the plan again.',
  )
}
