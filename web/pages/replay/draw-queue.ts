import { flushSync } from 'svelte'

/** How long cards may be drawn in one frame. */
const BUDGET_MS = 6

interface Entry {
  draw: () => void
  /** The lower, the sooner. */
  order: () => number
}

/**
 * Draws costly cards a few at a time, the ones nearest to the playhead first, so that no frame waits for a whole screen
 * of them. A card stands as one line until it is its turn.
 */
export class DrawQueue {
  #entries = new Set<Entry>()
  #frame = 0
  #isHeld: () => boolean

  /** While `isHeld` says so nothing is drawn; call `resume` when that ends. */
  constructor(isHeld: () => boolean) {
    this.#isHeld = isHeld
  }

  /** Draws when it is its turn; returns the function that withdraws it. */
  add(entry: Entry): () => void {
    this.#entries.add(entry)
    this.resume()
    return () => void this.#entries.delete(entry)
  }

  resume(): void {
    if (this.#entries.size === 0 || this.#isHeld()) return
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.#drawSome()
    })
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#entries.clear()
  }

  #drawSome(): void {
    const until = performance.now() + BUDGET_MS
    const waiting = [...this.#entries].sort((a, b) => a.order() - b.order())
    for (const entry of waiting) {
      if (this.#isHeld() || performance.now() > until) break
      // One that was drawn may have pushed others out of sight, and they withdrew.
      if (this.#entries.delete(entry)) flushSync(entry.draw)
    }
    this.resume()
  }
}
