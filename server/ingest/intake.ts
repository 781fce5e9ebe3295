import type { Source } from '../adapters/adapter.ts'
import type { IngestProgress } from '../contract/live.ts'
import type { KeepOutcome, KeptBlock, Vault } from '../vault/vault.ts'
import type { Hurry } from './hurry.ts'
import type { Backlog, Unread } from './keep-first.ts'
import type { FoundSource, Places } from './places.ts'
import type { IngestReport } from './protocol.ts'
import type { Unpacking } from './unpacking.ts'

/** Who understands what was kept. */
export interface Reader {
  /** The bytes are valid until it returns. */
  block(source: Source, block: KeptBlock, isLive: boolean): void
  /** Comes after the blocks of one keeping; resolves when all of it is read. */
  kept(source: Source, outcome: KeepOutcome, isLive: boolean): Promise<void>
  /** Says that a file grows now, from this byte on. */
  grows(generationId: number, from: number): void
  /** Resolves when everything that was read stands in the index. */
  settle(): Promise<void> | void
}

/** What intake works with. */
export interface IntakeParts {
  places: Places
  vault: Vault
  reader: Reader
  unpacking: Unpacking
  /** While it holds, bytes are kept and not understood. */
  hurry: Hurry
  report(report: IngestReport): void
}

/** After trouble (a full disk above all) everything is looked at again this much later, in milliseconds. */
const RETRY = 15_000
/** Files of the backlog in work at once: one is compressed and written while another is understood. */
const LANES = 3
/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 100

/**
 * Takes files in: keeps what is new of each, then has it understood. Changes that were told and the backlog of a sweep run
 * side by side, so that a session that grows now never waits; the newest files of the backlog come first.
 */
