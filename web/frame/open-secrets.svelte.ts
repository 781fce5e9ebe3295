import { listSecrets } from '../../server/contract/secrets.ts'
import { call } from '../api/call.ts'
import type { LiveClient } from '../api/live.ts'
import { paced } from '../state/paced.ts'

/** How many secrets nobody has decided about, for the way to them. */
export class OpenSecrets {
  #count = $state(0)

  /** 0 also until the server has said it, and while it cannot be asked. */
  get count(): number {
    return this.#count
  }

  /** Follows the server's messages; returns the function that stops it. */
  start(live: LiveClient): () => void {
    const read = paced(() => void this.#read(), 1_000)
    const stops = [live.subscribe('secrets', () => read.call()), live.onStale(() => read.call()), () => read.stop()]
    read.call()
    return () => {
      for (const stop of stops) stop()
    }
  }

  async #read(): Promise<void> {
    try {
      this.#count = (await call(listSecrets, { query: { limit: 1 } })).sums.states.open
    } catch {
      // The page says what is wrong.
      this.#count = 0
    }
  }
}
