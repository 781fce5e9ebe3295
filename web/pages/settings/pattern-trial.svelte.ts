import { testOwnPattern, type PatternDraft } from '../../../server/contract/own-patterns.ts'
import { call, isAbort, sentenceOf, type ReplyOf } from '../../api/call.ts'

type Reply = ReplyOf<typeof testOwnPattern>

/** Milliseconds without a change after which a pattern is tried. */
const restMs = 250

/** Tries a pattern on a text while both are written. */
export class PatternTrial {
  #reply = $state.raw<Reply>()
  #problem = $state<string>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort: AbortController | undefined

  /** What was found; undefined while there is nothing to say. */
  get reply(): Reply | undefined {
    return this.#reply
  }

  /** Why nothing can be said, as a sentence. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Says how it goes, in a sentence. */
  get sentence(): string {
    const reply = this.#reply
    if (reply === undefined) return ''
    if (reply.problem !== null) return reply.problem
    if (!reply.isComplete) return 'This text is too long for the pattern. Make the pattern simpler.'
    if (!reply.hasKeyword) return 'The keyword does not stand in this text, so the pattern does not look at it.'
    const count = reply.hits.length
    if (count === 0) return 'Nothing in this text fits the pattern.'
    return `${count} ${count === 1 ? 'place fits' : 'places fit'}. This is how it would be shown:`
  }

  /** What of the draft is not complete is not tried yet. */
  change(draft: Omit<PatternDraft, 'name'>, text: string): void {
    this.stop()
    if (draft.pattern === '' || draft.keyword.length < 3) {
      this.#reply = undefined
      this.#problem = undefined
      return
    }
    this.#timer = setTimeout(() => void this.#try(draft, text), restMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#abort?.abort()
  }

  async #try(draft: Omit<PatternDraft, 'name'>, text: string): Promise<void> {
    this.#abort = new AbortController()
    try {
      this.#reply = await call(testOwnPattern, { body: { draft, text }, signal: this.#abort.signal })
      this.#problem = undefined
    } catch (error) {
      if (isAbort(error)) return
      this.#reply = undefined
      this.#problem = sentenceOf(error)
    }
  }
}
