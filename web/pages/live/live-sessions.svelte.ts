import type { Session } from '../../../server/contract/session.ts'
import { listSessions } from '../../../server/contract/sessions.ts'
import { call, isAbort } from '../../api/call.ts'
import type { LiveClient } from '../../api/live.ts'
import { paced } from '../../state/paced.ts'

const looked = 60

/** The sessions that run now and those that ran last. */
export class LiveSessions {
  #items = $state.raw<readonly Session[]>()
  #error = $state.raw<unknown>()
  #abort: AbortController | undefined
  /** Cards stand in the order of their start, so that none moves because another one spoke. */
  #running = $derived(
    this.#items?.filter((session) => session.isLive).sort((a, b) => byText(a.startedAt ?? '', b.startedAt ?? '')),
  )
  #finished = $derived(this.#items?.filter((session) => !session.isLive))

  /** Undefined until the first reply. */
  get running(): readonly Session[] | undefined {
    return this.#running
  }

  get finished(): readonly Session[] | undefined {
    return this.#finished
  }

  get error(): unknown {
    return this.#error
  }

  async read(): Promise<void> {
    this.#abort?.abort()
    const abort = new AbortController()
    this.#abort = abort
    try {
      this.#items = (await call(listSessions, { query: { limit: looked }, signal: abort.signal })).items
      this.#error = undefined
    } catch (error) {
      if (!isAbort(error)) this.#error = error
    }
  }

  /** Reads, then follows the server's messages; returns the function that stops it. */
  start(live: LiveClient): () => void {
    const read = paced(() => void this.read(), 300)
    const stops = [
      live.subscribe('session', () => read.call()),
      live.subscribe('state', () => read.call()),
      live.onStale(() => read.call()),
      () => read.stop(),
      () => this.#abort?.abort(),
    ]
    read.call()
    return () => {
      for (const stop of stops) stop()
    }
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
