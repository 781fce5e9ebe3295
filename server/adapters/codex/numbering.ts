import { createHash } from 'node:crypto'
import { numberOf, shapeOf } from '../shared/shape.ts'

/** How many ids were made for what is alike: of one kind, at one time. */
export type Counts = Record<string, number>

/** Times of which counts are kept: in a file they go on, but for clocks that are set back a little. */
const MOST_COUNTS = 40

/**
 * Makes ids of records that have none: by the session, the kind, the time, and the place among those that are alike in
 * these. What a record says is not in it: a secret that comes to be known, or is taken out, changes no id. The same in
 * every copy of a file, also where the agent has written it anew.
 */
export class Numbering {
  readonly #nativeId: string | null
  readonly #stamp: string
  #counts: Counts

  /** `stamp` is empty in the first era, whose items have no time: there all of a kind are counted. */
  constructor(parts: { nativeId: string | null; stamp: string; counts: Counts }) {
    this.#nativeId = parts.nativeId
    this.#stamp = parts.stamp
    this.#counts = parts.counts
  }

  /** What is to be remembered for the next record. */
  get counts(): Counts {
    return this.#counts
  }

  next(kind: string): string {
    const alike = `${this.#stamp} ${kind}`
    const { [alike]: count = 0, ...others } = this.#counts
    this.#counts = { ...latest(others), [alike]: count + 1 }
    const told = `${this.#nativeId ?? ''}\n${kind}\n${this.#stamp}\n${count}`
    return `${kind}-${createHash('sha256').update(told).digest('hex').slice(0, 24)}`
  }
}

/** Takes over counts that were remembered. */
export function countsIn(kept: unknown): Counts {
  return Object.fromEntries(Object.entries(shapeOf(kept)).map(([alike, count]) => [alike, numberOf(count) ?? 0]))
}

function latest(counts: Counts): Counts {
  const all = Object.entries(counts)
  if (all.length < MOST_COUNTS) return counts
  const timeless = all.filter(([alike]) => alike.startsWith(' '))
  return Object.fromEntries([...timeless, ...all.filter(([alike]) => !alike.startsWith(' ')).slice(1 - MOST_COUNTS)])
}
