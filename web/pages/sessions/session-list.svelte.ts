import type { Session } from '../../../server/contract/session.ts'
import { getSession, listSessions } from '../../../server/contract/sessions.ts'
import { call, isAbort } from '../../api/call.ts'
import type { LiveClient } from '../../api/live.ts'
import { paced } from '../../state/paced.ts'
import { mergeSessions, withoutRepeats } from './merge-sessions.ts'

const typingPauseMs = 120
const firstPage = 200
const furtherPage = 1_000
/** How many of the last active sessions one look at the newest brings. */
const newestPage = 50

/**
 * All sessions that have the words, the last active first as they were when they were read. What grows is replaced
 * where it stands; what is new waits in `arrived` until the page lets it in, so that nothing moves under the pointer.
 */
export class SessionList {
  #sessions = $state.raw<readonly Session[]>([])
  #arrived = $state.raw<readonly Session[]>([])
  #status = $state<'loading' | 'partial' | 'complete'>('loading')
  #error = $state.raw<unknown>()
  #words = ''
  #shownWords = $state<string>()
  #wanted: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort: AbortController | undefined

  get sessions(): readonly Session[] {
    return this.#sessions
  }

  /** New since the list was read. */
  get arrived(): readonly Session[] {
    return this.#arrived
  }

  /** The words that the shown sessions have; undefined before the first reading. */
  get shownWords(): string | undefined {
    return this.#shownWords
  }

  /** `partial` while further pages are on their way. */
  get status(): 'loading' | 'partial' | 'complete' {
    return this.#status
  }

  /** Why the list could not be read; undefined when it could. */
  get error(): unknown {
    return this.#error
  }

  /** Reads for these words when they are others than before: at once the first time, then after a pause in typing. */
  want(words: string): void {
    if (words === this.#wanted) return
    if (words === this.#wanted) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.read(words), this.#wanted === undefined ? 0 : typingPauseMs)
    this.#wanted = words
  }

  /** Reads all pages. The first is shown at once, the others together, so that groups grow only once. */
  async read(words: string): Promise<void> {
    this.#abort?.abort()
    const abort = new AbortController()
    this.#abort = abort
    this.#words = words
    if (this.#sessions.length === 0) this.#status = 'loading'
    try {
      let page = await this.#readPage({ limit: firstPage, signal: abort.signal })
      this.#sessions = page.items
      this.#arrived = []
      this.#shownWords = words
      this.#status = 'partial'
      this.#error = undefined
      const further: Session[] = []
      while (page.nextCursor !== null) {
        page = await this.#readPage({ limit: furtherPage, cursor: page.nextCursor, signal: abort.signal })
        further.push(...page.items)
      }
      if (further.length > 0) this.#sessions = withoutRepeats([...this.#sessions, ...further])
    } catch (error) {
      if (isAbort(error)) return
      this.#error = error
    }
    this.#status = 'complete'
  }

  /** Shows the sessions that arrived, on top. */
  admit(): void {
    this.#sessions = withoutRepeats([...this.#arrived, ...this.#sessions])
    this.#arrived = []
  }

  /** Follows the server's messages; returns the function that stops it. */
  start(live: LiveClient): () => void {
    const newest = paced(() => void this.#readNewest(), 500)
    const stops = [
      live.subscribe('session', () => newest.call()),
      live.subscribe('state', ({ sessionId }) => void this.#readOne(sessionId)),
      live.onStale(() => void this.read(this.#words)),
      () => newest.stop(),
      () => this.#abort?.abort(),
      () => clearTimeout(this.#timer),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  #readPage(input: { limit: number; cursor?: string; signal?: AbortSignal }) {
    const { limit, cursor, signal } = input
    const query = { limit, ...(this.#words && { q: this.#words }), ...(cursor !== undefined && { cursor }) }
    return call(listSessions, { query, ...(signal && { signal }) })
  }

  /** What changed is among the last active: one small page brings all of it. */
  async #readNewest(): Promise<void> {
    const words = this.#words
    try {
      const { items } = await this.#readPage({ limit: newestPage })
      if (words === this.#words) this.#take(items)
    } catch {
      // The next message tries again; what is shown stays right as of its time.
    }
  }

  async #readOne(sessionId: string): Promise<void> {
    if (!this.#sessions.some((session) => session.id === sessionId)) return
    try {
      this.#take([await call(getSession, { params: { sessionId } })])
    } catch {
      // As above.
    }
  }

  #take(items: readonly Session[]): void {
    const known = mergeSessions(this.#sessions, items)
    const waiting = mergeSessions(this.#arrived, known.added)
    this.#sessions = known.sessions
    this.#arrived = this.#status === 'loading' ? [] : [...waiting.added, ...waiting.sessions]
  }
}
