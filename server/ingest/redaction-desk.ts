import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sqlite } from '../../db/client.ts'
import type { IndexWriter } from '../../db/stores/index-writer.ts'
import type { RedactedGeneration, RedactionStore, StoredRedaction } from '../../db/stores/redaction-store.ts'
import type { RelocationStore } from '../../db/stores/relocation-store.ts'
import type { SecretStore } from '../../db/stores/secret-store.ts'
import { AppError, notFound } from '../errors.ts'
import type { Vault } from '../vault/vault.ts'
import type { Sides } from './line-pairs.ts'
import type { IngestReport } from './protocol.ts'
import { back, forward, noteOf, type RedactionBytes } from './redaction-bytes.ts'
import type { RedactionLook } from './redaction-look.ts'
import type { RedactionLooked, RedactionNote, RedactionOrder, RedactionStep } from './redaction-order.ts'
import type { Change, MovedSession, Relocation } from './relocation.ts'

/** What redacting kept bytes works with. */
export interface DeskParts {
  vaultDb: Sqlite
  indexDb: Sqlite
  vault: Vault
  store: RedactionStore
  rows: RelocationStore
  relocation: Relocation
  bytes: RedactionBytes
  look: RedactionLook
  writer: IndexWriter
  secretStore: SecretStore
  /** Makes everything that was understood stand in the index, and lets reading start anew from there. */
  settle(): void
  /** Of our own data: files that are being made lie there. */
  folder: string
  report(report: IngestReport): void
}

/** What was asked for, to be noted with the redaction. */
export type StageNote = Pick<RedactionNote, 'sessions' | 'scopes' | 'before'>

/** How often, and how long, emptying the logs waits for others who read, in milliseconds. */
const TRIES = 40
const WAIT = 50

/**
 * Redacts what is kept, in the one thread that writes it. The new bytes lie in the vault under a name of ours first; then
 * both change places in one transaction, and the index follows. Whatever a crash leaves is finished by the next start.
 */
export class RedactionDesk {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  look(order: RedactionOrder): Promise<RedactionLooked> {
    return this.#parts.look.look(order, null)
  }

  /** Lets a look of this name end, also one of `stage`. */
  stopLook(job: string): void {
    this.#parts.look.stop(job)
  }

  /** Looks, and keeps beside the states what they become. The files as they become lie in `folder`, the caller's to remove. */
  async stage({
    order,
    title,
    note,
  }: {
    order: RedactionOrder
    title: string
    note: StageNote
  }): Promise<{ id: number; folder: string; looked: RedactionLooked }> {
    const { look, store, vaultDb } = this.#parts
    mkdirSync(this.#parts.folder, { recursive: true, mode: 0o700 })
    const folder = mkdtempSync(join(this.#parts.folder, 'r-'))
    try {
      const looked = await look.look(order, folder)
      const made = note.scopes.includes('kept') ? await this.#keepBeside(looked) : []
      const taken = looked.met.filter(({ isTakenOut }) => isTakenOut).map(({ secretId }) => secretId)
      const whole: RedactionNote = { ...note, taken }
      const noted = { title, at: Date.now(), request: JSON.stringify(whole) }
      const begin = vaultDb.transaction(() => {
        const id = store.begin(noted)
        for (const one of made) store.addGeneration(id, one)
        return id
      })
      return { id: begin.immediate(), folder, looked }
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      this.#parts.bytes.dropStrays(folder)
      throw error
    }
  }

  /** Puts the new bytes in the place of the old ones. Files of `skipped` stay as they are. Throws `conflict` when one grew. */
  async swap(id: number, { changeId, skipped }: { changeId: number | null; skipped: number[] }): Promise<void> {
    const { store, bytes, rows } = this.#parts
    const redaction = this.#get(id)
    if (skipped.length > 0) bytes.leaveOut(id, skipped)
    const generations = store.generationsOf(id)
    const sessions = this.#changeIndex(() => {
      const found = this.#follow(redaction, changesOf(generations, forward))
      rows.noteStep(stepOf(id, 'forward'))
      bytes.swap(redaction, generations, changeId)
      return found
    })
    this.#finishSwap(id)
    await this.#end(sessions)
  }

  async step(id: number, step: RedactionStep): Promise<void> {
    const { store, bytes } = this.#parts
    switch (step) {
      case 'drop':
        return bytes.drop(id)
      case 'undoing':
        this.#checkUndo(id)
        return store.setPhase(id, 'undoing')
      case 'done':
        return store.setPhase(id, 'done')
      case 'back':
        return this.#swapBack(id)
      case 'forget':
        bytes.forget(id)
        return this.#emptyLogs()
    }
  }

  /**
   * What a crash left: bytes that nobody names go, and an index that does not know of bytes that changed places follows.
   * Redactions that were only prepared, or whose files outside have to be looked at, are left to the server.
   */
  recover(): void {
    const { store, bytes, folder } = this.#parts
    rmSync(folder, { recursive: true, force: true })
    bytes.dropStrays(folder)
    for (const redaction of store.unfinished()) {
      if (redaction.phase === 'swapped') {
        this.#catchUp(redaction, 'forward')
        this.#finishSwap(redaction.id)
      } else if (redaction.phase === 'unswapped') {
        this.#catchUp(redaction, 'back')
        this.#finishUndo(redaction.id)
      }
    }
  }

  async #keepBeside({ files }: RedactionLooked): Promise<{ generationId: number; otherId: number }[]> {
    const made: { generationId: number; otherId: number }[] = []
    for (const { generationId, file, problem } of files.flatMap(({ states }) => states)) {
      if (file === null || problem !== null) continue
      const source = { agent: 'lossless', role: 'outside' as const, path: file, nativeId: null, subagentId: null }
      const { generationId: otherId } = await this.#parts.vault.keep(source, () => undefined)
      if (otherId === null) throw new Error(`What becomes of generation ${generationId} could not be kept.`)
      made.push({ generationId, otherId })
    }
    return made
  }

