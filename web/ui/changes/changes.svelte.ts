import { listChanges, type OutsideChange } from '../../../server/contract/change.ts'
import { call, isAbort } from '../../api/call.ts'

const pageSize = 100

/** What Lossless wrote outside its data folder, newest first, page by page. */
export class Changes {
  #limit: number
  #items = $state.raw<readonly OutsideChange[]>()
  #cursor = $state<string | null>(null)
  #error = $state.raw<unknown>()
  #isReadingMore = $state(false)
  #abort: AbortController | undefined

  /** With `newest` only so many are read. */
  constructor(newest?: number) {
    this.#limit = newest ?? pageSize
  }

  /** Undefined until they were read once. */
  get items(): readonly OutsideChange[] | undefined {
    return this.#items
  }

  get hasMore(): boolean {
    return this.#cursor !== null
  }

  get isReadingMore(): boolean {
    return this.#isReadingMore
  }

  get error(): unknown {
    return this.#error
  }

  /** Reads the newest page again; older ones can be asked for again. */
  async read(): Promise<void> {
    this.stop()
    const abort = new AbortController()
    this.#abort = abort
    try {
      const page = await call(listChanges, { query: { limit: this.#limit }, signal: abort.signal })
      this.#items = page.items
      this.#cursor = page.nextCursor
      this.#error = undefined
    } catch (error) {
      if (!isAbort(error)) this.#error = error
    }
  }

  /** Adds the next older page. */
  async readMore(): Promise<void> {
    if (this.#cursor === null || this.#isReadingMore) return
    this.#isReadingMore = true
    try {
      const page = await call(listChanges, { query: { limit: this.#limit, cursor: this.#cursor } })
      this.#items = [...(this.#items ?? []), ...page.items]
      this.#cursor = page.nextCursor
    } catch (error) {
      this.#error = error
    }
    this.#isReadingMore = false
  }

  /** Gives up a reading that is under way. */
  stop(): void {
    this.#abort?.abort()
  }
}
