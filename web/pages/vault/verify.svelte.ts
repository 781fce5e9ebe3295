import { cancelVerify, getVerify, startVerify, type VerifyReport } from '../../../server/contract/snapshots.ts'
import { call } from '../../api/call.ts'

const pollMs = 400

/** The check of the whole vault: its progress while it runs, and what the last one found. */
export class Verify {
  #report = $state.raw<VerifyReport>()
  #error = $state.raw<unknown>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false

  /** Undefined until the server has said it. */
  get report(): VerifyReport | undefined {
    return this.#report
  }

  get error(): unknown {
    return this.#error
  }

  get isRunning(): boolean {
    return this.#report?.state === 'running'
  }

  /** From 0 to 1, by bytes. */
  get share(): number {
    const { bytesDone, bytesTotal } = this.#report ?? { bytesDone: 0, bytesTotal: 0 }
    return bytesTotal > 0 ? Math.min(1, bytesDone / bytesTotal) : 0
  }

  /** Begins a check. */
  begin(): Promise<void> {
    return this.#ask(() => call(startVerify, { body: { wait: false } }))
  }

  /** Ends the running check. */
  cancel(): Promise<void> {
    return this.#ask(() => call(cancelVerify))
  }

  /** Reads how it stands; while a check runs, again and again. */
  read(): Promise<void> {
    return this.#ask(() => call(getVerify))
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  async #ask(request: () => Promise<VerifyReport>): Promise<void> {
    clearTimeout(this.#timer)
    try {
      this.#report = await request()
      this.#error = undefined
    } catch (error) {
      this.#error = error
    }
    if (this.isRunning && !this.#isStopped) this.#timer = setTimeout(() => void this.read(), pollMs)
  }
}
