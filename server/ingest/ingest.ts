import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { Adapter } from '../adapters/adapter.ts'
import type { IngestProgress } from '../contract/live.ts'
import type { LiveHub } from '../live/hub.ts'
import type { LiveTracker } from '../live/tracker.ts'
import type { IngestOrder, IngestReport, IngestStart } from './protocol.ts'
import { watchRoots, type Watcher } from './watch.ts'

/** What ingest works with on the side of the server. */
export interface IngestParts {
  start: IngestStart
  adapters: readonly Adapter[]
  hub: LiveHub
  tracker: LiveTracker
  log: Logger
  /** Called each time when everything is read. */
  onIdle(): void
}

/** A worker that dies is started again after this long, in milliseconds; each time it dies soon again, later. */
const RESTART_AFTER = 1000

/** Runs the ingest worker and the watcher, and tells everyone who listens what changed. */
export class Ingest {
  readonly #parts: IngestParts
  #worker: Worker | null = null
  #watcher: Watcher | null = null
  #progress: IngestProgress = { state: 'running', sourcesDone: 0, sourcesTotal: 0, bytesDone: 0, bytesTotal: 0 }
  #deaths = 0
  #isStopping = false

  constructor(parts: IngestParts) {
    this.#parts = parts
  }

  get progress(): IngestProgress {
    return this.#progress
  }

  /** Starts to read everything and to watch for more. Returns when the watcher is ready. */
  async start(): Promise<void> {
    this.#startWorker()
    const { adapters, start, log, tracker } = this.#parts
    void tracker.refresh()
    const roots = adapters.flatMap((adapter) => adapter.roots(start.host))
    this.#watcher = await watchRoots(roots, (change) => this.#onChange(change.path), {
      onSweep: () => this.#order({ kind: 'sweep' }),
      onError: (error: Error) =>
        log.warn({ err: error }, 'watching the agents’ folders failed; they are swept instead'),
    })
    // What changed between the first walk and the first event is found by one more walk.
    this.#order({ kind: 'sweep' })
  }

  /** Stops watching and lets the worker finish the block it is at. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#watcher?.close()
    const worker = this.#worker
    if (!worker) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 3000)
      worker.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#order({ kind: 'stop' })
    })
    await worker.terminate()
  }

  #startWorker(): void {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#parts.start,
      // Parsed lines die young: a larger nursery takes memory and no less time.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    })
    worker.on('message', (report: IngestReport) => this.#onReport(report))
    worker.on('error', (error) => this.#parts.log.error({ err: error }, 'the ingest worker failed'))
    worker.on('exit', () => this.#onExit())
    this.#worker = worker
    this.#order({ kind: 'sweep' })
  }

  #onExit(): void {
    this.#worker = null
    if (this.#isStopping) return
    this.#deaths += 1
    const wait = RESTART_AFTER * 2 ** Math.min(this.#deaths, 6)
    setTimeout(() => {
      if (!this.#isStopping) this.#startWorker()
    }, wait).unref()
  }

  #order(order: IngestOrder): void {
    this.#worker?.postMessage(order)
  }

  #onChange(path: string): void {
    const { adapters, start, tracker } = this.#parts
    const isSource = adapters.some((adapter) => adapter.classify(path, start.host) !== null)
    if (isSource) this.#order({ kind: 'changed', path })
    else void tracker.refresh()
  }

  #onReport(report: IngestReport): void {
    const { hub, tracker, log } = this.#parts
    switch (report.kind) {
      case 'progress':
        this.#progress = report.progress
        if (report.progress.state === 'idle') this.#parts.onIdle()
        return hub.announce({ kind: 'ingest', progress: report.progress })
      case 'session': {
        const { sessionId, isNew, events } = report
        if (report.isGrowing) tracker.grew(sessionId, Date.now())
        return hub.announce({ kind: 'session', sessionId, isNew, events, isLive: tracker.isLive(sessionId) })
      }
      case 'state':
        if (report.isGone) tracker.vanished(report.sessionId)
        return hub.announce({ kind: 'state', sessionId: report.sessionId })
      case 'trouble':
        return log.warn({ path: report.path }, report.message)
    }
  }
}
