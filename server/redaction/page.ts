import type { Context, Hit, Tier } from './finding.ts'

/** What a handler says about a range. */
export interface Mark {
  kind: string
  provider?: string | null
  tier: Tier
  start: number
  end: number
}

const RANK: Record<Tier, number> = { definite: 3, likely: 2, candidate: 1 }

/** Characters that handlers may read for each character of the text. Ordinary texts take about one. */
const WORK_PER_CHARACTER = 10
/** What a short text may take in any case. */
const SMALL_CHANGE = 100_000

/** One text while it is scanned: what was found so far, how far handlers have read, and what that has cost. */
export class Page {
  readonly text: string
  readonly context: Context
  readonly hits: Hit[] = []
  /** Up to here names were read: a second keyword in the same name is not a second name. */
  nameEnd = 0
  /** Up to here a key block reaches; nothing inside it is looked at by itself. */
  blockEnd = 0
  /** Up to here the pairs of a cookie were read. */
  cookieEnd = 0
  /** Up to here addresses were read. */
  addressEnd = 0
  /** Up to here keys in JSON were read. */
  keyEnd = 0
  /** Key blocks, certificates and public keys, in the order of the text: read as a whole, and not looked into again. */
  readonly #blocks: { start: number; end: number }[] = []
  /** Up to here lines of base64 were tried as one: they are not joined again from a later line. */
  joinedEnd = 0
  /** For each command up to where its arguments were read. */
  readonly commandEnds: number[] = []
  /** The table that was read last: where its heading begins, and up to where its rows were read. */
  headingStart = -1
  rowsEnd = 0
  #work = 0
  #hasGivenUp = false
  readonly #budget: number

  constructor(text: string, context: Context) {
    this.text = text
    this.context = context
    this.#budget = SMALL_CHANGE + text.length * WORK_PER_CHARACTER
  }

  /** Counts characters that a handler read. The sum is bounded, so that no input takes more than linear time. */
  spend(characters: number): void {
    this.#work += characters
  }

  /** How many characters handlers have read. */
  get work(): number {
    return this.#work
  }

  /** Says that something inside was not looked at to its end. */
  giveUp(): void {
    this.#hasGivenUp = true
  }

  /** True when handlers have read more than any ordinary text costs: what is left stays unchecked. */
  get isExhausted(): boolean {
    return this.#hasGivenUp || this.#work > this.#budget
  }

  /** Says that a range was read as a whole. */
  addBlock(start: number, end: number): void {
    this.blockEnd = Math.max(this.blockEnd, end)
    this.#blocks.push({ start, end })
  }

  /** True inside a range that was read as a whole. */
  isInBlock(at: number): boolean {
    return this.#blocks.some(({ start, end }) => at >= start && at < end)
  }

  add({ kind, provider = null, tier, start, end }: Mark): void {
    this.hits.push({ kind, provider, tier, start, end, value: this.text.slice(start, end), within: [] })
  }
}

/** Generic kinds give way to one that knows whose secret it is. */
const GENERIC = /^(?:generic|unknown|url|header|cli|file)-/

/**
 * Leaves one hit where several overlap: the surer one, then the one that knows more, then the longer one. Hits inside
 * base64 stay, because they stand in another text.
 */
export function settle(hits: readonly Hit[]): Hit[] {
  if (hits.length < 2) return [...hits]
  const kept: Hit[] = []
  const sorted = [...hits].sort((a, b) => a.start - b.start || worth(b) - worth(a) || b.end - a.end)
  let cover: Hit | undefined
  for (const hit of sorted) {
    if (cover !== undefined && isMereGuess(hit, cover)) continue
    if (hit.within.length === 0 && hit.tier !== 'candidate') cover = hit
    const last = kept.at(-1)
    if (last === undefined || hit.start >= last.end || isElsewhere(hit, last)) kept.push(hit)
    else if (worth(hit) > worth(last) || (worth(hit) === worth(last) && lengthOf(hit) > lengthOf(last))) {
      kept[kept.length - 1] = hit
    }
  }
  return kept
}

/** What only looks random inside base64 that is a secret as a whole: `password: <base64>`. */
function isMereGuess(hit: Hit, cover: Hit): boolean {
  if (hit.within.length === 0 || hit.tier !== 'candidate') return false
  return hit.start >= cover.start && hit.end <= cover.end + 2
}

function isElsewhere(a: Hit, b: Hit): boolean {
  if (a.within.length === 0 && b.within.length === 0) return false
  return a.value !== b.value || a.kind !== b.kind
}

function worth(hit: Hit): number {
  return RANK[hit.tier] * 2 + (GENERIC.test(hit.kind) ? 0 : 1)
}

function lengthOf(hit: Hit): number {
  return hit.end - hit.start
}
