import { termsOf } from './terms.ts'

/** Counts in how many texts a term stands, for telling what is rare in a session. */
export class Rarity {
  #texts = 0
  readonly #counts = new Map<string, number>()

  add(text: string): void {
    this.#texts += 1
    for (const { key } of termsOf(text)) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  /** 1 for a term that stands in no text or one, near 0 for one that stands in all. */
  of(key: string): number {
    if (this.#texts < 2) return 1
    const count = Math.max(1, this.#counts.get(key) ?? 1)
    return 1 - Math.log(count) / Math.log(this.#texts + 1)
  }
}
