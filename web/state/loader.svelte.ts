import { isAbort } from '../api/call.ts'

/** Something that a page reads, with its state. Reading again keeps what is shown until the new one has come. */
export class Loader<Value> {
  #load: (signal: AbortSignal) => Promise<Value>
  #value = $state.raw<Value>()
  #error = $state.raw<unknown>()
  #isLoading = $state(false)
  #abort: AbortController | undefined

  constructor(load: (signal: AbortSignal) => Promise<Value>) {
    this.#load = load
  }

  get value(): Value | undefined {
    return this.#value
  }

  /** What the last try threw; undefined after a good one. */
  get error(): unknown {
    return this.#error
  }

  get isLoading(): boolean {
    return this.#isLoading
  }

  /** Reads now; an earlier reading that is still under way is given up. */
  async read(): Promise<void> {
    this.stop()
    const abort = new AbortController()
    this.#abort = abort
    this.#isLoading = true
    try {
      const value = await this.#load(abort.signal)
      if (this.#abort !== abort) return
      this.#value = value
      this.#error = undefined
    } catch (error) {
      if (this.#abort !== abort || isAbort(error)) return
      this.#error = error
    }
    this.#isLoading = false
  }

  /** Gives up a reading that is under way. */
  stop(): void {
    this.#abort?.abort()
    this.#abort = undefined
    this.#isLoading = false
  }
}
