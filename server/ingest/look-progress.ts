/** A report at most so often, in milliseconds. */
const EVERY = 200

/** Says how much of a known sum of work is done, often enough to be watched and no more often. */
export class LookProgress {
  readonly #total: number
  readonly #tell: (done: number, total: number) => void
  #done = 0
  #toldAt = 0

  constructor(total: number, tell: (done: number, total: number) => void) {
    this.#total = total
    this.#tell = tell
  }

  advance(amount: number): void {
    this.#done += amount
    const now = performance.now()
    if (now - this.#toldAt < EVERY) return
    this.#toldAt = now
    this.#tell(this.#done, this.#total)
  }
}
