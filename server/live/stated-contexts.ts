/** What a running agent says of its own context. */
export interface StatedContext {
  used: number
  window: number
}

/** Sessions of which it is held; an agent that runs says it again within seconds. */
const MOST_HELD = 200

/** Holds what agents say of their contexts by their status line: only they know the window for sure. */
export class StatedContexts {
  readonly #stated = new Map<string, StatedContext>()

  note(sessionId: string, context: StatedContext): void {
    this.#stated.delete(sessionId)
    this.#stated.set(sessionId, context)
    const [oldest] = this.#stated.keys()
    if (this.#stated.size > MOST_HELD && oldest !== undefined) this.#stated.delete(oldest)
  }

  of(sessionId: string): StatedContext | undefined {
    return this.#stated.get(sessionId)
  }
}
