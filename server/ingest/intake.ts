import type { Adapter, Host, Source } from '../adapters/adapter.ts'
import type { IngestProgress } from '../contract/live.ts'
import type { KeepOutcome, KeptBlock, Vault } from '../vault/vault.ts'
import type { IngestReport } from './protocol.ts'
import { listFiles } from './watch.ts'

/** Who understands what was kept. */
export interface Reader {
  /** The bytes are valid until it returns. */
  block(source: Source, block: KeptBlock, isLive: boolean): void
  /** Comes after the blocks of one keeping; resolves when all of it is read. */
  kept(source: Source, outcome: KeepOutcome, isLive: boolean): Promise<void> | void
  /** Resolves when everything that was read stands in the index. */
  settle(): Promise<void> | void
}

/** What intake works with. */
export interface IntakeParts {
  host: Host
  adapters: readonly Adapter[]
  vault: Vault
  reader: Reader
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
export class Intake {
  readonly #parts: IntakeParts
  readonly #changed = new Set<string>()
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
  #sweeping = false
  #isSweepWanted = false
  #isStopped = false
  #retry: NodeJS.Timeout | null = null
  #lastTold = 0
  readonly #working = new Set<Promise<void>>()

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
    if (this.#retry) clearTimeout(this.#retry)
    await Promise.allSettled(this.#working)
  }

  async #sweepOnce(): Promise<void> {
    // The first sweep also visits what is long gone: the index may lack what the vault has of it.
    const places =
      this.#stamps.size === 0 ? this.#parts.vault.listSources().map(({ path }) => path) : this.#stamps.keys()
    const found = await this.#listFiles()
    const seen = new Set(found.map((file) => file.path))
    const fresh = found.filter(({ path, stamp }) => this.#stamps.get(path) !== stamp)
    // Thousands of file backups shall not delay a session; those that it names are looked up when it is read.
    fresh.sort((a, b) => Number(a.isCompanion) - Number(b.isCompanion) || b.mtimeMs - a.mtimeMs)
    const missing = [...places].filter((path) => !seen.has(path)).map((path) => ({ path, size: 0, stamp: null }))
    await this.#takeInAll([...fresh, ...missing], found)
  }

  async #listFiles(): Promise<Found[]> {
    const files: Found[] = []
    for (const adapter of this.#parts.adapters) {
      for (const root of adapter.roots(this.#parts.host)) {
        for await (const { path, size, mtimeMs } of listFiles(root)) {
          const source = this.#classify(path)
          if (!source) continue
          files.push({ path, size, mtimeMs, stamp: `${size} ${mtimeMs}`, isCompanion: source.role === 'companion' })
        }
      }
    }
    return files
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
    if (this.#isStopped) return
    if (files.length > 0) await this.#settle()
    this.#tellProgress('idle')
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
    const { vault, reader } = this.#parts
    const outcome = await vault.keep(source, (block) => {
      if (this.#isStopped) throw new Error('Stopped in the middle of a file: the next start goes on from here.')
      reader.block(source, block, isLive)
    })
    await reader.kept(source, outcome, isLive)
  }

  #classify(path: string): Source | null {
    for (const adapter of this.#parts.adapters) {
      const source = adapter.classify(path, this.#parts.host)
      if (source) return source
    }
    return null
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
    if (performance.now() - this.#lastTold > TELL_EVERY) this.#tellProgress('running')
  }
}

interface Found {
  path: string
  size: number
  mtimeMs: number
  /** Another one means that the file was written to. */
  stamp: string
  isCompanion: boolean
}
