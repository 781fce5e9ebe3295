import type { Usage } from '../adapter.ts'
import type { Tokens } from '../../contract/session.ts'

/**
 * Counts every model answer once, however often its records were repeated: in the several records of one answer, in forks,
 * in side chains. This is the rule for totals over several sources:
 *
 * 1. Copies with the same `key` are one answer.
 * 2. Copies with the same `messageId` are one answer too when at least one of them is in a side chain, which may repeat
 *    an answer under another request.
 * 3. Of two copies, the one outside a side chain stays, else the one with more tokens, else the first.
 */
export class UsageLedger {
  readonly #entries: Usage[] = []
  readonly #byKey = new Map<string, number>()
  readonly #byMessage = new Map<string, number[]>()

  /** Takes an answer in and returns whether it is now counted, as a new one or in place of a copy. */
  add(usage: Usage): boolean {
    const place = this.#findCopy(usage)
    if (place === null) {
      this.#remember(usage, this.#entries.push(usage) - 1)
      return true
    }
    const held = this.#entries[place]
    if (held !== undefined && !isBetter(usage, held)) {
      this.#byKey.set(usage.key, place)
      return false
    }
    this.#entries[place] = usage
    this.#remember(usage, place)
    return true
  }

  /** The answers that count. */
  *answers(): Iterable<Usage> {
    yield* this.#entries
  }

  #findCopy(usage: Usage): number | null {
    const same = this.#byKey.get(usage.key)
    if (same !== undefined) return same
    if (usage.messageId === null) return null
    for (const place of this.#byMessage.get(usage.messageId) ?? []) {
      if (usage.isSidechain || this.#entries[place]?.isSidechain === true) return place
    }
    return null
  }

  #remember(usage: Usage, place: number): void {
    this.#byKey.set(usage.key, place)
    if (usage.messageId === null) return
    const places = this.#byMessage.get(usage.messageId)
    if (places === undefined) this.#byMessage.set(usage.messageId, [place])
    else if (!places.includes(place)) places.push(place)
  }
}

/** True when `usage` should stand in place of `held`, a copy of the same answer. */
export function isBetter(usage: Usage, held: Usage): boolean {
  if (usage.isSidechain !== held.isSidechain) return held.isSidechain
  return totalOf(usage.tokens) > totalOf(held.tokens)
}

/** All tokens of an answer. */
export function totalOf(tokens: Tokens): number {
  return tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite
}
