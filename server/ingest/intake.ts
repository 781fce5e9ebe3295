import { statSync } from 'node:fs'
import type { IndexWriter } from '../../db/stores/index-writer.ts'
import type { SourceStore } from '../../db/stores/source-store.ts'
import type { KeptBlock, Vault } from '../vault/vault.ts'
import type { Adapter, Host, Source } from '../adapters/adapter.ts'
import type { IngestProgress } from '../contract/live.ts'
import type { IngestReport } from './protocol.ts'
import type { SessionChange, Understanding } from './understand.ts'
import { listFiles } from './watch.ts'

/** What intake works with; all of it lives in the ingest worker. */
export interface IntakeParts {
  host: Host
  adapters: readonly Adapter[]
  vault: Vault
  sources: SourceStore
  writer: IndexWriter
  understanding: Understanding
  report(report: IngestReport): void
  /** Called when a sweep has taken something in. */
  onSettled(): void
}

/** A last line without line feed is read when its source has been quiet for this long, in milliseconds. */
const QUIET = 3000
/** A full disk is tried again after this long, in milliseconds. */
const RETRY = 15_000
/** Files of the backlog in work at once: one is compressed and written while another is understood. */
const LANES = 8
/** Rows of the backlog are committed at most this often, in milliseconds: a commit writes each page that it touched. */
const COMMIT_EVERY = 150
/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 100

/**
 * Takes files in: keeps what is new of each, then understands it. Changes that were told and the backlog of a sweep run
 * side by side, so that a session that grows now never waits; the newest files of the backlog come first.
 */
