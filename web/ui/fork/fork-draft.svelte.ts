import { forkSession } from '../../../server/contract/fork.ts'
import { getEvent } from '../../../server/contract/sessions.ts'
import type { Event } from '../../../server/contract/event.ts'
import { call, isAbort, type ReplyOf } from '../../api/call.ts'
import { takeBack } from '../changes/take-back.ts'

export type ForkReply = ReplyOf<typeof forkSession>

/** What a draft asks the server. An interface, so that tests can answer themselves. */
export interface ForkApi {
  fork: (at: number, options: { dryRun: boolean; signal?: AbortSignal }) => Promise<ForkReply>
  getEvent: (seq: number, signal: AbortSignal) => Promise<Event>
  undo: (changeId: number) => Promise<{ applied: boolean; reason: string | undefined }>
}

/** Binds the routes that a fork needs to a session. */
export function createForkApi(sessionId: string): ForkApi {
  const params = { sessionId }
  return {
    fork: (at, { dryRun, signal }) =>
      call(forkSession, { params, body: { at, dryRun }, ...(signal === undefined ? {} : { signal }) }),
    getEvent: (seq, signal) => call(getEvent, { params: { ...params, seq }, signal }),
    undo: takeBack,
  }
}

/** A fork from the first look to the written file: where to cut, what it would be, what it became. */
export class ForkDraft {
  #api: ForkApi
  #asked: number
  #at = $state(0)
  #plan = $state.raw<ForkReply>()
  #last = $state.raw<Event>()
  /** Offered for the place that was asked for; choosing one of them does not take the others away. */
  #alternatives = $state.raw<ForkReply['alternatives']>([])
  #written = $state.raw<ForkReply>()
  #error = $state.raw<unknown>()
  #isWorking = $state(false)
  #abort: AbortController | undefined

  constructor(api: ForkApi, at: number) {
    this.#api = api
    this.#asked = at
    this.#at = at
  }

  /** The place that was asked for first. */
  get asked(): number {
    return this.#asked
  }

  /** Where the draft cuts now. */
  get at(): number {
    return this.#at
  }

  /** What would be written; undefined until the server has said it for this cut. */
  get plan(): ForkReply | undefined {
    return this.#plan
  }

  /** The last event that the fork would have. */
  get last(): Event | undefined {
    return this.#last
  }

  get alternatives(): ForkReply['alternatives'] {
    return this.#alternatives
  }

  /** What was written; undefined before that and after an undo. */
  get written(): ForkReply | undefined {
    return this.#written
  }

  get error(): unknown {
    return this.#error
  }

  get isWorking(): boolean {
    return this.#isWorking
  }

  /** Cuts elsewhere and asks what that would be. */
  async cutAt(at: number): Promise<void> {
    this.stop()
    const abort = new AbortController()
    this.#abort = abort
    this.#at = at
    this.#plan = undefined
    this.#last = undefined
    this.#error = undefined
    try {
      const plan = await this.#api.fork(at, { dryRun: true, signal: abort.signal })
      if (abort.signal.aborted) return
      this.#plan = plan
      if (at === this.#asked) this.#alternatives = plan.alternatives
      const last = await this.#api.getEvent(plan.endsAt, abort.signal)
      if (!abort.signal.aborted) this.#last = last
    } catch (error) {
      // The words of the last event are only an extra: a plan without them can be written all the same.
      if (!abort.signal.aborted && !isAbort(error) && !this.#plan) this.#error = error
    }
  }

  /** Writes the new session. */
  async write(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    this.#error = undefined
    try {
      this.#written = await this.#api.fork(this.#at, { dryRun: false })
    } catch (error) {
      this.#error = error
    }
    this.#isWorking = false
  }

  /** Takes the written file away again; returns why not when that was refused. */
  async undo(): Promise<string | undefined> {
    const changeId = this.#written?.changeId
    if (this.#isWorking || changeId === undefined || changeId === null) return 'This fork cannot be undone.'
    this.#isWorking = true
    try {
      const { applied, reason } = await this.#api.undo(changeId)
      if (!applied) return reason ?? 'The file was not removed.'
      this.#written = undefined
      return undefined
    } finally {
      this.#isWorking = false
    }
  }

  stop(): void {
    this.#abort?.abort()
  }
}
