import type { Worker } from 'node:worker_threads'
import type { SecretState, SecretTier } from '../contract/secrets.ts'
import { AppError } from '../errors.ts'
import type { PatternTrial, TrialRequest } from '../redaction/try-pattern.ts'
import { startThread } from '../thread.ts'
import type { ScanStart } from './known-from-vault.ts'

/** A suspected secret in a text, without its value. */
export interface FoundSecret {
  /** Id of a format or of a structure. */
  kind: string
  /** Null when the kind does not say whose it is. */
  provider: string | null
  tier: SecretTier
  /** The way to the string in a JSON text; empty for a plain text. */
  path: (string | number)[]
  /** It stands in the name of the last member of the path, not in its value. */
  isKey: boolean
  /** Offsets in what that string says, in UTF-16 units, the end exclusive. */
  start: number
  end: number
  /** The mark that it has, or would have, wherever text is shown. */
  placeholder: string
  /** Keyed hash of the value, in hex: the same value, the same hash. */
  hash: string
  /** What was decided about it; `open` too for one that was never seen. */
  state: SecretState
}

/** What a scan found; `isComplete` is false when a part was too costly to look at. */
export interface TextLook {
  found: FoundSecret[]
  isComplete: boolean
}

/** What the thread is told. */
export type ScanOrder =
  | { kind: 'scan'; number: number; text: string; isJson: boolean }
  | { kind: 'try'; number: number; trial: TrialRequest }
  /** Secrets were found: their values are known from now on. */
  | { kind: 'secrets' }
  /** The user's own patterns changed. */
  | { kind: 'rules' }

/** What came of a look or a trial. */
export type Answer = { look: TextLook } | { trial: PatternTrial }

/** What the thread answers; a `reason` says why it could not. */
export type ScanReport = { number: number } & (Answer | { reason: string })

interface Waiting {
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** Milliseconds after which the trial of a pattern is given up. */
const PATIENCE = 10_000

/**
 * Looks for secrets in texts that stand in no session yet: by the rules, and by every value that sessions are known to
 * hold. Tries patterns on texts too. In a thread of its own, which starts with the first text.
 */
export class TextScan {
  readonly #start: ScanStart
  readonly #patience: number
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #lastNumber = 0

  constructor(start: ScanStart, { patience = PATIENCE }: { patience?: number } = {}) {
    this.#start = start
    this.#patience = patience
  }

  /** Starts the thread ahead of the first text, which need not wait for it then. */
  warmUp(): void {
    this.#running()
  }

  /** A text that is JSON is read as such, so that findings tell the string in which they stand. */
  async scan(text: string, { isJson = false }: { isJson?: boolean } = {}): Promise<TextLook> {
    const answer = await this.#ask((number) => ({ kind: 'scan', number, text, isJson }))
    if ('look' in answer) return answer.look
    throw new Error('A text was asked about, and a pattern was answered.')
  }

  /** Rejects with `unavailable` when it takes too long; the thread ends then, and the next text gets a new one. */
  async tryPattern(trial: TrialRequest): Promise<PatternTrial> {
    const timer = setTimeout(() => void this.#giveUp(), this.#patience)
    try {
      const answer = await this.#ask((number) => ({ kind: 'try', number, trial }))
      if ('trial' in answer) return answer.trial
      throw new Error('A pattern was asked about, and a text was answered.')
    } catch (cause) {
      const message = 'The pattern could not be tried in time. Make it simpler or the text shorter, and try again.'
      throw new AppError('unavailable', message, { cause })
    } finally {
      clearTimeout(timer)
    }
  }

  /** Sessions were found to hold further secrets. */
  secretsChanged(): void {
    this.#worker?.postMessage({ kind: 'secrets' } satisfies ScanOrder)
  }

  /** The user's own patterns changed. A thread that does not run reads them when it starts. */
  rulesChanged(): void {
    this.#worker?.postMessage({ kind: 'rules' } satisfies ScanOrder)
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #ask(orderOf: (number: number) => ScanOrder): Promise<Answer> {
    this.#lastNumber += 1
    const number = this.#lastNumber
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
      this.#running().postMessage(orderOf(number))
    })
  }

  #running(): Worker {
    if (this.#worker) return this.#worker
    const worker = startThread(new URL('./scan-thread.ts', import.meta.url), { workerData: this.#start })
    worker.unref()
    worker.on('message', (report: ScanReport) => this.#take(report))
    worker.on('error', (error) => this.#fail(worker, error))
    worker.on('exit', () => this.#fail(worker, new Error('The thread that looks for secrets ended. Try again.')))
    this.#worker = worker
    return worker
  }

  #take(report: ScanReport): void {
    const waiting = this.#waiting.get(report.number)
    this.#waiting.delete(report.number)
    if ('reason' in report) waiting?.reject(new Error(`A text could not be looked through: ${report.reason}`))
    else waiting?.resolve(report)
  }

  async #giveUp(): Promise<void> {
    const worker = this.#worker
    if (worker === null) return
    this.#fail(worker, new Error('It took too long.'))
    await worker.terminate()
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = null
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
