import { RE2JS, RE2JSSyntaxException } from 're2js'
import type { OwnPatterns, Range } from './finding.ts'

/** What a user says about secrets of their own. */
export interface PatternText {
  /** Id under which findings are kept: lower-case letters, digits and hyphens. */
  kind: string
  /** A regular expression of RE2. Its first group is the secret, or all of it when it has none. */
  pattern: string
  /** What stands near every such secret, as it is written. Texts without it are not looked at. */
  keyword: string
}

/** A pattern that can be used, or a sentence that says why not. */
export type Compiled = { pattern: OwnPatterns; problem: null } | { pattern: null; problem: string }

/** Characters on each side of a keyword that are looked at, and how long a secret may be. */
const REACH = 1000
/** Steps of the automaton. */
const LARGEST_PROGRAM = 400
/** Characters times steps that one line may cost, with all that stands in it: half a second at worst. */
const MOST_WORK = 20_000_000
const SHORTEST_VALUE = 4

/** Compiles a pattern. Time is linear in the text whatever the pattern says, and bounded. */
export function compilePattern(given: PatternText): Compiled {
  try {
    const expression = RE2JS.compile(given.pattern)
    if (expression.programSize() > LARGEST_PROGRAM)
      return refused('The pattern is too large. Use smaller numbers of repetitions.')
    if (expression.matches('')) return refused('The pattern fits an empty text, so it would fit everywhere.')
    return { pattern: new Re2Pattern(given, expression), problem: null }
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error
    return refused(sentenceFor(error.message))
  }
}

class Re2Pattern implements OwnPatterns {
  readonly #kind: string
  readonly #expression: RE2JS
  readonly #keyword: string
  readonly #size: number
  /** How far the automaton may look beyond what it finds. */
  readonly #lookahead: number
  /** What the line has cost so far. */
  #work = 0

  constructor({ kind, pattern, keyword }: PatternText, expression: RE2JS) {
    this.#kind = kind
    this.#expression = expression
    this.#keyword = keyword
    this.#size = expression.programSize()
    this.#lookahead = /[*+]|\{\d+,\}/.test(pattern) ? 2 * REACH : this.#size
  }

  begin(): void {
    this.#work = 0
  }

  find(text: string, giveUp: () => void): (Range & { kind: string })[] {
    const found: (Range & { kind: string })[] = []
    for (const window of windowsAround(text, this.#keyword)) {
      for (const { range, cost } of this.#inside(text, window)) {
        this.#work += cost * this.#size
        if (this.#work > MOST_WORK) {
          giveUp()
          return found
        }
        if (range !== null) found.push({ kind: this.#kind, ...range })
      }
    }
    return found
  }

  /** Goes through a window in pieces, so that looking ahead for a match that never ends is bounded. Costs are in characters. */
  *#inside(text: string, window: Range): Generator<{ range: Range | null; cost: number }> {
    for (let at = window.start; at < window.end;) {
      const isLast = at + 2 * REACH >= window.end
      const end = isLast ? window.end : at + 2 * REACH
      const match = this.#next(text.slice(Math.max(0, at - 1), end), at === 0 ? 0 : 1)
      const from = Math.max(0, at - 1)
      if (match === null || (!isLast && from + match.start >= at + REACH)) {
        yield { range: null, cost: end - at }
        at = isLast ? end : at + REACH
        continue
      }
      const range = { start: from + match.groupStart, end: from + match.groupEnd }
      const length = range.end - range.start
      const isValue = length >= SHORTEST_VALUE && length <= REACH
      const next = Math.max(from + match.end, at + 1)
      yield { range: isValue ? range : null, cost: Math.min(end - at, next - at + this.#lookahead) }
      at = next
    }
  }

  /** The first match from an offset on; what stands before it counts as its surroundings. */
  #next(text: string, from: number): { start: number; end: number; groupStart: number; groupEnd: number } | null {
    const matcher = this.#expression.matcher(text)
    if (!matcher.find(from)) return null
    const group = matcher.groupCount() > 0 && matcher.start(1) >= 0 ? 1 : 0
    const [start, end] = [matcher.start(), matcher.end()]
    return { start, end, groupStart: matcher.start(group), groupEnd: matcher.end(group) }
  }
}

/** The stretches of a text that lie near a keyword, without overlaps, in their order. */
function windowsAround(text: string, keyword: string): Range[] {
  const windows: Range[] = []
  for (let at = text.indexOf(keyword); at >= 0; at = text.indexOf(keyword, at + keyword.length)) {
    const start = Math.max(0, at - REACH)
    const end = Math.min(text.length, at + keyword.length + REACH)
    const last = windows.at(-1)
    if (last !== undefined && start <= last.end) last.end = end
    else windows.push({ start, end })
  }
  return windows
}

function refused(problem: string): Compiled {
  return { pattern: null, problem }
}

/** What RE2 calls a mistake, by how its message begins, and what a person is told. */
const SENTENCES: readonly (readonly [begins: string, sentence: string])[] = [
  ['missing closing )', 'A parenthesis is opened and not closed.'],
  ['unexpected )', 'A parenthesis is closed that was not opened.'],
  ['missing closing ]', 'A bracket is opened and not closed.'],
  ['trailing backslash', 'A backslash stands at the end.'],
  [
    'invalid character class range',
    'What stands in brackets or braces is no class of characters, or a range in it runs backwards',
  ],
  ['invalid nested repetition', 'Two repetitions follow on each other'],
  ['missing argument to repetition', 'There is nothing before a repetition that it could repeat'],
  [
    'invalid repeat count',
    'A number of repetitions is too large or they are in the wrong order; at most 1,000 are possible',
  ],
  ['invalid or unsupported Perl syntax', 'Looking ahead, looking behind and these flags are not possible'],
  ['invalid named capture', 'Looking behind is not possible, nor this name of a group'],
  [
    'invalid escape sequence',
    'A backslash stands before a character that it cannot stand before; \\1 to \\9 are not possible',
  ],
]

function sentenceFor(message: string): string {
  const reason = message.replace(/^error parsing regexp: /, '')
  const place = /`(.+)`$/s.exec(reason)?.[1]
  const sentence =
    SENTENCES.find(([begins]) => reason.startsWith(begins))?.[1] ?? 'The pattern is not a regular expression'
  if (sentence.endsWith('.')) return sentence
  return place === undefined ? `${sentence}.` : `${sentence}: ${place}`
}
