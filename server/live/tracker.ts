/** How long a session counts as running after it grew, in milliseconds. */
export const GROWTH_COUNTS = 120_000
/** How often the agents' own registries are looked at while they name a running session. */
const REGISTRY_EVERY = 10_000

/** What the tracker needs from around it. */
export interface TrackerParts {
  /** Session ids that the agents' own registries name as running. */
  listRegistered(): Promise<string[]>
  /** Called with each session that began or stopped to be running. */
  onChange(sessionId: string): void
  now(): number
}

/** Knows which sessions are running: named by their agent's registry, or grown a moment ago. */
export class LiveTracker {
  readonly #parts: TrackerParts
  readonly #grown = new Map<string, number>()
  #registered = new Set<string>()
  #timer: NodeJS.Timeout | null = null
  #refreshing: Promise<void> | null = null
  #isClosed = false

  constructor(parts: TrackerParts) {
    this.#parts = parts
  }

  isLive(sessionId: string): boolean {
    return this.#registered.has(sessionId) || this.#isFresh(this.#grown.get(sessionId))
  }

  ids(): string[] {
    const fresh = [...this.#grown].filter(([, time]) => this.#isFresh(time)).map(([id]) => id)
    return [...new Set([...this.#registered, ...fresh])]
  }

  /** Notes that a session grew at a time in milliseconds; a time long past changes nothing. */
  grew(sessionId: string, time: number): void {
    if (!this.#isFresh(time)) return
    const was = this.isLive(sessionId)
    this.#grown.set(sessionId, Math.max(time, this.#grown.get(sessionId) ?? 0))
    if (!was) this.#parts.onChange(sessionId)
    this.#wait()
  }

  /** Notes that a session's file is gone: that it grew a moment ago says nothing any more. */
  vanished(sessionId: string): void {
    this.#grown.delete(sessionId)
  }

  /** Looks at the registries again. Calls while one look is under way are one more look after it. */
  async refresh(): Promise<void> {
    if (this.#refreshing) await this.#refreshing
    this.#refreshing ??= this.#look().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const before = this.#registered
    const listed = await this.#parts.listRegistered()
    if (this.#isClosed) return
    this.#registered = new Set(listed)
    for (const id of new Set([...before, ...listed])) {
      if (before.has(id) === this.#registered.has(id)) continue
      if (!this.#isFresh(this.#grown.get(id))) this.#parts.onChange(id)
    }
    this.#wait()
  }

  #isFresh(time: number | undefined): boolean {
    return time !== undefined && this.#parts.now() - time < GROWTH_COUNTS
  }

  /** One timer, and none while nothing runs. */
  #wait(): void {
    if (this.#timer || this.#isClosed) return
    if (this.#registered.size === 0 && this.#grown.size === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#dropOld()
      void this.refresh()
    }, REGISTRY_EVERY)
    this.#timer.unref()
  }

  #dropOld(): void {
    for (const [id, time] of this.#grown) {
      if (this.#isFresh(time)) continue
      this.#grown.delete(id)
      if (!this.#registered.has(id)) this.#parts.onChange(id)
    }
  }
}
