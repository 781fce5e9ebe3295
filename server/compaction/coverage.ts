import type { Coverage, LostKind } from '../contract/compaction.ts'
import type { Candidate } from './candidate.ts'
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

/** What decided, and how it was decided. */
export interface Judgement {
  coverage: Coverage
  score: number
  found: string[]
  missing: string[]
}

/** Lines that stand together are about one thing. */
const WINDOW = 3
const WEIGHT: Record<Term['kind'], number> = { file: 2.5, name: 2.2, number: 1.2, word: 1 }

/** Scores from which on an item counts as kept, and as partly kept. Tuned on one half of the marked items. */
const THRESHOLDS: Record<LostKind, { kept: number; partly: number }> = {
  instruction: { kept: 0.62, partly: 0.4 },
  decision: { kept: 0.62, partly: 0.42 },
  rejected: { kept: 0.62, partly: 0.42 },
  file: { kept: 0.5, partly: 0.25 },
  command: { kept: 0.62, partly: 0.4 },
  error: { kept: 0.62, partly: 0.42 },
  todo: { kept: 0.62, partly: 0.4 },
}

interface Unit {
  terms: Set<string>
  text: string
}

/** Holds items against what remained after one compaction. */
export class Coverings {
  readonly #remains: Remains
  readonly #units: Unit[] = []
  readonly #where = new Map<string, number[]>()
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
      return { coverage: 'kept', score: 1, found: ['the event itself stayed in the context'], missing: [] }
    }
    if (item.kind === 'file') return this.#judgeFile(item)
    const terms = termsOf(item.text)
    const weighed = terms.map((term) => ({ term, weight: WEIGHT[term.kind] * (0.25 + 0.75 * this.#rarity(term.key)) }))
    const total = weighed.reduce((sum, { weight }) => sum + weight, 0)
    if (total === 0) return { coverage: 'lost', score: 0, found: [], missing: [] }
    const everywhere =
      weighed.reduce((sum, { term, weight }) => sum + (this.#where.has(term.key) ? weight : 0), 0) / total
    const together = this.#bestWindow(weighed) / total
    const literal = this.#literalShare(item.text)
    const score = Math.max(0.55 * together + 0.45 * everywhere * Math.min(1, 0.4 + together), literal)
    return this.#decide(item.kind, score, weighed)
  }

  /** The best stretch of the summary: terms scattered over all of it say less than terms that stand together. */
  #bestWindow(weighed: { term: Term; weight: number }[]): number {
    const sums = new Map<number, number>()
    for (const { term, weight } of weighed) {
      const starts = new Set<number>()
      for (const line of this.#where.get(term.key) ?? []) {
        for (let start = line - WINDOW + 1; start <= line; start += 1) starts.add(start)
      }
      for (const start of starts) sums.set(start, (sums.get(start) ?? 0) + weight)
    }
    return Math.max(0, ...sums.values())
  }

  /** Share of the item's words that stand in the summary in the same order, in runs of four. */
  #literalShare(text: string): number {
    const words = wordsOf(text)
    if (words.length < 4) return this.#sequences.has(` ${words.join(' ')} `) && words.length > 1 ? 1 : 0
    const isFound = new Array<boolean>(words.length).fill(false)
    for (let at = 0; at + 4 <= words.length; at += 1) {
      if (this.#sequences.has(words.slice(at, at + 4).join(' '))) isFound.fill(true, at, at + 4)
    }
    return isFound.filter(Boolean).length / words.length
  }

  #judgeFile(item: Candidate): Judgement {
    const path = item.text.split(': ')[0] ?? ''
    const base = (path.split(/[/\\]/).at(-1) ?? path).toLowerCase()
    if ([...this.#remains.files].some((file) => file === path || file.endsWith(`/${path}`))) {
      return { coverage: 'kept', score: 1, found: ['the file was put back into the context'], missing: [] }
    }
    const lines = this.#where.get(base) ?? []
    if (lines.length === 0) return { coverage: 'lost', score: 0, found: [], missing: [base] }
    const names =
      item.detail === null
        ? []
        : termsOf(item.detail.replace('defines or changes', '')).filter((term) => term.kind === 'name')
    const missing = names.filter((term) => !this.#where.has(term.key)).map((term) => term.shown)
    const found = [base, ...names.filter((term) => this.#where.has(term.key)).map((term) => term.shown)]
    // Named alone, as in a list, it is known that the file matters but not what was done to it.
    const said = lines.reduce((sum, line) => Math.max(sum, this.#saidAround(line)), 0)
    const coverage = said >= 3 ? 'kept' : 'partly'
    return { coverage, score: coverage === 'kept' ? 1 : 0.4, found, missing }
  }

  #saidAround(line: number): number {
    const terms = (at: number) => this.#units[at]?.terms.size ?? 0
    return terms(line)
  }

  #decide(kind: LostKind, score: number, weighed: { term: Term; weight: number }[]): Judgement {
    const { kept, partly } = THRESHOLDS[kind]
    const ranked = [...weighed].sort((a, b) => b.weight - a.weight)
    const isFound = (one: { term: Term }) => this.#where.has(one.term.key)
    return {
      coverage: score >= kept ? 'kept' : score >= partly ? 'partly' : 'lost',
      score,
      found: ranked
        .filter(isFound)
        .slice(0, 12)
        .map((one) => one.term.shown),
      missing: ranked
        .filter((one) => !isFound(one))
        .slice(0, 12)
        .map((one) => one.term.shown),
    }
  }

  #addLine(line: string): void {
    const terms = termsOf(line)
    if (terms.length === 0) return
    const at = this.#units.length
    this.#units.push({ text: line, terms: new Set(terms.map((term) => term.key)) })
    for (const { key } of terms) {
      const places = this.#where.get(key)
      if (places) places.push(at)
      else this.#where.set(key, [at])
    }
    const words = wordsOf(line)
    if (words.length < 4) this.#sequences.add(` ${words.join(' ')} `)
    for (let from = 0; from + 4 <= words.length; from += 1) this.#sequences.add(words.slice(from, from + 4).join(' '))
  }
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
}
