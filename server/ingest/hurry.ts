/** Says whether something has to be done before everything else, and lets the rest wait for its end. */
export class Hurry {
  #running = 0
  #waiting: (() => void)[] = []

  get isOn(): boolean {
    return this.#running > 0
  }

  /** Does what cannot wait. */
  async first<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1
    try {
      return await work()
    } finally {
      this.#running -= 1
      if (!this.isOn) for (const go of this.#waiting.splice(0)) go()
    }
  }

  /** Resolves when nothing is urgent. */
  async over(): Promise<void> {
    while (this.isOn) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}
