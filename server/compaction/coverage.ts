import type { Coverage } from '../contract/compaction.ts'
import type { Candidate } from './candidate.ts'
import { judgeOutcome } from './outcomes.ts'
import { type Term, termsOf } from './terms.ts'

/** What the agent still had after a compaction. */
export interface Remains {
  /** The summary, and texts that were carried over word for word. */
  texts: string[]
  /** Ids of events that stayed in the context whole. */
  preserved: ReadonlySet<string>
  /** Paths that were put back into the context right after it. */
  files: ReadonlySet<string>
}

/** How much of an item remained, and which terms say so. */
export interface Judgement {
  coverage: Coverage
  found: string[]
  missing: string[]
}

const WEIGHT: Record<Term['kind'], number> = { file: 2.5, name: 1.4, number: 1.2, word: 1, part: 0.25 }

/** Scores from which on an item counts as kept, and as partly kept. Tuned on one half of the marked items. */
const KEPT = 0.49
const PARTLY = 0.4
const MOST_SHOWN = 12

/** Of a long text the beginning says what it is about: what stands later weighs less. */
const HEAD = 120
/** Words in a row that make a quotation. */
const QUOTED = 12

interface Weighed extends Term {
  weight: number
  isFound: boolean
}

/** Holds items against what remained after one compaction. */
export class Coverings {
  readonly #remains: Remains
  readonly #lines: string[] = []
  readonly #where = new Map<string, number[]>()
  readonly #names: string[] = []
  readonly #sequences = new Set<string>()
  readonly #rarity: (key: string) => number

  /** `rarity` is between 0 (said everywhere) and 1 (said once). */
  constructor(remains: Remains, rarity: (key: string) => number) {
    this.#remains = remains
    this.#rarity = rarity
    for (const text of remains.texts) for (const line of text.split('\n')) this.#addLine(line)
  }

  judge(item: Candidate): Judgement {
    if (this.#remains.preserved.has(item.eventId.split('#')[0] ?? '')) {
      return { coverage: 'kept', found: ['the event itself stayed in the context'], missing: [] }
    }
    if (item.kind === 'file') return this.#judgeFile(item)
    const outcome = item.sought?.kind === 'outcome' ? judgeOutcome(item.sought, this.#lines) : null
    return outcome ?? this.#judgeWords(item.sought?.kind === 'words' ? item.sought.text : item.text)
  }

  #judgeWords(text: string): Judgement {
    const terms = this.#weigh(text)
    const score = this.#scoreOf(terms, text)
    const ranked = [...terms].sort((a, b) => b.weight - a.weight)
    return {
      coverage: score >= KEPT ? 'kept' : score >= PARTLY ? 'partly' : 'lost',
      found: ranked
        .filter((term) => term.isFound)
        .map((term) => term.shown)
        .slice(0, MOST_SHOWN),
      missing: ranked
        .filter((term) => !term.isFound)
        .map((term) => term.shown)
        .slice(0, MOST_SHOWN),
    }
  }

