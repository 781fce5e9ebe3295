/** What a `LatestLoader` loads and whom it tells. */
export interface LatestLoaderOptions<Key, Value> {
  load: (key: Key, signal: AbortSignal) => Promise<Value>
  onvalue: (value: Value, key: Key) => void
  onerror: (error: unknown, key: Key) => void
  isSame?: (a: Key, b: Key) => boolean
  /** A request that is older than this is given up when something newer is wanted. */
  staleMs?: number
}

/**
 * Loads what was wanted last. At most one request is under way; while it is, newer wishes replace each other, so that
 * dragging over a thousand moments asks for as many as the server can answer and never builds a queue.
 */
export class LatestLoader<Key, Value> {
  #options: LatestLoaderOptions<Key, Value>
  #running: { key: Key; abort: AbortController; startedAt: number } | undefined
  #next: { key: Key } | undefined

  constructor(options: LatestLoaderOptions<Key, Value>) {
    this.#options = options
  }

  want(key: Key): void {
    const running = this.#running
    if (!running) return this.#start(key)
    if (this.#isSame(running.key, key)) {
      this.#next = undefined
      return
    }
    this.#next = { key }
    if (performance.now() - running.startedAt > (this.#options.staleMs ?? 150)) running.abort.abort()
  }

  /** Gives up what is under way and forgets what was wanted. */
  stop(): void {
    this.#next = undefined
    this.#running?.abort.abort()
    this.#running = undefined
  }

  #start(key: Key): void {
    const running = { key, abort: new AbortController(), startedAt: performance.now() }
    this.#running = running
    this.#options.load(key, running.abort.signal).then(
      (value) => {
        if (this.#running !== running) return
        this.#options.onvalue(value, key)
        this.#finish()
      },
      (error: unknown) => {
        if (this.#running !== running) return
        if (!running.abort.signal.aborted) this.#options.onerror(error, key)
        this.#finish()
      },
    )
  }

  #finish(): void {
    this.#running = undefined
    const next = this.#next
    this.#next = undefined
    if (next) this.#start(next.key)
  }

  #isSame(a: Key, b: Key): boolean {
    return this.#options.isSame ? this.#options.isSame(a, b) : a === b
  }
}
