import type { PlannedFile } from '../../server/contract/change.ts'
import { ApiError, isAbort } from '../api/call.ts'
import { countPlan, writesOf } from './plan.ts'

/** What every route answers that plans first and then writes. */
export interface PlanReply {
  files: PlannedFile[]
  applied: boolean
  /** Stands for the plan: given back, nothing else than what was shown is written. */
  plan?: string
}

/** Whether to plan or to write, and what of the plan. */
export interface PlanRun {
  dryRun: boolean
  skipRefused: boolean
  /** Of the plan that was shown; only where the route has it. */
  plan?: string
  signal?: AbortSignal
}

/** A change of files outside: its plan, the consent to it, and what came of it. */
export class PlanFlow<Reply extends PlanReply> {
  #run: (run: PlanRun) => Promise<Reply>
  #plan = $state.raw<Reply>()
  #done = $state.raw<Reply>()
  #error = $state.raw<unknown>()
  #isPlanning = $state(false)
  #isWriting = $state(false)
  #isChanged = $state(false)
  #abort: AbortController | undefined
  /** Leaves refused files out instead of writing nothing. */
  skipRefused = $state(false)

  constructor(run: (run: PlanRun) => Promise<Reply>) {
    this.#run = run
  }

  /** What would be done; undefined until it is known. */
  get plan(): Reply | undefined {
    return this.#plan
  }

  /** What was done; undefined before. */
  get done(): Reply | undefined {
    return this.#done
  }

  /** What the last request threw. */
  get error(): unknown {
    return this.#error
  }

  get isPlanning(): boolean {
    return this.#isPlanning
  }

  get isWriting(): boolean {
    return this.#isWriting
  }

  /** True when the plan shown is a new one, because writing the one before was refused. */
  get isChanged(): boolean {
    return this.#isChanged
  }

  get refused(): number {
    return this.#plan ? countPlan(this.#plan.files).refused : 0
  }

  get writes(): number {
    return this.#plan ? writesOf(this.#plan.files) : 0
  }

  /** True when the button may be pressed: the plan is known, does something, and nothing in it needs a decision. */
  get canWrite(): boolean {
    if (this.#isPlanning || this.#isWriting || this.writes === 0) return false
    return this.refused === 0 || this.skipRefused
  }

  /** Plans. A planning under way for an earlier choice is given up. */
  async read(): Promise<void> {
    this.stop()
    const abort = new AbortController()
    this.#abort = abort
    this.#isPlanning = true
    this.#isChanged = false
    try {
      const plan = await this.#run({ dryRun: true, skipRefused: false, signal: abort.signal })
      if (this.#abort !== abort) return
      this.#plan = plan
      this.#error = undefined
    } catch (error) {
      if (this.#abort !== abort || isAbort(error)) return
      this.#plan = undefined
      this.#error = error
    }
    this.#isPlanning = false
  }

  /** Does what the plan says. Where the server refuses, its new plan is shown and nothing was written. */
  async write(): Promise<void> {
    if (!this.canWrite) return
    this.#isWriting = true
    this.#error = undefined
    try {
      const plan = this.#plan?.plan
      const reply = await this.#run({
        dryRun: false,
        skipRefused: this.skipRefused,
        ...(plan !== undefined && { plan }),
      })
      if (reply.applied) this.#done = reply
      else this.#showAgain(reply)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'conflict') await this.#planAgain()
      else this.#error = error
    }
    this.#isWriting = false
  }

  async #planAgain(): Promise<void> {
    await this.read()
    if (this.#plan) this.#showAgain(this.#plan)
  }

  /** Consent was to another plan: it has to be given again. */
  #showAgain(plan: Reply): void {
    this.#plan = plan
    this.#isChanged = true
    this.skipRefused = false
  }

  /** Forgets the plan, where a choice is not complete. */
  clear(): void {
    this.stop()
    this.#plan = undefined
    this.#error = undefined
  }

  /** Gives up a planning under way. */
  stop(): void {
    this.#abort?.abort()
    this.#abort = undefined
    this.#isPlanning = false
  }
}
