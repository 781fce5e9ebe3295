import type { LiveMessage } from '../contract/live.ts'

/** A live message before it has its number. */
export type Announcement = LiveMessage extends infer Message
  ? Message extends { sequence: number }
    ? Omit<Message, 'sequence'>
    : never
  : never

/** How many messages are held for clients that come back after a break. */
const HELD = 2000

/**
 * Numbers live messages and hands them to every listener. Numbers start at the clock's milliseconds, so that they grow
 * over restarts and a client of an earlier run is told to read everything again.
 */
export class LiveHub {
  readonly #listeners = new Set<(message: LiveMessage) => void>()
  readonly #held: LiveMessage[] = []
  readonly #first: number
  #sequence: number

  constructor(now: number) {
    this.#sequence = now
    this.#first = now
  }

  get sequence(): number {
    return this.#sequence
  }

  announce(announcement: Announcement): void {
    this.#sequence += 1
    const message = { ...announcement, sequence: this.#sequence } as LiveMessage
    this.#held.push(message)
    if (this.#held.length > HELD) this.#held.splice(0, this.#held.length - HELD)
    for (const listener of this.#listeners) listener(message)
  }

  /** Returns what came after `sequence`, or null when that is no longer (or was never) known here. */
  since(sequence: number): LiveMessage[] | null {
    if (sequence > this.#sequence || sequence < this.#first) return null
    const oldest = this.#held[0]?.sequence ?? this.#sequence + 1
    if (sequence + 1 < oldest) return null
    return this.#held.filter((message) => message.sequence > sequence)
  }

  /** Calls `listener` for every later message until the returned function is called. */
  listen(listener: (message: LiveMessage) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