  /** Fitted to marked items (docs/decisions/0006): what counts most is that the weighty terms are there at all. */
  #scoreOf(terms: Weighed[], text: string): number {
    const total = sumOf(terms)
    if (total === 0) return 0
    const literal = this.#literalShare(text)
    if (literal === 1) return 1
    const everywhere = sumOf(terms.filter((term) => term.isFound)) / total
    // Of a short text a few terms are found by chance.
    const length = Math.log(terms.length)
    return 0.6 * everywhere + 0.24 * this.#pairShare(terms) + 0.06 * literal + 0.065 * length - 0.1
  }

  #weigh(text: string): Weighed[] {
    return termsOf(text).map((term) => ({
      ...term,
      weight: WEIGHT[term.kind] * (0.25 + 0.75 * this.#rarity(term.key)) * (term.at < HEAD ? 1 : HEAD / term.at),
      isFound: this.#placesOf(term).length > 0,
    }))
  }

  /** Lines where a term stands; a long name also where it is a part of a longer one. */
  #placesOf(term: Term): number[] {
    const places = this.#where.get(term.key)
    if (places) return places
    if (term.kind !== 'name' || term.key.length < 9) return []
    const longer = this.#names.find((name) => name.includes(term.key))
    return longer === undefined ? [] : (this.#where.get(longer) ?? [])
  }

  /** Share of neighbours in the item that stand on one line of the summary, too. */
  #pairShare(terms: Weighed[]): number {
    let total = 0
    let found = 0
    const ordered = [...terms].sort((a, b) => a.at - b.at)
    ordered.forEach((term, index) => {
      const next = ordered[index + 1]
      if (!next) return
      const lines = new Set(this.#placesOf(term))
      total += term.weight + next.weight
      if (this.#placesOf(next).some((line) => lines.has(line))) found += term.weight + next.weight
    })
    return total === 0 ? 0 : found / total
  }

  /** Share of the item's words that stand in the summary in the same order, in runs of four; 1 for a long quotation. */
  #literalShare(text: string): number {
    const words = wordsOf(text)
    if (words.length < 4) return words.length > 1 && this.#sequences.has(` ${words.join(' ')} `) ? 1 : 0
    const isFound = new Array<boolean>(words.length).fill(false)
    for (let at = 0; at + 4 <= words.length; at += 1) {
      if (this.#sequences.has(words.slice(at, at + 4).join(' '))) isFound.fill(true, at, at + 4)
    }
    return Math.max(isFound.filter(Boolean).length / words.length, Math.min(1, longestRun(isFound) / QUOTED))
  }

  #judgeFile(item: Candidate): Judgement {
    const path = item.text.split(': ')[0] ?? ''
    const base = path.split(/[/\\]/).at(-1) ?? path
    if ([...this.#remains.files].some((file) => file === path || file.endsWith(`/${path}`))) {
      return { coverage: 'kept', found: ['the file was put back into the context'], missing: [] }
    }
    const places = this.#linesNaming(path, base)
    if (places.length === 0) return { coverage: 'lost', found: [], missing: [base] }
    // Named once in a list it is known to matter, but not what was done to it.
    const isTold = places.length > 1 || places.some((line) => this.#wordsAround(line) > 3)
    return { coverage: isTold ? 'kept' : 'partly', found: [base], missing: [] }
  }

  /** Lines that name a file: with its folder, or without any; those that name one of the same name elsewhere do not count. */
  #linesNaming(path: string, base: string): number[] {
    const places = this.#where.get(base.toLowerCase()) ?? []
    const parent = path.split(/[/\\]/).at(-2)
    if (parent === undefined) return places
    const has = (line: number, text: string) => this.#lines[line]?.toLowerCase().includes(text.toLowerCase()) === true
    const near = places.filter((line) => has(line, `${parent}/${base}`))
    return near.length > 0 ? near : places.filter((line) => !has(line, `/${base}`))
  }

  /** Words on a line besides its first name, and on deeper lines below it. */
  #wordsAround(line: number): number {
    const indent = (text: string) => /^\s*/.exec(text)?.[0].length ?? 0
    const own = this.#lines[line] ?? ''
    let count = wordsOf(own.replace(/`[^`]*`|[\w.-]*\/\S+/g, '')).length
    for (let below = line + 1; below < line + 4; below += 1) {
      const next = this.#lines[below]
      if (next === undefined || indent(next) <= indent(own)) break
      count += wordsOf(next).length
    }
    return count
  }

  #addLine(line: string): void {
    const terms = termsOf(line)
    if (terms.length === 0) return
    const at = this.#lines.length
    this.#lines.push(line)
    for (const { key, kind } of terms) {
      const places = this.#where.get(key)
      if (places) places.push(at)
      else {
        this.#where.set(key, [at])
        if (kind === 'name') this.#names.push(key)
      }
    }
    const words = wordsOf(line)
    if (words.length < 4) this.#sequences.add(` ${words.join(' ')} `)
    for (let from = 0; from + 4 <= words.length; from += 1) this.#sequences.add(words.slice(from, from + 4).join(' '))
  }
}

function sumOf(terms: Weighed[]): number {
  return terms.reduce((sum, term) => sum + term.weight, 0)
}

function longestRun(flags: boolean[]): number {
  let longest = 0
  let run = 0
  for (const flag of flags) {
    run = flag ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
}
