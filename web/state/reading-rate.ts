/** How far back a rate looks: long enough to be calm, short enough to follow. */
const spanMs = 4_000

/** Bytes per second over the last few seconds, from a counter that only grows. */
export class ReadingRate {
  #points: { bytes: number; at: number }[] = []

  /** Takes the counter at a time in milliseconds; returns the rate, or undefined while there is too little to tell. */
  add(bytes: number, at: number): number | undefined {
    const last = this.#points.at(-1)
    if (last && bytes < last.bytes) this.#points = []
    this.#points.push({ bytes, at })
    while (this.#points.length > 2 && (this.#points[0]?.at ?? at) < at - spanMs) this.#points.shift()
    const first = this.#points[0]
    if (!first || at - first.at < 200) return undefined
    return ((bytes - first.bytes) / (at - first.at)) * 1_000
  }
}
