import type { Event } from '../../../server/contract/event.ts'
import { getTimeline, listEvents } from '../../../server/contract/sessions.ts'
import { call } from '../../api/call.ts'
import type { LiveClient } from '../../api/live.ts'
import { paced } from '../../state/paced.ts'
import { emptyPulse, growPulse, type Pulse } from './pulse.ts'

/** Follows one running session: its context curve, its last prompt and the tool call that runs now. */
export class SessionPulse {
  #sessionId: string
  #pulse = $state.raw<Pulse>(emptyPulse)
  #runningCall = $state.raw<Event>()
  #isReading = false
  #isWantedAgain = false

  constructor(sessionId: string) {
    this.#sessionId = sessionId
  }

  get pulse(): Pulse {
    return this.#pulse
  }

  /** The newest tool call without a result. */
  get runningCall(): Event | undefined {
    return this.#runningCall
  }

  /** Follows the server's messages; returns the function that stops it. */
  start(live: LiveClient): () => void {
    const read = paced(() => void this.#read(), 200)
    const stops = [
      live.subscribe('session', ({ sessionId }) => {
        if (sessionId === this.#sessionId) read.call()
      }),
      live.onStale(() => {
        this.#pulse = emptyPulse
        read.call()
      }),
      () => read.stop(),
    ]
    read.call()
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** One reading at a time: each starts where the one before it ended. */
  async #read(): Promise<void> {
    this.#isWantedAgain = this.#isReading
    if (this.#isReading) return
    this.#isReading = true
    try {
      await this.#readOn()
    } catch {
      // The card keeps what it shows; the next message tries again.
    }
    this.#isReading = false
    if (this.#isWantedAgain) void this.#read()
  }

  async #readOn(): Promise<void> {
    const params = { sessionId: this.#sessionId }
    const before = this.#pulse
    const timeline = await call(getTimeline, { params, query: { after: before.length - 1 } })
    if (this.#pulse !== before) return
    this.#pulse = growPulse(before, timeline)
    const open = this.#pulse.openCalls.at(-1)
    if (open === undefined) this.#runningCall = undefined
    else if (open !== this.#runningCall?.seq) {
      const page = await call(listEvents, { params, query: { after: open - 1, limit: 1 } })
      this.#runningCall = page.items[0]
    }
  }
}
