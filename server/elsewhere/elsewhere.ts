import type { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { isDiskFull } from '../../db/database-error.ts'
import type { VaultNoteStore } from '../../db/stores/vault-note-store.ts'
import { ElsewhereReport } from '../contract/elsewhere.ts'
import { startThread } from '../thread.ts'
import type { ElsewhereStart, ElsewhereTold } from './elsewhere-thread.ts'

/** Under which name the last result is noted in the vault. It holds places and no values. */
const NOTE = 'elsewhere'

const NEVER: ElsewhereReport = {
  state: 'never',
  startedAt: null,
  endedAt: null,
  roots: [],
  rootsDone: 0,
  files: 0,
  bytes: 0,
  skipped: { large: 0, binary: 0, unreadable: 0 },
  isCapped: false,
  values: 0,
  places: [],
}

/** What the search in other places works with. */
export interface ElsewhereParts {
  notes: VaultNoteStore
  /** Says where to search, asked anew for each search. */
  plan(): ElsewhereStart
  log: Pick<Logger, 'error'>
}

/** Searches other places on disk for known values, one search at a time, and remembers what the last one found. */
export class Elsewhere {
  readonly #parts: ElsewhereParts
  #report: ElsewhereReport
  #worker: Worker | null = null

  constructor(parts: ElsewhereParts) {
    this.#parts = parts
    this.#report = ElsewhereReport.catch(NEVER).parse(parts.notes.find(NOTE))
  }

  get report(): ElsewhereReport {
    return this.#report
  }

  /** Starts a search unless one runs. */
  start(): void {
    if (this.#worker) return
    this.#report = { ...NEVER, state: 'running', startedAt: new Date().toISOString() }
    const worker = startThread(new URL('./elsewhere-thread.ts', import.meta.url), { workerData: this.#parts.plan() })
    worker.on('message', (told: ElsewhereTold) => this.#take(worker, told))
    worker.on('error', (error) => {
      this.#parts.log.error({ err: error }, 'The search in other places on disk failed.')
      this.#end(worker, 'failed')
    })
    worker.on('exit', () => this.#end(worker, 'failed'))
    this.#worker = worker
  }

  /** Ends the running search; what it found stays. */
  async cancel(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    this.#end(worker, 'cancelled')
    await worker.terminate()
  }

  #take(worker: Worker, { isDone, places, ...counts }: ElsewhereTold): void {
    if (this.#worker !== worker) return
    this.#report = { ...this.#report, ...counts, places: [...this.#report.places, ...places] }
    if (isDone) this.#end(worker, 'done')
  }

  #end(worker: Worker, state: 'done' | 'cancelled' | 'failed'): void {
    if (this.#worker !== worker) return
    this.#worker = null
    this.#report = { ...this.#report, state, endedAt: new Date().toISOString() }
    try {
      this.#parts.notes.put(NOTE, this.#report)
    } catch (error) {
      if (!isDiskFull(error)) throw error
    }
  }
}
