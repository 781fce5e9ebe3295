import type { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { Adapter, Root } from '../adapters/adapter.ts'
import type { IngestProgress } from '../contract/live.ts'
import type { Snapshot, SnapshotReason } from '../contract/snapshots.ts'
import { AppError } from '../errors.ts'
import type { LiveHub } from '../live/hub.ts'
import type { LiveTracker } from '../live/tracker.ts'
import { startThread } from '../thread.ts'
import type {
  IngestAnswers,
  IngestAsk,
  IngestOrder,
  IngestReport,
  IngestStart,
  KeptCopy,
  SnapshotRequest,
} from './protocol.ts'
import type { RedactedBlock, RedactRequest } from './redact-block.ts'
import type { StageNote } from './redaction-desk.ts'
import type { RedactionLooked, RedactionOrder, RedactionStep } from './redaction-order.ts'
import { watchRoots, type Watcher } from './watch.ts'

/** What ingest works with on the side of the server. */
export interface IngestParts {
  start: IngestStart
  adapters: readonly Adapter[]
  hub: LiveHub
  tracker: LiveTracker
  log: Logger
  /** Folders of the projects that are known, for agents that keep sessions inside of them. */
  listProjects?(): string[]
  /** Called each time when everything is read. */
  onIdle(): void
  /** Called when a snapshot was taken that nobody asked for. */
  onSnapshot?(reason: SnapshotReason): void
}

/** A worker that dies is started again after this long, in milliseconds; each time it dies soon again, later. */
const RESTART_AFTER = 1000

interface Asked {
  resolve(answer: unknown): void
  reject(error: Error): void
}

/** Runs the ingest worker and the watcher, and tells everyone who listens what changed. */
export class Ingest {
  readonly #parts: IngestParts
  #worker: Worker | null = null
  readonly #watchers: Watcher[] = []
  #progress: IngestProgress = { state: 'running', sourcesDone: 0, sourcesTotal: 0, bytesDone: 0, bytesTotal: 0 }
  readonly #asked = new Map<number, Asked>()
  #lastNumber = 0
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
    const { start, tracker } = this.#parts
    start.host.projects = this.#parts.listProjects?.() ?? []
    this.#startWorker()
    void tracker.refresh()
    await this.#watch(this.#roots(), () => this.#order({ kind: 'sweep' }))
    // What changed between the first walk and the first event is found by one more walk.
    this.#order({ kind: 'sweep' })
  }

  /** Keeps what is new in these files (in all when absent) before anything else; it is understood afterwards. */
  async keepNow(paths?: string[]): Promise<void> {
    await this.#ask({ kind: 'keep', paths: paths ?? null })
  }

  /** Looks at files that are new or vanished in places that are not watched. */
  lookAt(paths: readonly string[]): void {
    for (const path of paths) this.#order({ kind: 'changed', path })
  }

  /**
   * Keeps any file, also one that no adapter reads, and answers which range of the vault holds it now; null when it is not
   * there. Rejects when it cannot be read.
   */
  async keepCopy(path: string): Promise<KeptCopy | null> {
    return this.#ask({ kind: 'copy', path })
  }

  /**
   * Keeps what is new in the files that are meant and names the moment. An automatic one for which nothing changed since
   * the last of its scope is that last one.
   */
  async snapshot(request: SnapshotRequest): Promise<Snapshot> {
    const snapshot = await this.#ask({ kind: 'snapshot', request })
    this.#parts.hub.announce({ kind: 'vault' })
    return snapshot
  }

  /** Labels or pins a snapshot; null when there is none. */
  async describeSnapshot(
    snapshotId: number,
    change: { label?: string | null | undefined; isPinned?: boolean | undefined },
  ): Promise<Snapshot | null> {
    const snapshot = await this.#ask({ kind: 'describe-snapshot', snapshotId, ...change })
    if (snapshot) this.#parts.hub.announce({ kind: 'vault' })
    return snapshot
  }

  /** Deletes names of moments, and says how many there were. No byte of a session goes. */
  async deleteSnapshots(snapshotIds: number[]): Promise<number> {
    const removed = await this.#ask({ kind: 'delete-snapshots', snapshotIds })
    if (removed > 0) this.#parts.hub.announce({ kind: 'vault' })
    return removed
  }

  /** The value at a place of a secret, read from the kept bytes; null when it does not stand there any more. */
  async revealSecret(placeId: number): Promise<string | null> {
    return (await this.#ask({ kind: 'reveal', placeId }))?.value ?? null
  }

  /** The user's own patterns changed: they count from now on, and what was read before is looked through again. */
  rulesChanged(): void {
    this.#order({ kind: 'rules' })
  }

  /** Lines without secrets, a block at a time. */
  async redact(request: RedactRequest): Promise<RedactedBlock> {
    return this.#ask({ kind: 'redact', request })
  }

  /** What a redaction of kept files would find and change. */
  async lookForRedaction(order: RedactionOrder): Promise<RedactionLooked> {
    return this.#ask({ kind: 'look-for-redaction', order })
  }

  /** Looks, and makes what is needed to change it; `folder` is the caller's to remove. */
  async stageRedaction(request: {
    order: RedactionOrder
    title: string
    note: StageNote
  }): Promise<{ id: number; folder: string; looked: RedactionLooked }> {
    return this.#ask({ kind: 'stage-redaction', ...request })
  }

  /** Lets a look or a preparation of this name end: it rejects, and nothing is left of it. */
  async stopLook(job: string): Promise<void> {
    await this.#ask({ kind: 'stop-look', job })
  }

  /** Lets kept bytes become those without secrets, but for the files of `skipped`. */
  async swapRedacted(id: number, done: { changeId: number | null; skipped: number[] }): Promise<void> {
    await this.#ask({ kind: 'swap-redacted', id, ...done })
  }

  async stepRedaction(id: number, step: RedactionStep): Promise<void> {
    await this.#ask({ kind: 'redaction-step', id, step })
  }

  /** Texts as they may be shown: secrets replaced. */
  async maskTexts(texts: string[]): Promise<string[]> {
    return this.#ask({ kind: 'mask', texts })
  }

  /** What stands behind marks of secrets; those that are not known are left out. Only to write files as they were. */
  async unmask(marks: string[]): Promise<Map<string, string>> {
    return this.#ask({ kind: 'unmask', marks })
  }

  /** Leaves the backlog of an import where it is; sessions that grow are kept and read all the same. */
  async pauseImport(): Promise<void> {
    await this.#ask({ kind: 'pause' })
  }

  /** Goes on with it. */
  async resumeImport(): Promise<void> {
    await this.#ask({ kind: 'resume' })
  }

  /** Stops watching and lets the worker finish the block it is at. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#watchers.map((watcher) => watcher.close()))
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

  #roots(): Root[] {
    const { adapters, start } = this.#parts
    return adapters.flatMap((adapter) => adapter.roots(start.host)).filter((root) => !root.isPolled)
  }

  async #watch(roots: Root[], onSweep: () => void): Promise<void> {
    const watcher = await watchRoots(roots, (change) => this.#onChange(change.path), {
      onSweep,
      onError: (error: Error) =>
        this.#parts.log.warn({ err: error }, 'watching the agents’ folders failed; they are swept instead'),
    })
    if (this.#isStopping) await watcher.close()
    else this.#watchers.push(watcher)
  }

  /** Sessions may name projects that were not known: agents may keep others inside of those. */
  #lookForProjects(): void {
    const { start } = this.#parts
    const known = new Set(start.host.projects)
    const folders = this.#parts.listProjects?.() ?? []
    if (folders.every((folder) => known.has(folder))) return
    const before = new Set(this.#roots().map(({ path }) => path))
    start.host.projects = folders
    this.#order({ kind: 'projects', folders })
    const added = this.#roots().filter(({ path }) => !before.has(path))
    if (added.length > 0) void this.#watch(added, () => undefined)
  }

  #startWorker(): void {
    const worker = startThread(new URL('./worker.ts', import.meta.url), {
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
    for (const { reject } of this.#asked.values()) reject(unavailable())
    this.#asked.clear()
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

  #ask<Kind extends keyof IngestAnswers>(
    ask: { kind: Kind } & IngestAnswers[Kind]['ask'],
  ): Promise<IngestAnswers[Kind]['answer']> {
    if (!this.#worker || this.#isStopping) return Promise.reject(unavailable())
    this.#lastNumber += 1
    const number = this.#lastNumber
    return new Promise((resolve, reject) => {
      this.#asked.set(number, { resolve: (answer) => resolve(answer as IngestAnswers[Kind]['answer']), reject })
      this.#order({ kind: 'ask', number, ask: ask as IngestAsk })
    })
  }

  /** The one that waits for an answer, which comes once. */
  #waitingFor(number: number): Asked | undefined {
    const asked = this.#asked.get(number)
    this.#asked.delete(number)
    return asked
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
        if (report.progress.state === 'idle') {
          this.#lookForProjects()
          this.#parts.onIdle()
        }
        return hub.announce({ kind: 'ingest', progress: report.progress })
      case 'session': {
        const { sessionId, isNew, events } = report
        if (isNew && this.#progress.state === 'idle') this.#lookForProjects()
        if (report.isGrowing) tracker.grew(sessionId, Date.now())
        return hub.announce({ kind: 'session', sessionId, isNew, events, isLive: tracker.isLive(sessionId) })
      }
      case 'state':
        if (report.isGone) tracker.vanished(report.sessionId)
        return hub.announce({ kind: 'state', sessionId: report.sessionId })
      case 'secrets':
        for (const { secretId, kind, seq } of report.secrets) {
          hub.announce({ kind: 'finding', sessionId: report.sessionId, secretId, secretKind: kind, seq })
        }
        return hub.announce({ kind: 'secrets' })
      case 'redaction': {
        const { job, done, total } = report
        return hub.announce({ kind: 'redaction', job, done, total })
      }
      case 'snapshots':
        this.#parts.onSnapshot?.(report.reason)
        return hub.announce({ kind: 'vault' })
      case 'answer':
        return this.#waitingFor(report.number)?.resolve(report.answer)
      case 'refusal':
        return this.#waitingFor(report.number)?.reject(new AppError(report.code, report.message))
      case 'trouble':
        return log.warn({ path: report.path }, report.message)
    }
  }
}

function unavailable(): AppError {
  return new AppError(
    'unavailable',
    'Nothing can be kept at the moment, because reading is starting. Try again in a moment.',
  )
}
