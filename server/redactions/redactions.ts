import { rm } from 'node:fs/promises'
import type { StoredRedaction } from '../../db/stores/redaction-store.ts'
import type { JournalEntry } from '../../db/stores/outside-store.ts'
import type { RedactedSecret, Redaction, RedactionFile, RedactionScope } from '../contract/redactions.ts'
import { AppError, notFound } from '../errors.ts'
import type { Looked, LookOrder, RedactionParts, RedactionReply, RedactionRequest } from './parts.ts'
import { ownFile, planOf, withReasons, type Plan } from './plan.ts'

/** Takes secrets out of sessions: of agents' own files, of the kept copies, or of both. One after the other. */
export class Redactions {
  readonly #parts: RedactionParts
  #last: Promise<unknown> = Promise.resolve()
  /** Those that can still be stopped, by their names. */
  readonly #jobs = new Map<string, Job>()

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
    const whole = { ...request, sessions: this.#sessionsOf(request) }
    const job = new Job()
    if (request.job !== undefined) {
      this.stop(request.job)
      this.#jobs.set(request.job, job)
    }
    return this.#inTurn(async () => {
      job.refuseStopped()
      job.isRunning = true
      return request.dryRun ? this.#plan(whole, job) : this.#apply(whole, job)
    }).finally(() => this.#forgetJob(request.job, job))
  }

  /** False when there is none of that name, or when it writes already. */
  stop(name: string): boolean {
    const job = this.#jobs.get(name)
    if (job === undefined) return false
    job.isStopped = true
    this.#jobs.delete(name)
    // Should it be at an end there already, nothing is lost: it is asked again before anything is written.
    if (job.isRunning) this.#parts.kept.stopLook(name).catch(() => undefined)
    return true
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

  async #plan(request: RedactionRequest, job: Job): Promise<RedactionReply> {
    const order = await this.#order(request)
    job.refuseStopped()
    const looked = await this.#parts.kept.look(order)
    job.refuseStopped()
    const { files, token } = await planOf(this.#parts, request, looked)
    return { ...this.#reply(files, looked, token), applied: false, redactionId: null }
  }

  #sessionsOf({ sessions, choice: { only } }: RedactionRequest): string[] {
    if (sessions.length > 0) return sessions
    if (only === undefined || only.length === 0) {
      throw new AppError('bad_request', 'Name the sessions, or the secrets that shall be taken out of all sessions.')
    }
    return this.#parts.sessionsWith(only)
  }

  #forgetJob(name: string | undefined, job: Job): void {
    if (name !== undefined && this.#jobs.get(name) === job) this.#jobs.delete(name)
  }

  async #apply(request: RedactionRequest, job: Job): Promise<RedactionReply> {
    const { kept } = this.#parts
    const { sessions, scopes, before } = request
    const order = await this.#order(request)
    job.refuseStopped()
    const title = this.#titleOf(sessions)
    const { id, folder, looked } = await kept.stage({ order, title, note: { sessions, scopes, before } })
    let isStaged = true
    try {
      const plan = await planOf(this.#parts, request, looked)
      if (request.plan !== undefined && request.plan !== plan.token) throw changedSince()
      const reply = this.#reply(plan.files, looked, plan.token)
      const isRefused = plan.files.some(({ action }) => action === 'refused')
      const isChange = plan.files.some(({ action }) => action === 'replace')
      if (!isChange || (isRefused && !request.skipRefused)) return { ...reply, applied: false, redactionId: null }
      job.refuseStopped()
      this.#forgetJob(request.job, job)
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

  async #order({ sessions, scopes, choice, job }: RedactionRequest): Promise<LookOrder> {
    const { kept, filesOf, sources } = this.#parts
    const { sourceIds, sharedIds } = filesOf(sessions)
    await kept.keepNow(sources([...sourceIds, ...sharedIds]).map(({ path }) => path))
    const { keep, only, candidates } = choice
    const states = scopes.includes('kept') ? 'all' : 'last'
    return { sourceIds, sharedIds, pick: { keep, only: only ?? null, candidates }, states, job: job ?? null }
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

/** A request under way. */
class Job {
  isRunning = false
  isStopped = false

  refuseStopped(): void {
    if (this.isStopped) throw new AppError('conflict', 'The redaction was stopped. Nothing was changed.')
  }
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
