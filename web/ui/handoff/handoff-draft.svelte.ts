import { DEFAULT_HANDOFF_BUDGET, handOffSession, type HandoffTarget } from '../../../server/contract/handoff.ts'
import { call, isAbort, type ReplyOf } from '../../api/call.ts'
import { takeBack } from '../changes/take-back.ts'

export type HandoffReply = ReplyOf<typeof handOffSession>

/** What decides how a hand-off comes out. */
export interface HandoffChoice {
  to: HandoffTarget
  budget: number
}

/** What a draft asks the server. An interface, so that tests can answer themselves. */
export interface HandoffApi {
  handOff: (choice: HandoffChoice, options: { dryRun: boolean; signal?: AbortSignal }) => Promise<HandoffReply>
  undo: (changeId: number) => Promise<{ applied: boolean; reason: string | undefined }>
}

/** Binds the routes that a hand-off needs to a session, up to an event. */
export function createHandoffApi(sessionId: string, at: number): HandoffApi {
  return {
    handOff: ({ to, budget }, { dryRun, signal }) =>
      call(handOffSession, {
        params: { sessionId },
        body: { to, at, budget, dryRun },
        ...(signal === undefined ? {} : { signal }),
      }),
    undo: takeBack,
  }
}

/** A hand-off from the choice of the agent to the written session. */
export class HandoffDraft {
  #api: HandoffApi
  #choice = $state.raw<HandoffChoice>({ to: 'brief', budget: DEFAULT_HANDOFF_BUDGET })
  #plan = $state.raw<HandoffReply>()
  #written = $state.raw<HandoffReply>()
  #error = $state.raw<unknown>()
  #isWorking = $state(false)
  #abort: AbortController | undefined

  constructor(api: HandoffApi, to: HandoffTarget) {
    this.#api = api
    this.#choice = { to, budget: DEFAULT_HANDOFF_BUDGET }
  }

  get choice(): HandoffChoice {
    return this.#choice
  }

  /** What would be written and lost; undefined until the server has said it for this choice. */
  get plan(): HandoffReply | undefined {
    return this.#plan
  }

  /** What was written; undefined before that and after an undo. */
  get written(): HandoffReply | undefined {
    return this.#written
  }

  get error(): unknown {
    return this.#error
  }

  get isWorking(): boolean {
    return this.#isWorking
  }

  /** Chooses anew and asks what that would be. */
  async choose(change: Partial<HandoffChoice> = {}): Promise<void> {
    this.stop()
    const abort = new AbortController()
    this.#abort = abort
    this.#choice = { ...this.#choice, ...change }
    this.#plan = undefined
    this.#error = undefined
    try {
      const plan = await this.#api.handOff(this.#choice, { dryRun: true, signal: abort.signal })
      if (!abort.signal.aborted) this.#plan = plan
    } catch (error) {
      if (!abort.signal.aborted && !isAbort(error)) this.#error = error
    }
  }

  /** Writes the new session. */
  async write(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    this.#error = undefined
    try {
      this.#written = await this.#api.handOff(this.#choice, { dryRun: false })
    } catch (error) {
      this.#error = error
    }
    this.#isWorking = false
  }

  /** Takes the written session away again; returns why not when that was refused. */
  async undo(): Promise<string | undefined> {
    const changeId = this.#written?.changeId
    if (this.#isWorking || changeId === undefined || changeId === null) return 'This hand-off cannot be undone.'
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
