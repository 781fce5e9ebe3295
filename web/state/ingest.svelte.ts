import { getHealth, pauseImport, resumeImport } from '../../server/contract/system.ts'
import type { IngestProgress } from '../../server/contract/live.ts'
import { call } from '../api/call.ts'
import type { LiveClient } from '../api/live.ts'
import { ReadingRate } from './reading-rate.ts'

/** A running session's few new bytes are not an import. */
const importBytes = 4_000_000
/** So long after its start a server may still be looking what there is. */
const lookingMs = 1_500

/** How far the server has read what the agents wrote, and how fast. */
export class Ingest {
  #progress = $state.raw<IngestProgress>()
  #rate = new ReadingRate()
  #bytesPerSecond = $state<number>()
  #isImporting = $state(false)
  #isPaused = $state(false)
  #isLooking = $state(true)

  /** Undefined until the server has said it once. */
  get progress(): IngestProgress | undefined {
    return this.#progress
  }

  /** True from the moment that there is much to read until all of it is read. */
  get isImporting(): boolean {
    return this.#isImporting
  }

  /** True while the import waits until someone lets it go on. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** True while nothing is known to be there because the server may just have begun to look. */
  get isLooking(): boolean {
    return this.#isLooking
  }

  /** From 0 to 1, by bytes. */
  get share(): number {
    const { bytesDone, bytesTotal } = this.#progress ?? { bytesDone: 0, bytesTotal: 0 }
    return bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : 0
  }

  /** Undefined while it cannot be told. */
  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond
  }

  /** Undefined while it cannot be told. */
  get msLeft(): number | undefined {
    if (!this.#progress || !this.#bytesPerSecond) return undefined
    return ((this.#progress.bytesTotal - this.#progress.bytesDone) / this.#bytesPerSecond) * 1_000
  }

  /** Follows the server's messages; returns the function that stops it. */
  start(live: LiveClient): () => void {
    const stops = [
      live.subscribe('ingest', (message) => this.#take(message.progress)),
      live.onStale(() => void this.#read()),
    ]
    void this.#read()
    const timer = setTimeout(() => (this.#isLooking = false), lookingMs)
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }

  /** Leaves what was not read yet where it is. */
  async pause(): Promise<void> {
    this.#take((await call(pauseImport)).ingest)
  }

  async resume(): Promise<void> {
    this.#take((await call(resumeImport)).ingest)
  }

  async #read(): Promise<void> {
    try {
      this.#take((await call(getHealth)).ingest)
    } catch {
      // The page itself says that the server does not answer; progress is only an extra.
    }
  }

  #take(progress: IngestProgress): void {
    this.#progress = progress
    if (progress.sourcesTotal > 0) this.#isLooking = false
    const isRunning = progress.state === 'running'
    const isMuch = this.#isImporting || progress.bytesTotal - progress.bytesDone > importBytes
    this.#isPaused = progress.state === 'paused'
    this.#isImporting = this.#isPaused || (isRunning && isMuch)
    this.#bytesPerSecond = isRunning ? this.#rate.add(progress.bytesDone, performance.now()) : undefined
  }
}
