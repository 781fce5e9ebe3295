import { setImmediate as turn } from 'node:timers/promises'

/** Milliseconds of work at a stretch, far below what another request would notice. */
const SLICE_MS = 8

/** Hands over to other work whenever this one took long enough; throws when nobody waits for it any more. */
export class Breath {
  readonly #signal: AbortSignal
  #begun = performance.now()

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  async take(): Promise<void> {
    this.#signal.throwIfAborted()
    if (performance.now() - this.#begun < SLICE_MS) return
    await turn()
    this.#begun = performance.now()
  }
}
