import type { Worker } from 'node:worker_threads'
import type { SecretState, SecretTier } from '../contract/secrets.ts'
import { startThread } from '../thread.ts'

/** What the thread is started with. */
export interface ScanStart {
  dataDir: string
  vaultPath: string
  indexPath: string
}

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
  /** Secrets were found: their values are known from now on. */
  | { kind: 'secrets' }

/** What the thread answers; a `reason` says why it could not look. */
export type ScanReport = { number: number } & (TextLook | { reason: string })

interface Waiting {
  resolve(look: TextLook): void
  reject(error: Error): void
}

/**
 * Looks for secrets in texts that stand in no session yet: by the rules, and by every value that sessions are known to
 * hold. In a thread of its own, which starts with the first text.
 */
export class TextScan {
  readonly #start: ScanStart
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #lastNumber = 0

  constructor(start: ScanStart) {
    this.#start = start
  }

  /** Starts the thread ahead of the first text, which need not wait for it then. */
  warmUp(): void {
    this.#running()
  }

  /** A text that is JSON is read as such, so that findings tell the string in which they stand. */
  async scan(text: string, { isJson = false }: { isJson?: boolean } = {}): Promise<TextLook> {
    this.#lastNumber += 1
    const number = this.#lastNumber
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
      this.#order(this.#running(), { kind: 'scan', number, text, isJson })
    })
  }

  /** Sessions were found to hold further secrets. */
  secretsChanged(): void {
    if (this.#worker) this.#order(this.#worker, { kind: 'secrets' })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
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

  #order(worker: Worker, order: ScanOrder): void {
    worker.postMessage(order)
  }

  #take(report: ScanReport): void {
    const waiting = this.#waiting.get(report.number)
    this.#waiting.delete(report.number)
    if ('reason' in report) waiting?.reject(new Error(`A text could not be looked through: ${report.reason}`))
    else waiting?.resolve({ found: report.found, isComplete: report.isComplete })
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = null
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