  async #swapBack(id: number): Promise<void> {
    const { store, bytes, rows, relocation } = this.#parts
    this.#checkUndo(id)
    const generations = store.generationsOf(id)
    const sessions = this.#changeIndex(() => {
      const found = relocation.follow(changesOf(generations, forward), null)
      rows.noteStep(stepOf(id, 'back'))
      bytes.swapBack(this.#get(id), generations)
      return found
    })
    this.#finishUndo(id)
    await this.#end(sessions)
  }

  /** Throws `conflict` when the kept bytes cannot become again what they were. */
  #checkUndo(id: number): void {
    const { store } = this.#parts
    const { title, hasBefore, phase } = this.#get(id)
    if (phase === 'undone') throw new AppError('conflict', `“${title}” was undone already.`)
    if (!hasBefore) throw new AppError('conflict', 'What was there before is gone for good, as it was asked for.')
    for (const { generationId } of store.generationsOf(id)) {
      const later = store.laterOf(id, generationId)
      if (later) throw new AppError('conflict', `“${later.title}” was made after it. Undo that one first.`)
      if (!store.isAsLeft(id, generationId)) throw new AppError('conflict', GREW)
    }
  }

  /** Changes the index and, inside the same transaction, the vault: when the vault refuses, the index stays as it was. */
  #changeIndex(change: () => MovedSession[]): MovedSession[] {
    this.#parts.settle()
    return this.#parts.writer.transaction(change)
  }

  #catchUp(redaction: StoredRedaction, way: 'forward' | 'back'): void {
    const { store, rows, relocation, writer } = this.#parts
    if (rows.lastStep === stepOf(redaction.id, way)) return
    const changes = changesOf(store.generationsOf(redaction.id), back)
    writer.transaction(() => {
      if (way === 'forward') this.#follow(redaction, changes)
      else relocation.follow(changes, null)
      rows.noteStep(stepOf(redaction.id, way))
    })
  }

  #follow(redaction: StoredRedaction, changes: readonly Change[]): MovedSession[] {
    const taken = new Set(noteOf(redaction).taken)
    return this.#parts.relocation.follow(
      changes,
      this.#parts.look.redactor((secretId) => taken.has(secretId), taken),
    )
  }

  #finishSwap(id: number): void {
    const { store, bytes } = this.#parts
    const { taken, before } = noteOf(this.#get(id))
    this.#setStates(taken, { from: 'open', to: 'redacted' })
    if (before === 'none') bytes.forget(id)
    store.setPhase(id, 'done')
  }

  #finishUndo(id: number): void {
    this.#setStates(noteOf(this.#get(id)).taken, { from: 'redacted', to: 'open' })
    this.#parts.bytes.endUndo(id)
  }

  /** A secret that stands nowhere any more was redacted; one that came back is open. */
  #setStates(secretIds: readonly number[], { from, to }: { from: 'open' | 'redacted'; to: 'open' | 'redacted' }): void {
    const { rows, secretStore } = this.#parts
    for (const secretId of secretIds) {
      if (secretStore.get(secretId)?.state !== from || rows.stands(secretId) !== (to === 'open')) continue
      secretStore.setState(secretId, to, null)
    }
  }

  #get(id: number): StoredRedaction {
    const found = this.#parts.store.find(id)
    if (!found) throw notFound('redaction', String(id))
    return found
  }

  async #end(sessions: readonly MovedSession[]): Promise<void> {
    const { report, settle } = this.#parts
    settle()
    for (const { id } of sessions) report({ kind: 'state', sessionId: id, isGone: false })
    await this.#emptyLogs()
  }

  /** What was overwritten or deleted also stands in the write-ahead logs until these are emptied. */
  async #emptyLogs(): Promise<void> {
    for (const database of [this.#parts.vaultDb, this.#parts.indexDb]) {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const [outcome] = database.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
        if (outcome.busy === 0) break
        await sleep(WAIT)
      }
    }
  }
}

const GREW =
  'What is kept of a file grew since: its new lines would be lost. Keep the redaction, or restore the file from a snapshot.'

/** Numbers the two changes of places of a redaction. */
function stepOf(id: number, way: 'forward' | 'back'): number {
  return 2 * id + (way === 'forward' ? 0 : 1)
}

function changesOf(generations: readonly RedactedGeneration[], sides: (one: RedactedGeneration) => Sides): Change[] {
  return generations.map((one) => ({ generationId: one.generationId, sourceId: one.sourceId, ...sides(one) }))
}
