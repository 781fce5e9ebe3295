import { listCompactions, type CompactionLoss } from '../../../server/contract/compaction.ts'
import type { SessionDetail } from '../../../server/contract/session.ts'
import { getSession } from '../../../server/contract/sessions.ts'
import { call, isAbort } from '../../api/call.ts'
import type { LiveClient } from '../../api/live.ts'
import { paced } from '../../state/paced.ts'

/** The compactions of a session, and the session. Reads again when a running agent compacted once more. */
export class Compactions {
  #sessionId: string
  #session = $state.raw<SessionDetail>()
  #items = $state.raw<readonly CompactionLoss[]>()
  #error = $state.raw<unknown>()
  #abort: AbortController | undefined

  constructor(sessionId: string) {
    this.#sessionId = sessionId
  }

  /** Undefined until it has been read. */
  get session(): SessionDetail | undefined {
    return this.#session
  }

  /** Undefined until they have been read; in the order of the session. */
  get items(): readonly CompactionLoss[] | undefined {
    return this.#items
  }

  get error(): unknown {
    return this.#error
  }

  /** Which compaction an address means: the one at `seq`, or the last one. -1 when there is none. */
  indexOf(seq: number | null): number {
    const items = this.#items ?? []
    return seq === null ? items.length - 1 : items.findIndex((item) => item.seq === seq)
  }

  async read(): Promise<void> {
    this.#abort?.abort()
    const abort = new AbortController()
    this.#abort = abort
    const input = { params: { sessionId: this.#sessionId }, signal: abort.signal }
    try {
      const [session, { items }] = await Promise.all([call(getSession, input), call(listCompactions, input)])
      if (abort.signal.aborted) return
      this.#session = session
      this.#items = items
      this.#error = undefined
    } catch (error) {
      if (!abort.signal.aborted && !isAbort(error)) this.#error = error
    }
  }

  /** Reads, then follows the server's messages; returns the function that stops it. */
  start(live: LiveClient): () => void {
    const look = paced(() => void this.#look(), 2_000)
    const stops = [
      live.subscribe('session', ({ sessionId }) => {
        if (sessionId === this.#sessionId) look.call()
      }),
      live.subscribe('state', ({ sessionId }) => {
        if (sessionId === this.#sessionId) look.call()
      }),
      live.onStale(() => void this.read()),
      () => look.stop(),
      () => this.#abort?.abort(),
    ]
    void this.read()
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** A growing session costs a look at its row; only another compaction costs reading all of them. */
  async #look(): Promise<void> {
    if (!this.#session) return
    try {
      const session = await call(getSession, { params: { sessionId: this.#sessionId } })
      const isOther = session.compactions !== this.#session.compactions
      this.#session = session
      if (isOther) await this.read()
    } catch {
      // What is shown stays; the next message looks again.
    }
  }
}
