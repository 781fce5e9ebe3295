import { getFacets } from '../../server/contract/sessions.ts'
import { call } from '../api/call.ts'
import type { LiveClient } from '../api/live.ts'
import { paced } from '../state/paced.ts'

/** How many sessions are running, for the bar at the top. */
export class LiveCount {
  #count = $state<number>()
  #running: Record<string, boolean> = {}

  /** Undefined until the server has said it. */
  get count(): number | undefined {
    return this.#count
  }

  /** Follows the server's messages; returns the function that stops it. */
  start(live: LiveClient): () => void {
    const read = paced(() => void this.#read(), 1_000)
    const stops = [
      live.subscribe('session', ({ sessionId, isLive }) => {
        if (this.#running[sessionId] === isLive) return
        this.#running[sessionId] = isLive
        read.call()
      }),
      live.subscribe('state', () => read.call()),
      live.onStale(() => read.call()),
      () => read.stop(),
    ]
    read.call()
    return () => {
      for (const stop of stops) stop()
    }
  }

  async #read(): Promise<void> {
    try {
      this.#count = (await call(getFacets)).live
    } catch {
      // The bar leaves the number out; the page says what is wrong.
      this.#count = undefined
    }
  }
}
