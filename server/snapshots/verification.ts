import type { Worker } from 'node:worker_threads'
import { isDiskFull } from '../../db/database-error.ts'
import type { VaultNoteStore } from '../../db/stores/vault-note-store.ts'
import { VerifyReport } from '../contract/snapshots.ts'
import { startThread } from '../thread.ts'
import type { CheckReport } from '../vault/verify-thread.ts'

/** Under which name the result of the last check is noted in the vault. */
const NOTE = 'last-check'

const NEVER: VerifyReport = {
  state: 'never',
  startedAt: null,
  endedAt: null,
  bytesDone: 0,
  bytesTotal: 0,
  sources: 0,
  damage: [],
}

/** Checks the vault in a thread of its own, one check at a time, and remembers how the last one ended. */
export class Verification {
  readonly #vaultPath: string
  readonly #notes: VaultNoteStore
  #report: VerifyReport
  #running: { worker: Worker; ended: Promise<void> } | null = null

  constructor(vaultPath: string, notes: VaultNoteStore) {
    this.#vaultPath = vaultPath
    this.#notes = notes
    const noted = VerifyReport.safeParse(notes.find(NOTE))
    this.#report = noted.success ? noted.data : NEVER
  }

  /** The running check, or how the last one ended. */
  get report(): VerifyReport {
    return this.#report
  }

  /** When the last check came to its end. */
  get lastEndedAt(): string | null {
    if (this.#report.state === 'done') return this.#report.endedAt
    const noted = VerifyReport.safeParse(this.#notes.find(NOTE))
    return noted.success ? noted.data.endedAt : null
  }

  /** Starts a check unless one runs. */
  start(): void {
    if (this.#running) return
    this.#report = { ...NEVER, state: 'running', startedAt: new Date().toISOString() }
    const worker = startThread(new URL('../vault/verify-thread.ts', import.meta.url), {
      workerData: { vaultPath: this.#vaultPath },
    })
    worker.on('message', (report: CheckReport) => this.#take(report))
    worker.on('error', (error) => this.#fail(error))
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    this.#running = { worker, ended: ended.then(() => this.#end()) }
  }

  /** Resolves when no check runs. */
  async ended(): Promise<VerifyReport> {
    await this.#running?.ended
    return this.#report
  }

  /** Ends the running check; the result before it stays noted. */
  async cancel(): Promise<void> {
    const running = this.#running
    if (!running) return
    await running.worker.terminate()
    await running.ended
  }

  #take({ bytesDone, bytesTotal, sources, damage, isDone }: CheckReport): void {
    // A file that grew meanwhile makes it more than was counted before.
    const total = Math.max(bytesTotal, bytesDone)
    this.#report = { ...this.#report, bytesDone, bytesTotal: total, sources }
    this.#report.damage = [...this.#report.damage, ...damage]
    if (!isDone) return
    this.#report = { ...this.#report, state: 'done', endedAt: new Date().toISOString() }
    this.#note()
  }

  /** On a full disk the result is known for as long as the program runs, and no longer. */
  #note(): void {
    try {
      this.#notes.put(NOTE, this.#report)
    } catch (error) {
      if (!isDiskFull(error)) throw error
    }
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    const reason = `The check could not go on: ${message}`
    const place = { sourcePath: this.#vaultPath, sessionId: null, generation: 0, offset: 0, bytes: 0 }
    this.#report = { ...this.#report, state: 'done', endedAt: new Date().toISOString() }
    this.#report.damage = [...this.#report.damage, { ...place, reason }]
  }

  #end(): void {
    this.#running = null
    if (this.#report.state !== 'running') return
    this.#report = { ...this.#report, state: 'cancelled', endedAt: new Date().toISOString() }
  }
}