export class Intake implements Backlog {
  readonly #parts: IntakeParts
  readonly #changed = new Set<string>()
  readonly #unread: Unread[] = []
  readonly #hurry: Hurry
  /** Of each file at the last sweep, so that the next one costs a listing and no more. */
  readonly #stamps = new Map<string, string>()
  readonly #progress: IngestProgress = {
    state: 'running',
    sourcesDone: 0,
    sourcesTotal: 0,
    bytesDone: 0,
    bytesTotal: 0,
  }
  #isTakingChanged = false
  #isReading = false
  #isPaused = false
  #sweeping = false
  #isSweepWanted = false
  #isStopped = false
  #retry: NodeJS.Timeout | null = null
  #lastTold = 0
  readonly #working = new Set<Promise<void>>()

  constructor(parts: IntakeParts) {
    this.#parts = parts
    this.#hurry = parts.hurry
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

  /** Leaves the backlog where it is after the files in work. Files that were taken in and grow are taken in all the same. */
  pause(): void {
    this.#isPaused = true
    if (this.#progress.state === 'running') this.#tellProgress('paused')
  }

  /** Goes on with it. */
  resume(): void {
    this.#isPaused = false
    if (this.#progress.state === 'paused') this.#tellProgress('running')
    void this.sweep()
  }

  isTakenIn({ path, stamp }: FoundSource): boolean {
    return this.#stamps.get(path) === stamp
  }

  /** Has what was kept out of turn understood, as soon as there is time. */
  readLater(unread: Unread): void {
    const { outcome, isLive } = unread
    if (isLive && outcome.change === 'grown') this.#parts.reader.grows(outcome.generationId ?? 0, outcome.keptFrom)
    this.#unread.push(unread)
    setImmediate(() => void this.#readUnread())
  }

  /** Ends at the next block; what was read until then stands. */
  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#retry) clearTimeout(this.#retry)
    await Promise.allSettled(this.#working)
  }

  async #sweepOnce(): Promise<void> {
    // The first sweep also visits what is long gone: the index may lack what the vault has of it.
    const places =
      this.#stamps.size === 0 ? this.#parts.vault.listSources().map(({ path }) => path) : this.#stamps.keys()
    const found = await this.#parts.places.list()
    const seen = new Set(found.map((file) => file.path))
    const fresh = found.filter((file) => !this.isTakenIn(file))
    // Thousands of file backups shall not delay a session; those that it names are looked up when it is read.
    fresh.sort((a, b) => Number(isCompanion(a)) - Number(isCompanion(b)) || b.mtimeMs - a.mtimeMs)
    const missing = [...places].filter((path) => !seen.has(path)).map((path) => ({ path, size: 0, stamp: null }))
    await this.#takeInAll([...fresh, ...missing], found)
  }

  async #takeInAll(files: { path: string; size: number; stamp: string | null }[], found: FoundSource[]): Promise<void> {
    const sizeOf = (list: { size: number }[]) => list.reduce((sum, file) => sum + file.size, 0)
    const progress = this.#progress
    progress.sourcesTotal = found.length
    progress.bytesTotal = sizeOf(found)
    progress.sourcesDone = found.length - files.filter((file) => file.stamp !== null).length
    progress.bytesDone = progress.bytesTotal - sizeOf(files)
    if (files.length > 0 && !this.#isPaused) this.#tellProgress('running')
    let left = 0
    const waiting = files.values()
    const lane = async () => {
      for (const file of waiting) {
        await this.#hurry.over()
        if (this.#isStopped) return
        if (this.#isPaused && file.stamp !== null && !this.#stamps.has(file.path)) {
          left += 1
          continue
        }
        // What was taken in before and changed since is growing now, though no event told it.
        const isKept = await this.#takeIn(file.path, this.#stamps.has(file.path))
        if (file.stamp === null) this.#stamps.delete(file.path)
        else if (isKept) this.#stamps.set(file.path, file.stamp)
        progress.sourcesDone += file.stamp === null ? 0 : 1
        progress.bytesDone += file.size
        this.#tellSometimes()
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    if (this.#isStopped) return
    await this.#settle()
    this.#tellProgress(left > 0 ? 'paused' : 'idle')
  }

  /** What could not be committed is read again by a later sweep, which therefore has to look at everything. */
  async #settle(): Promise<void> {
    try {
      await this.#parts.reader.settle()
    } catch (error) {
      this.#stamps.clear()
      this.#trouble(null, error)
    }
  }

  async #runChanged(): Promise<void> {
    if (this.#isTakingChanged) return
    this.#isTakingChanged = true
    for (const path of this.#changed) {
      if (this.#isStopped) break
      this.#changed.delete(path)
      await this.#takeIn(path, true)
    }
    this.#isTakingChanged = false
  }

  async #readUnread(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    for (let next = this.#unread.shift(); next && !this.#isStopped; next = this.#unread.shift()) {
      const { source, outcome, isLive } = next
      await this.#hurry.over()
      await this.#track(source, this.#parts.reader.kept(source, outcome, isLive))
    }
    this.#isReading = false
    if (!this.#sweeping && !this.#isStopped) await this.#settle()
  }

  /** Returns false when it failed and has to be tried again. */
  async #takeIn(path: string, isLive: boolean): Promise<boolean> {
    const source = this.#parts.places.classify(path)
    return source === null || this.#track(source, this.#keep(source, isLive))
  }

  async #track(source: Source, work: Promise<void>): Promise<boolean> {
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
    const outcome = await this.#parts.vault.keep(source, (block) => this.#onBlock(source, block, isLive))
    await this.#hurry.over()
    await this.#parts.reader.kept(source, outcome, isLive)
    const unpacked = this.#parts.places.unpacked(source)
    if (unpacked) await this.#keepUnpacked(source, outcome, unpacked)
  }

  /** Under its own name, as if it stood there. */
  async #keepUnpacked(packed: Source, { change, returned }: KeepOutcome, source: Source): Promise<void> {
    const { unpacking, reader } = this.#parts
    if (change === 'gone' || change === 'unreadable') return this.#keep(source, false)
    const isNews = change !== 'unchanged' || returned
    const outcome = await unpacking.keep(packed.path, {
      source,
      isNews,
      onBlock: (block) => this.#onBlock(source, block, false),
    })
    await this.#hurry.over()
    if (outcome) await reader.kept(source, outcome, false)
  }

  #onBlock(source: Source, block: KeptBlock, isLive: boolean): void {
    if (this.#isStopped) throw new Error('Stopped in the middle of a file: the next start goes on from here.')
    // What is passed over here is read from the vault afterwards.
    if (!this.#hurry.isOn) this.#parts.reader.block(source, block, isLive)
    else if (isLive) this.#parts.reader.grows(block.generationId, block.grewFrom)
  }

  #trouble(source: Source | null, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#parts.report({ kind: 'trouble', path: source?.path ?? null, message })
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
    const state = this.#isPaused ? 'paused' : 'running'
    if (performance.now() - this.#lastTold > TELL_EVERY) this.#tellProgress(state)
  }
}

function isCompanion({ source }: FoundSource): boolean {
  return source.role === 'companion'
}
