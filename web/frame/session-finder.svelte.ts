import type { Session } from '../../server/contract/session.ts'
import { listSessions } from '../../server/contract/sessions.ts'
import { ApiError, call, isAbort } from '../api/call.ts'
import { isFitFor, type PaletteQuery } from './palette-query.ts'

const typingPauseMs = 80
const shown = 12
/** So many are looked at where only some of them are of use. */
const looked = 200

/** Sessions for what is typed into the palette; the last active ones for nothing. */
export class SessionFinder {
  #sessions = $state.raw<readonly Session[]>([])
  #isLoading = $state(false)
  #problem = $state<string>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort: AbortController | undefined

  get sessions(): readonly Session[] {
    return this.#sessions
  }

  get isLoading(): boolean {
    return this.#isLoading
  }

  /** Why nothing could be found, as a sentence. */
  get problem(): string | undefined {
    return this.#problem
  }

  find({ verb, words }: PaletteQuery): void {
    this.stop()
    this.#isLoading = true
    this.#timer = setTimeout(() => void this.#read({ verb, words }), words ? typingPauseMs : 0)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#abort?.abort()
  }

  async #read({ verb, words }: PaletteQuery): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    const query = { limit: verb === 'lost' ? looked : shown, ...(words ? { q: words } : {}) }
    try {
      const { items } = await call(listSessions, { query, signal: abort.signal })
      this.#sessions = items.filter((session) => isFitFor(verb, session)).slice(0, shown)
      this.#problem = undefined
    } catch (error) {
      if (isAbort(error)) return
      this.#sessions = []
      this.#problem = error instanceof ApiError ? error.message : 'Sessions could not be looked up.'
    }
    this.#isLoading = false
  }
}
