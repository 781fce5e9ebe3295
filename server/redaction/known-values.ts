import type { Hit, Tier } from './finding.ts'
import { isRandom } from './randomness.ts'

/** What a value is, as it was found where its context told. */
export interface KnownValue {
  kind: string
  provider: string | null
  tier: Tier
}

/** Values are told apart by their first characters, by a hash that rolls over the text. */
const WINDOW = 8
const BASE = 0x01000193
const TABLE_BITS = 16

/** The weight of the character that leaves the window. */
let leaving = 1
for (let count = 1; count < WINDOW; count += 1) leaving = Math.imul(leaving, BASE)
const LEAVING = leaving

/**
 * Values that are known to be secrets, to be found again where nothing around tells: in another file, in a list of
 * arguments, in an id. One pass over a text, whatever the number of values. In memory only.
 */
export class KnownValues {
  readonly #byHash = new Map<number, string[]>()
  readonly #known = new Map<string, KnownValue>()
  readonly #mayBegin = new Uint8Array(1 << TABLE_BITS)

  /** How many values there are. */
  get size(): number {
    return this.#known.size
  }

  /** False for a value that is too short or too plain: it would be found in ordinary text. */
  add(value: string, known: KnownValue): boolean {
    if (value.length < WINDOW || /^\d{1,9}$/.test(value)) return false
    if (/^[a-z]+$/i.test(value) && !isRandom(value, 0, value.length)) return false
    if (this.#known.has(value)) return true
    const hash = hashOf(value, 0)
    const list = this.#byHash.get(hash) ?? []
    list.push(value)
    list.sort((a, b) => b.length - a.length)
    this.#byHash.set(hash, list)
    this.#known.set(value, known)
    this.#mayBegin[hash >>> (32 - TABLE_BITS)] = 1
    return true
  }

  /** All places of known values in a text, without overlaps. */
  find(text: string): Hit[] {
    const hits: Hit[] = []
    if (this.#known.size === 0 || text.length < WINDOW) return hits
    let hash = hashOf(text, 0)
    let free = 0
    for (let at = 0; ; at += 1) {
      if (at >= free && this.#mayBegin[hash >>> (32 - TABLE_BITS)] === 1) {
        const hit = this.#at(text, at, hash)
        if (hit !== null) {
          hits.push(hit)
          free = hit.end
        }
      }
      if (at + WINDOW >= text.length) return hits
      const rest = hash - Math.imul(text.charCodeAt(at), LEAVING)
      hash = (Math.imul(rest, BASE) + text.charCodeAt(at + WINDOW)) | 0
    }
  }

  #at(text: string, at: number, hash: number): Hit | null {
    const value = this.#byHash.get(hash | 0)?.find((one) => text.startsWith(one, at))
    const known = value === undefined ? undefined : this.#known.get(value)
    if (value === undefined || known === undefined) return null
    return { ...known, start: at, end: at + value.length, value, within: [] }
  }
}

function hashOf(text: string, from: number): number {
  let hash = 0
  for (let at = from; at < from + WINDOW; at += 1) hash = (Math.imul(hash, BASE) + text.charCodeAt(at)) | 0
  return hash
}
