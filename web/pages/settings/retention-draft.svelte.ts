import { getRetention, RetentionRules, type Snapshot } from '../../../server/contract/snapshots.ts'
import { call, isAbort } from '../../api/call.ts'

const typingPauseMs = 250

/** The fields as a person fills them; null while one is empty. */
export type TypedRules = { [Key in keyof RetentionRules]: number | null }

/** Rules that are being edited, and which snapshots they would let go: asked of the server while one types. */
export class RetentionDraft {
  #saved = $state.raw<RetentionRules>()
  #wouldGo = $state.raw<readonly Snapshot[]>()
  #isLooking = $state(false)
  #error = $state.raw<unknown>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort: AbortController | undefined
  typed = $state.raw<TypedRules>({ keepAllDays: null, keepDailyDays: null, keepWeeklyDays: null })

  constructor(saved: RetentionRules, wouldGo: readonly Snapshot[]) {
    this.#saved = saved
    this.#wouldGo = wouldGo
    this.typed = saved
  }

  /** The rules when all fields hold something that the server takes; undefined otherwise. */
  get rules(): RetentionRules | undefined {
    const read = RetentionRules.safeParse(this.typed)
    return read.success ? read.data : undefined
  }

  get isChanged(): boolean {
    const saved = this.#saved
    const { keepAllDays, keepDailyDays, keepWeeklyDays } = this.typed
    return (
      keepAllDays !== saved?.keepAllDays ||
      keepDailyDays !== saved.keepDailyDays ||
      keepWeeklyDays !== saved.keepWeeklyDays
    )
  }

  /** What would go by the typed rules; undefined while that is not known. */
  get wouldGo(): readonly Snapshot[] | undefined {
    return this.#wouldGo
  }

  get isLooking(): boolean {
    return this.#isLooking
  }

  get error(): unknown {
    return this.#error
  }

  /** Takes a field's value and asks what would go, after a pause in typing. */
  set(change: Partial<TypedRules>): void {
    this.typed = { ...this.typed, ...change }
    clearTimeout(this.#timer)
    this.#abort?.abort()
    this.#wouldGo = undefined
    if (this.rules === undefined) return
    this.#isLooking = true
    this.#timer = setTimeout(() => void this.look(), typingPauseMs)
  }

  /** Takes what the server says now, unless rules are being edited. */
  take(saved: RetentionRules, wouldGo: readonly Snapshot[]): void {
    if (this.isChanged) return
    this.#saved = saved
    this.typed = saved
    this.#wouldGo = wouldGo
  }

  /** Asks now. */
  async look(): Promise<void> {
    const rules = this.rules
    if (rules === undefined) return
    this.#abort?.abort()
    const abort = new AbortController()
    this.#abort = abort
    this.#isLooking = true
    try {
      this.#wouldGo = (await call(getRetention, { query: rules, signal: abort.signal })).wouldGo
      this.#error = undefined
    } catch (error) {
      if (isAbort(error)) return
      this.#error = error
    }
    this.#isLooking = false
  }

  /** Takes rules as the saved ones, and asks again what would go by what is typed. */
  async settle(rules: RetentionRules): Promise<void> {
    this.#saved = rules
    this.typed = rules
    await this.look()
  }

  /** Goes back to the saved rules. */
  reset(): void {
    if (this.#saved) this.set(this.#saved)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#abort?.abort()
  }
}
