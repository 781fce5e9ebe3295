import {
  redactSessions,
  stopRedaction,
  type RedactionHunk,
  type RedactedSecret,
  type RedactionScope,
} from '../../../server/contract/redactions.ts'
import { ApiError, call, isAbort, type ReplyOf } from '../../api/call.ts'

/** What shall be redacted. */
export interface RedactFrom {
  /** Empty: every session that holds one of `only`. */
  sessions: readonly string[]
  /** These secrets; null: all that are found. */
  only: readonly number[] | null
}

export type RedactReply = ReplyOf<typeof redactSessions>

/** A change of one string, both sides without the value. */
export interface HunkSides {
  hunk: RedactionHunk
  before: string
  after: string
}

/** A redaction that is being decided: where, which secrets, what is kept of before; its preview, and what came of it. */
export class RedactDraft {
  readonly #from: RedactFrom
  readonly #job = crypto.randomUUID()
  #scopes = $state.raw<readonly RedactionScope[]>(['own', 'kept'])
  #before = $state.raw<'keep' | 'none'>('keep')
  #staying = $state.raw<readonly number[]>([])
  #plan = $state.raw<RedactReply>()
  #done = $state.raw<RedactReply>()
  #error = $state.raw<unknown>()
  #note = $state.raw<'stopped' | 'changed'>()
  #work = $state.raw<'planning' | 'writing'>()
  #share = $state.raw<number>()
  #isStopping = false
  #abort: AbortController | undefined
  /** Leaves refused files out instead of changing nothing. */
  skipRefused = $state(false)

  constructor(from: RedactFrom) {
    this.#from = from
  }

  get scopes(): readonly RedactionScope[] {
    return this.#scopes
  }

  get before(): 'keep' | 'none' {
    return this.#before
  }

  /** What would be done; undefined until it is known. */
  get plan(): RedactReply | undefined {
    return this.#plan
  }

  /** What was done; undefined before. */
  get done(): RedactReply | undefined {
    return this.#done
  }

  get error(): unknown {
    return this.#error
  }

  /** Why nothing was changed, though it was asked for. */
  get note(): 'stopped' | 'changed' | undefined {
    return this.#note
  }

  get work(): 'planning' | 'writing' | undefined {
    return this.#work
  }

  /** How much was looked through, from 0 to 1; undefined while nobody knows. */
  get share(): number | undefined {
    return this.#share
  }

  /** Secrets that go or were chosen to stay; those that nobody asked for are left out. */
  get secrets(): readonly RedactedSecret[] {
    const { only } = this.#from
    return this.#plan?.preview.secrets.filter(({ secretId }) => only === null || only.includes(secretId)) ?? []
  }

  /** How many other secrets stand in the same files and stay. */
  get others(): number {
    return (this.#plan?.preview.secrets.length ?? 0) - this.secrets.length
  }

  get taken(): number {
    return this.secrets.filter(({ isTakenOut }) => isTakenOut).length
  }

  get refused(): number {
    return this.#plan?.files.filter(({ action }) => action === 'refused').length ?? 0
  }

  get changes(): number {
    return this.#plan?.files.filter(({ action }) => action === 'replace').length ?? 0
  }

  get canApply(): boolean {
    return this.#work === undefined && this.changes > 0 && (this.refused === 0 || this.skipRefused)
  }

  hunksOf(secret: RedactedSecret): HunkSides[] {
    const hunks = this.#plan?.preview.hunks.filter(({ secretId }) => secretId === secret.secretId) ?? []
    return hunks.map((hunk) => ({
      hunk,
      before: hunk.text.replaceAll(secret.placeholder, secret.hint),
      after: hunk.text,
    }))
  }

  setScope(scope: RedactionScope, isMeant: boolean): void {
    const others = this.#scopes.filter((one) => one !== scope)
    const scopes = isMeant ? [...others, scope] : others
    if (scopes.length === 0) return
    this.#scopes = scopes
    if (!scopes.includes('kept')) this.#before = 'keep'
    void this.read()
  }

  setBefore(before: 'keep' | 'none'): void {
    this.#before = before
  }

  setTakenOut(secretId: number, isTakenOut: boolean): void {
    const others = this.#staying.filter((id) => id !== secretId)
    this.#staying = isTakenOut ? others : [...others, secretId]
    void this.read()
  }

  /** Plans. One under way for an earlier choice is given up, here and there. */
  async read(): Promise<void> {
    this.#abort?.abort()
    const abort = new AbortController()
    this.#abort = abort
    this.#begin('planning')
    this.skipRefused = false
    try {
      const plan = await this.#run({ dryRun: true, signal: abort.signal })
      if (this.#abort !== abort) return
      this.#plan = plan
    } catch (error) {
      if (this.#abort !== abort || isAbort(error)) return
      if (!this.#tellStopped()) this.#error = error
    }
    this.#work = undefined
  }

  /** Does what the plan says. Where that is refused, the plan as it is now is shown, and nothing was changed. */
  async apply(): Promise<void> {
    if (!this.canApply) return
    this.#begin('writing')
    let isChanged = false
    try {
      const reply = await this.#run({ dryRun: false, plan: this.#plan?.plan })
      if (reply.applied) this.#done = reply
      else isChanged = true
    } catch (error) {
      if (this.#tellStopped()) isChanged = false
      else if (error instanceof ApiError && error.code === 'conflict') isChanged = true
      else this.#error = error
    }
    this.#work = undefined
    if (!isChanged) return
    await this.read()
    this.#note = 'changed'
  }

  /** Stops what is under way. Files that are being written already are carried through. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await call(stopRedaction, { params: { job: this.#job } }).catch(() => undefined)
  }

  /** Lets a look go that nobody waits for any more. What writes goes on. */
  leave(): void {
    if (this.#work !== 'planning') return
    this.#abort?.abort()
    this.#abort = undefined
    void this.stop()
  }

  /** Takes in how far the server says it is. */
  follow({ job, done, total }: { job: string; done: number; total: number }): void {
    if (job === this.#job && this.#work !== undefined) this.#share = total === 0 ? undefined : Math.min(1, done / total)
  }

  #begin(work: 'planning' | 'writing'): void {
    this.#work = work
    this.#share = undefined
    this.#error = undefined
    this.#note = undefined
    this.#isStopping = false
  }

  #tellStopped(): boolean {
    if (!this.#isStopping) return false
    this.#note = 'stopped'
    return true
  }

  #run({ dryRun, plan, signal }: { dryRun: boolean; plan?: string | undefined; signal?: AbortSignal }) {
    const { sessions, only } = this.#from
    return call(redactSessions, {
      body: {
        sessions: [...sessions],
        scopes: [...this.#scopes],
        choice: { keep: [...this.#staying], ...(only !== null && { only: [...only] }) },
        before: this.#before,
        dryRun,
        skipRefused: !dryRun && this.skipRefused,
        job: this.#job,
        ...(plan !== undefined && { plan }),
      },
      ...(signal && { signal }),
    })
  }
}
