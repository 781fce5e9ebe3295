import { LatestLoader } from './latest-loader.ts'
import type { FindReply } from './replay-api.ts'

const TYPING_PAUSE_MS = 150

/** Find in session: the words, the events that hold them, and whether the bar is open. */
export class Find {
  #loader: LatestLoader<string, FindReply>
  #reply = $state.raw<FindReply>()
  #answered = $state('')
  #error = $state.raw<unknown>()
  #words = $state('')
  #timer: ReturnType<typeof setTimeout> | undefined
  isOpen = $state(false)

  constructor(find: (words: string, signal: AbortSignal) => Promise<FindReply>) {
    this.#loader = new LatestLoader({
      load: find,
      onvalue: (reply, words) => {
        this.#error = undefined
        this.#reply = reply
        this.#answered = words
      },
      onerror: (error) => (this.#error = error),
    })
  }

  get words(): string {
    return this.#words
  }

  /** The events that match, in order; empty while no answer for these words is here. */
  get hits(): readonly number[] {
    return this.#answered === this.#words ? (this.#reply?.items.map((item) => item.seq) ?? []) : []
  }

  /** True when a text holds the words that are looked for: then it is shown unfolded. */
  isIn(text: string): boolean {
    return this.isOpen && this.#words !== '' && text.toLowerCase().includes(this.#words.toLowerCase())
  }

  /** True when more events match than are listed. */
  get isCut(): boolean {
    return this.#reply?.isCut ?? false
  }

  get isLoading(): boolean {
    return this.#words !== '' && this.#answered !== this.#words && this.#error === undefined
  }

  get error(): unknown {
    return this.#error
  }

  /** Sets the words and searches when typing pauses. */
  set(words: string): void {
    this.#words = words.trim()
    this.#error = undefined
    clearTimeout(this.#timer)
    if (this.#words === '') return this.#loader.stop()
    this.#timer = setTimeout(() => this.#loader.want(this.#words), TYPING_PAUSE_MS)
  }

  /** Searches the same words again, for a session that grew. */
  again(): void {
    if (this.#words !== '' && this.isOpen) this.#loader.want(this.#words)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#loader.stop()
  }
}
