import type { Session } from '../../server/contract/session.ts'
import { listSessions } from '../../server/contract/sessions.ts'
import { ApiError, call, isAbort } from '../api/call.ts'

const typingPauseMs = 80
const shown = 12

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

  find(words: string): void {
    this.stop()
    this.#isLoading = true
    this.#timer = setTimeout(() => void this.#read(words.trim()), words ? typingPauseMs : 0)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#abort?.abort()
  }

  async #read(words: string): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    const query = words ? { q: words, limit: shown } : { limit: shown }
    try {
      this.#sessions = (await call(listSessions, { query, signal: abort.signal })).items
      this.#problem = undefined
    } catch (error) {
      if (isAbort(error)) return
      this.#sessions = []
      this.#problem = error instanceof ApiError ? error.message : 'Sessions could not be looked up.'
    }
    this.#isLoading = false
  }
}
