import { cancelElsewhere, getElsewhere, searchElsewhere } from '../../../server/contract/elsewhere.ts'
import { call, type ReplyOf } from '../../api/call.ts'

type Reply = ReplyOf<typeof getElsewhere>

const pollMs = 500

/** The search for known values in other places on disk: how it goes, and what the last one found. */
export class Elsewhere {
  #report = $state.raw<Reply>()
  #error = $state.raw<unknown>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false

  /** Undefined until the server has said it. */
  get report(): Reply | undefined {
    return this.#report
  }

  get error(): unknown {
    return this.#error
  }

  /** Begins a search. */
  begin(): Promise<void> {
    return this.#ask(() => call(searchElsewhere))
  }

  /** Ends the running search. */
  cancel(): Promise<void> {
    return this.#ask(() => call(cancelElsewhere))
  }

  /** Reads how it stands; while a search runs, again and again. */
  read(): Promise<void> {
    return this.#ask(() => call(getElsewhere))
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  async #ask(request: () => Promise<Reply>): Promise<void> {
    clearTimeout(this.#timer)
    try {
      this.#report = await request()
      this.#error = undefined
    } catch (error) {
      this.#error = error
    }
    if (this.#report?.state === 'running' && !this.#isStopped) this.#timer = setTimeout(() => void this.read(), pollMs)
  }
}