export class Intake {
  readonly #parts: IntakeParts
  readonly #changed = new Set<string>()
  /** Of each file at the last sweep, so that the next one costs a listing and no more. */
  readonly #stamps = new Map<string, string>()
  readonly #pending = new Map<number, NodeJS.Timeout>()
  readonly #progress: IngestProgress = {
    state: 'running',
    sourcesDone: 0,
    sourcesTotal: 0,
    bytesDone: 0,
    bytesTotal: 0,
  }
  #isTakingChanged = false
  #sweeping = false
  #isSweepWanted = false
  #isStopped = false
  #retry: NodeJS.Timeout | null = null
  #lastTold = 0
  readonly #working = new Set<Promise<void>>()
  /** What waits for the next commit. */
  readonly #untold: IngestReport[] = []
  #committedAt = 0

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Looks at one path soon. Paths that no adapter reads are passed over. */
  changed(path: string): void {
    this.#changed.add(path)
    void this.#runChanged()
  }

  /**
   * Looks at everything: what the index lacks of the vault, what lies in the folders, and what is there no more. Only
   * files that are not as they were at the last sweep are looked at closer. A sweep that is asked for while one runs
   * follows it.
   */
  async sweep(): Promise<void> {
    if (this.#sweeping) {
      this.#isSweepWanted = true
      return
    }
    this.#sweeping = true
    do {
      this.#isSweepWanted = false
      await this.#sweepOnce()
    } while (this.#isSweepWanted && !this.#isStopped)
    this.#sweeping = false
  }

  /** Ends at the next block; what was read until then stands. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#pending.values()) clearTimeout(timer)
    if (this.#retry) clearTimeout(this.#retry)
    await Promise.allSettled(this.#working)
    this.#commit()
  }

  async #sweepOnce(): Promise<void> {
    const isFirst = this.#stamps.size === 0
    const behind = isFirst ? this.#behind() : new Set<string>()
    const found = await this.#listFiles()
    const fresh = found.filter(({ path, stamp }) => this.#stamps.get(path) !== stamp || behind.has(path))
    const seen = new Set(found.map((file) => file.path))
    const missing = [...(isFirst ? this.#placesOfVault() : this.#stamps.keys()), ...behind].filter(
      (path) => !seen.has(path),
    )
    fresh.sort((a, b) => b.mtimeMs - a.mtimeMs)
    const gone = [...new Set(missing)].map((path) => ({ path, size: 0, stamp: null }))
    await this.#takeInAll([...fresh, ...gone], found)
  }

  async #listFiles(): Promise<Found[]> {
    const files: Found[] = []
    for (const adapter of this.#parts.adapters) {
      for (const root of adapter.roots(this.#parts.host)) {
        for await (const { path, size, mtimeMs } of listFiles(root)) {
          if (this.#classify(path)) files.push({ path, size, mtimeMs, stamp: `${size} ${mtimeMs}` })
        }
      }
    }
    return files
  }

  #placesOfVault(): string[] {
    const sources = this.#parts.vault.listSources()
    return sources.filter((source) => source.state === 'present').map((source) => source.path)
  }

  /** Paths of sources of which the vault has bytes that the index has not seen. */
  #behind(): Set<string> {
    const { vault, writer } = this.#parts
    const behind = vault.listSources().filter(({ id, role, generation }) => {
      if (role === 'companion' || generation === null) return false
      const cursor = writer.cursor(id)
      return cursor === null || cursor.generationId !== generation.id || cursor.offset < generation.length
    })
    return new Set(behind.map((source) => source.path))
  }

  async #takeInAll(files: { path: string; size: number; stamp: string | null }[], found: Found[]): Promise<void> {
    const sizeOf = (list: { size: number }[]) => list.reduce((sum, file) => sum + file.size, 0)
    const progress = this.#progress
    progress.sourcesTotal = found.length
    progress.bytesTotal = sizeOf(found)
    progress.sourcesDone = found.length - files.filter((file) => file.stamp !== null).length
    progress.bytesDone = progress.bytesTotal - sizeOf(files)
    if (files.length > 0) this.#tellProgress('running')
    const waiting = files.values()
    const lane = async () => {
      for (const file of waiting) {
        if (this.#isStopped) return
        const isKept = await this.#takeIn(file.path, false)
        if (file.stamp === null) this.#stamps.delete(file.path)
        else if (isKept) this.#stamps.set(file.path, file.stamp)
        progress.sourcesDone += file.stamp === null ? 0 : 1
        progress.bytesDone += file.size
        this.#tellSometimes()
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    this.#commit()
    if (this.#isStopped) return
    if (files.length > 0) this.#parts.onSettled()
    this.#tellProgress('idle')
  }

  async #runChanged(): Promise<void> {
    if (this.#isTakingChanged) return
    this.#isTakingChanged = true
    for (const path of this.#changed) {
      if (this.#isStopped) break
      this.#changed.delete(path)
      await this.#takeIn(path, true)
      this.#commit()
    }
    this.#isTakingChanged = false
  }

  /** Returns false when it failed and has to be tried again. */
  async #takeIn(path: string, isLive: boolean): Promise<boolean> {
    const source = this.#classify(path)
    if (!source) return true
    const work = this.#keep(source, isLive)
    this.#working.add(work)
    try {
      await work
      return true
    } catch (error) {
      if (!this.#isStopped) this.#trouble(source, error)
      return false
    } finally {
      this.#working.delete(work)
    }
  }

  async #keep(source: Source, isLive: boolean): Promise<void> {
    const { vault, understanding, writer } = this.#parts
    const isRead = source.role !== 'companion'
    const outcome = await vault.keep(source, (block) => {
      if (this.#isStopped) throw new Error('Stopped in the middle of a file: the next start goes on from here.')
      if (!isRead) return
      if (!isLive) writer.open()
      this.#announce(this.#understand(source, block), isLive)
    })
    if (outcome.sourceId === 0) return
    if (isRead && outcome.generationId !== null) {
      this.#announce(this.#catchUp(source, outcome.sourceId), isLive)
      this.#awaitQuiet(source, outcome.sourceId)
      const key = writer.cursor(outcome.sourceId)?.sessionKey ?? null
      if (key !== null && (outcome.change !== 'unchanged' || outcome.returned)) this.#updateState(key)
      return
    }
    const isNews = outcome.change === 'new' || outcome.change === 'grown' || outcome.change === 'rewritten'
    if (isNews && source.subagentId !== null) {
      const content = vault.readWhole(source.path)
      if (content) this.#announce(understanding.takeCompanion(source, content), isLive)
    }
  }

  /** Reads a block that was just kept; when others before it were not read yet, these come first, from the vault. */
  #understand(source: Source, block: KeptBlock): SessionChange | null {
    const { understanding } = this.#parts
    const position = understanding.position(block.sourceId)
    const isNext =
      position?.generationId === block.generationId
        ? position.offset === block.offset
        : position === null && block.offset === 0
    return isNext ? understanding.take(source, block) : this.#catchUp(source, block.sourceId)
  }

  /** Reads everything that the vault has of a source and the index has not. */
  #catchUp(source: Source, sourceId: number): SessionChange | null {
    const { vault, sources, understanding } = this.#parts
    const changes: SessionChange[] = []
    const start = understanding.position(sourceId)
    for (const generation of sources.generationsOf(sourceId)) {
      if (start && generation.id < start.generationId) continue
      const from = start?.generationId === generation.id ? start.offset : 0
      if (from >= generation.length) continue
      for (const block of vault.blocks(generation.id, from)) {
        const change = understanding.take(source, block)
        if (change) changes.push(change)
      }
    }
    const last = changes.at(-1)
    return last ? { ...last, isNew: changes.some((change) => change.isNew) } : null
  }

  #awaitQuiet(source: Source, sourceId: number): void {
    clearTimeout(this.#pending.get(sourceId))
    this.#pending.delete(sourceId)
    if (!this.#parts.understanding.isWaiting(sourceId)) return
    const changedAt = statSync(source.path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    const takePending = () => {
      this.#pending.delete(sourceId)
      this.#announce(this.#parts.understanding.takePending(source, sourceId), false)
    }
    const wait = changedAt + QUIET - Date.now()
    if (wait <= 0) return takePending()
    const timer = setTimeout(takePending, wait)
    this.#pending.set(sourceId, timer)
  }

  #updateState(sessionKey: number): void {
    const { writer, sources } = this.#parts
    const state = sources.stateOf(writer.sourcesOf(sessionKey))
    const sessionId = writer.setSourceState(sessionKey, state)
    if (sessionId !== null) this.#untold.push({ kind: 'state', sessionId })
  }

  #classify(path: string): Source | null {
    for (const adapter of this.#parts.adapters) {
      const source = adapter.classify(path, this.#parts.host)
      if (source) return source
    }
    return null
  }

  /** Others hear of a change when they can read it: at once of a growing session, of the backlog with its next commit. */
  #announce(change: SessionChange | null, isGrowing: boolean): void {
    if (change) {
      const { sessionId, isNew, events } = change
      this.#untold.push({ kind: 'session', sessionId, isNew, events, isGrowing })
    }
    if (isGrowing || performance.now() - this.#committedAt > COMMIT_EVERY) this.#commit()
  }

  #commit(): void {
    try {
      this.#parts.writer.commit()
    } catch (error) {
      this.#parts.understanding.forget()
      throw error
    }
    this.#committedAt = performance.now()
    for (const report of this.#untold.splice(0)) this.#parts.report(report)
  }

  #trouble(source: Source, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#parts.report({ kind: 'trouble', path: source.path, message })
    this.#retry ??= setTimeout(() => {
      this.#retry = null
      void this.sweep()
    }, RETRY)
  }

  #tellProgress(state: IngestProgress['state']): void {
    this.#progress.state = state
    this.#lastTold = performance.now()
    this.#parts.report({ kind: 'progress', progress: { ...this.#progress } })
  }

  #tellSometimes(): void {
    if (performance.now() - this.#lastTold > TELL_EVERY) this.#tellProgress('running')
  }
}

interface Found {
  path: string
  size: number
  mtimeMs: number
  /** Another one means that the file was written to. */
  stamp: string
}
