import { statSync } from 'node:fs'
import type { IndexWriter } from '../../db/stores/index-writer.ts'
import type { SourceStore } from '../../db/stores/source-store.ts'
import type { KeptBlock, Vault, VaultSource } from '../vault/vault.ts'
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
}

/** A last line without line feed is read when its source has been quiet for this long, in milliseconds. */
const QUIET = 3000
/** A full disk is tried again after this long, in milliseconds. */
const RETRY = 15_000

/**
 * Takes files in: keeps what is new of each, then understands it. Two lanes run side by side, so that a session that
 * grows now never waits for the backlog; within a lane one file follows the other, the newest first.
 */
export class Intake {
  readonly #parts: IntakeParts
  readonly #changed = new Set<string>()
  #backlog: { path: string; size: number }[] = []
  #lanes = { changed: false, backlog: false }
  readonly #pending = new Map<number, NodeJS.Timeout>()
  #retry: NodeJS.Timeout | null = null
  #isStopped = false
  readonly #progress: IngestProgress = { state: 'idle', sourcesDone: 0, sourcesTotal: 0, bytesDone: 0, bytesTotal: 0 }

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  get progress(): IngestProgress {
    return { ...this.#progress }
  }

  /** Looks at one path soon. Paths that no adapter reads are passed over. */
  changed(path: string): void {
    this.#changed.add(path)
    void this.#runChanged()
  }

  /** Looks at everything: what the index lacks of the vault, what lies in the folders, and what is there no more. */
  async sweep(): Promise<void> {
    const known = new Map(this.#parts.vault.listSources().map((source) => [source.path, source]))
    const found = await this.#listFiles()
    const seen = new Set(found.map((file) => file.path))
    for (const source of known.values()) {
      if (source.state === 'present' && !seen.has(source.path)) this.changed(source.path)
    }
    const behind = this.#behind([...known.values()])
    const byAge = found
      .filter((file) => behind.has(file.path) || known.get(file.path)?.generation?.length !== file.size)
      .sort((a, b) => b.mtimeMs - a.mtimeMs)
    const gone = [...behind].filter((path) => !seen.has(path)).map((path) => ({ path, size: 0 }))
    const unchanged = found.filter((file) => !byAge.includes(file))
    this.#enqueue([...byAge, ...gone, ...unchanged.map(({ path }) => ({ path, size: 0 }))])
    await this.#runBacklog()
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#pending.values()) clearTimeout(timer)
    if (this.#retry) clearTimeout(this.#retry)
  }

  async #listFiles(): Promise<{ path: string; size: number; mtimeMs: number }[]> {
    const files = []
    for (const adapter of this.#parts.adapters) {
      for (const root of adapter.roots(this.#parts.host)) {
        for await (const file of listFiles(root)) files.push(file)
      }
    }
    return files
  }

  /** Paths of sources of which the vault has bytes that the index has not seen. */
  #behind(known: VaultSource[]): Set<string> {
    const behind = known.filter(({ id, role, generation }) => {
      if (role === 'companion' || generation === null) return false
      const cursor = this.#parts.writer.cursor(id)
      return cursor === null || cursor.generationId !== generation.id || cursor.offset < generation.length
    })
    return new Set(behind.map((source) => source.path))
  }

  #enqueue(files: { path: string; size: number }[]): void {
    if (this.#backlog.length === 0) {
      this.#progress.sourcesDone = 0
      this.#progress.sourcesTotal = 0
      this.#progress.bytesDone = 0
      this.#progress.bytesTotal = 0
    }
    this.#backlog.push(...files)
    this.#progress.sourcesTotal += files.length
    this.#progress.bytesTotal += files.reduce((sum, file) => sum + file.size, 0)
  }

  async #runBacklog(): Promise<void> {
    if (this.#lanes.backlog || this.#backlog.length === 0) return
    this.#lanes.backlog = true
    this.#setRunning()
    let next = 0
    for (let file = this.#backlog[next]; file && !this.#isStopped; file = this.#backlog[next]) {
      await this.#takeIn(file.path, false)
      next += 1
      this.#progress.sourcesDone += 1
      this.#progress.bytesDone += file.size
      this.#tell()
    }
    this.#backlog = []
    this.#lanes.backlog = false
    this.#setIdle()
  }

  async #runChanged(): Promise<void> {
    if (this.#lanes.changed) return
    this.#lanes.changed = true
    for (const path of this.#changed) {
      if (this.#isStopped) break
      this.#changed.delete(path)
      await this.#takeIn(path, true)
    }
    this.#lanes.changed = false
    this.#setIdle()
  }

  async #takeIn(path: string, isLive: boolean): Promise<void> {
    const source = this.#classify(path)
    if (!source) return
    try {
      await this.#keep(source, isLive)
    } catch (error) {
      this.#trouble(source, error)
    }
  }

  async #keep(source: Source, isLive: boolean): Promise<void> {
    const { vault, understanding, writer } = this.#parts
    const isRead = source.role !== 'companion'
    const outcome = await vault.keep(source, (block) => {
      if (isRead) this.#announce(this.#understand(source, block), isLive)
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
    if (sessionId !== null) this.#parts.report({ kind: 'state', sessionId })
  }

  #classify(path: string): Source | null {
    for (const adapter of this.#parts.adapters) {
      const source = adapter.classify(path, this.#parts.host)
      if (source) return source
    }
    return null
  }

  #announce(change: SessionChange | null, isGrowing: boolean): void {
    if (!change) return
    const { sessionId, isNew, events } = change
    this.#parts.report({ kind: 'session', sessionId, isNew, events, isGrowing })
  }

  #trouble(source: Source, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#parts.report({ kind: 'trouble', path: source.path, message })
    this.#retry ??= setTimeout(() => {
      this.#retry = null
      void this.sweep()
    }, RETRY)
  }

  #setRunning(): void {
    this.#progress.state = 'running'
    this.#parts.report({ kind: 'progress', progress: this.progress })
  }

  #setIdle(): void {
    if (this.#lanes.backlog || this.#lanes.changed) return
    if (this.#progress.state === 'idle') return
    this.#progress.state = 'idle'
    this.#parts.report({ kind: 'progress', progress: this.progress })
  }

  #lastTold = 0
  #tell(): void {
    const now = performance.now()
    if (now - this.#lastTold < 100) return
    this.#lastTold = now
    this.#parts.report({ kind: 'progress', progress: this.progress })
  }
}
