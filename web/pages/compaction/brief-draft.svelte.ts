/* eslint-disable svelte/prefer-svelte-reactivity -- made anew, never changed */
import { writeBrief } from '../../../server/contract/compaction.ts'
import { call, isAbort, type ReplyOf } from '../../api/call.ts'

export type BriefReply = ReplyOf<typeof writeBrief>

/** What to put into a brief. Without `items` the server chooses by importance. */
export interface BriefRequest {
  compaction?: number
  budget: number
  items?: string[]
}

/** Asks the server for a brief of a session. */
export function createBriefWriter(sessionId: string) {
  return (body: BriefRequest, signal: AbortSignal): Promise<BriefReply> =>
    call(writeBrief, { params: { sessionId }, body, signal })
}

/** Budgets that the slider offers, in tokens. */
export const BUDGETS = [500, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 8_000, 12_000, 16_000, 24_000, 32_000] as const
export const USUAL_BUDGET = 4_000

/** Ticking ten items in a row is one brief. */
const pauseMs = 200
const NOTHING: ReadonlySet<string> = new Set()

/** A recovery brief while it is put together: what is ticked, how long it may be, and the text that comes of it. */
export class BriefDraft {
  #write: (request: BriefRequest, signal: AbortSignal) => Promise<BriefReply>
  #compaction: number
  #budget = $state<number>(USUAL_BUDGET)
  /** Null while the server's own choice stands. */
  #chosen = $state.raw<ReadonlySet<string> | null>(null)
  #reply = $state.raw<BriefReply>()
  #error = $state.raw<unknown>()
  #isWriting = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort: AbortController | undefined
  #ticked = $derived(this.#chosen ?? (this.#reply ? new Set(this.#reply.included) : NOTHING))
  #leftOut = $derived(this.#reply && this.#chosen ? new Set(this.#reply.leftOut) : NOTHING)

  constructor(write: (request: BriefRequest, signal: AbortSignal) => Promise<BriefReply>, compaction: number) {
    this.#write = write
    this.#compaction = compaction
  }

  get budget(): number {
    return this.#budget
  }

  /** Ids of what the brief shall say. */
  get ticked(): ReadonlySet<string> {
    return this.#ticked
  }

  /** Ids of what is ticked but did not fit into the budget. */
  get leftOut(): ReadonlySet<string> {
    return this.#leftOut
  }

  /** False once a person ticked something. */
  get isUsualChoice(): boolean {
    return this.#chosen === null
  }

  /** The brief as last written; undefined before the first, and when nothing is ticked. */
  get reply(): BriefReply | undefined {
    return this.#chosen?.size === 0 ? undefined : this.#reply
  }

  get error(): unknown {
    return this.#error
  }

  /** True while the text shown is not yet that of the present choice. */
  get isWriting(): boolean {
    return this.#isWriting
  }

  setBudget(budget: number): void {
    if (budget === this.#budget) return
    this.#budget = budget
    this.#writeSoon()
  }

  /** Ticks or unticks items. The first time the server's choice becomes the person's own. */
  tick(ids: readonly string[], isOn: boolean): void {
    const next = new Set(this.#ticked)
    for (const id of ids) {
      if (isOn) next.add(id)
      else next.delete(id)
    }
    this.#chosen = next
    this.#writeSoon()
  }

  /** Back to what the server would choose. */
  useUsualChoice(): void {
    this.#chosen = null
    this.#writeSoon()
  }

  /** Writes at once. */
  async write(): Promise<void> {
    this.stop()
    if (this.#chosen?.size === 0) return
    const abort = new AbortController()
    this.#abort = abort
    this.#isWriting = true
    try {
      const reply = await this.#write(this.#request(), abort.signal)
      if (this.#abort !== abort) return
      this.#reply = reply
      this.#error = undefined
    } catch (error) {
      if (this.#abort !== abort || isAbort(error)) return
      this.#error = error
    }
    this.#isWriting = false
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#abort?.abort()
    this.#abort = undefined
    this.#isWriting = false
  }

  #request(): BriefRequest {
    const request: BriefRequest = { compaction: this.#compaction, budget: this.#budget }
    return this.#chosen ? { ...request, items: [...this.#chosen] } : request
  }

  #writeSoon(): void {
    this.stop()
    if (this.#chosen?.size === 0) return
    this.#isWriting = true
    this.#timer = setTimeout(() => void this.write(), pauseMs)
  }
}
