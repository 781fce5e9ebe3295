import { beginsToken } from './boundary.ts'
import { BIT, bitsAt, runEnd, runStart } from './charset.ts'
import { checksumHolds, isBech32, isNatsSeed } from './checksums.ts'
import { isPlaceholder } from './deny.ts'
import type { Tier } from './finding.ts'
import type { Format } from './formats/format.ts'
import { wordiness } from './letters.ts'
import type { Page } from './page.ts'
import { isRandom, shapeOf } from './randomness.ts'
import { lengthOf, parseTemplate, type Part } from './template.ts'

/** One template of a format, seen from the literal that gives it away. */
export interface TokenRule {
  format: Format
  parts: readonly Part[]
  /** Which part the literal is. */
  anchor: number
  minLength: number
  maxLength: number
  /** The sets of all runs, and the characters of the literals that follow the anchor. */
  sets: number
  joints: string
}

/** A literal and the templates that it may belong to. */
export interface TokenAnchor {
  literal: string
  rules: TokenRule[]
  /** Long and odd enough that what follows is a secret also when its length is not the published one. */
  isDistinct: boolean
  /** Not so odd, but closed by a separator or followed by hex: another length is a candidate. */
  isTelling: boolean
}

const AMBIGUOUS = new Set(
  'key_ key- secret_ secret- live_ test_ api- sdk- API- mob- pat. dose dapi AQX EXO SEC SCW BSA A3- pul- sk- sk_ rnd_ key0 fio-u-'.split(
    ' ',
  ),
)

/** Longest token that is read. JWT-like ones with many claims reach some thousand characters. */
const LONGEST = 4096

/** Turns formats into anchors. Formats that only a name gives away have none. */
export function compileTokens(formats: readonly Format[]): TokenAnchor[] {
  const anchors = new Map<string, TokenAnchor>()
  for (const format of formats) {
    if (format.class !== 'token') continue
    for (const template of format.templates) {
      const rule = compileTemplate(format, parseTemplate(template))
      const literal = rule === null ? null : literalOf(rule)
      if (rule === null || literal === null) continue
      const anchor = anchors.get(literal) ?? { literal, rules: [], isDistinct: isDistinct(literal), isTelling: false }
      anchor.isTelling ||= isTelling(rule, literal)
      anchor.rules.push(rule)
      anchors.set(literal, anchor)
    }
  }
  return [...anchors.values()]
}

function isDistinct(literal: string): boolean {
  return literal.length >= 4 && !AMBIGUOUS.has(literal)
}

/** `SG.`, `hf_`; `dapi` before nothing but hex. */
function isTelling(rule: TokenRule, literal: string): boolean {
  if (literal.length >= 3 && /[._-]$/.test(literal)) return !AMBIGUOUS.has(literal)
  return literal.length >= 4 && (rule.sets & ~BIT.hex) === 0
}

function literalOf(rule: TokenRule): string | null {
  const part = rule.parts[rule.anchor]
  return part?.kind === 'literal' ? part.text : null
}

/** Null for templates whose only literals are separators: a structure of `runs.ts` knows these. */
function compileTemplate(format: Format, parts: readonly Part[]): TokenRule | null {
  const literals = parts.flatMap((part, index) => (part.kind === 'literal' ? [{ index, text: part.text }] : []))
  const first = literals[0]
  const longest = literals.toSorted((a, b) => b.text.length - a.text.length)[0]
  const chosen = first?.index === 0 && first.text.length >= 2 ? first : longest
  if (chosen === undefined || chosen.text.length < 2) return null
  const lengths = parts.map(lengthOf)
  const after = literals.filter(({ index }) => index > chosen.index).map(({ text }) => text)
  return {
    format,
    parts,
    anchor: chosen.index,
    minLength: lengths.reduce((sum, { min }) => sum + min, 0),
    maxLength: lengths.reduce((sum, { max }) => sum + max, 0),
    sets: parts.reduce((sets, part) => (part.kind === 'literal' ? sets : sets | part.bit), 0),
    joints: after.join(''),
  }
}

/** Looks at a literal of a token that ends at `end`. */
export function readToken(page: Page, anchor: TokenAnchor, end: number): void {
  const { text } = page
  const start = end - anchor.literal.length
  if (!text.startsWith(anchor.literal, start)) return
  const isPrefix = anchor.rules[0]?.anchor === 0
  if (isPrefix && !mayBegin(text, start, anchor.isDistinct)) return
  let best: { start: number; end: number; tier: Tier; rule: TokenRule } | null = null
  for (const rule of anchor.rules) {
    const found = strictMatch(page, rule, start, end) ?? null
    if (found === null || (best !== null && found.end - found.start <= best.end - best.start)) continue
    const tier = tierOf(text, { ...found, rule, isDistinct: anchor.isDistinct })
    if (tier !== null) best = { ...found, tier, rule }
  }
  const rule = anchor.rules[0]
  if (best === null && (anchor.isDistinct || anchor.isTelling) && rule !== undefined)
    best = tolerantMatch(page, anchor, start, end)
  if (best === null) return
  const { format } = best.rule
  page.add({ kind: format.id, provider: format.provider, tier: best.tier, start: best.start, end: best.end })
}

function mayBegin(text: string, start: number, distinct: boolean): boolean {
  if (!beginsToken(text, start)) return false
  if (distinct) return true
  const before = text.charAt(start - 1)
  return before !== '_' && before !== '-' && before !== '.'
}

function strictMatch(page: Page, rule: TokenRule, start: number, end: number): { start: number; end: number } | null {
  const from = matchBackward(page.text, rule, start)
  if (from === null) return null
  const to = matchForward(page.text, rule, end)
  page.spend(to === null ? 8 : to - from)
  return to === null ? null : { start: from, end: to }
}

function matchForward(text: string, rule: TokenRule, from: number): number | null {
  let at = from
  for (const part of rule.parts.slice(rule.anchor + 1)) {
    if (part.kind === 'literal') {
      if (!text.startsWith(part.text, at)) return null
      at += part.text.length
      continue
    }
    const end = runEnd(text, at, part.bit, at + part.max)
    if (end - at < part.min) return null
    at = end
  }
  const last = rule.parts.at(-1)
  const beyond = last === undefined || last.kind === 'literal' ? BIT.alnum : last.bit
  return (bitsAt(text, at) & beyond) === 0 ? at : null
}

function matchBackward(text: string, rule: TokenRule, from: number): number | null {
  let at = from
  for (const part of rule.parts.slice(0, rule.anchor).toReversed()) {
    if (part.kind === 'literal') {
      if (!text.startsWith(part.text, at - part.text.length)) return null
      at -= part.text.length
      continue
    }
    const start = runStart(text, at, part.bit, at - part.max)
    if (at - start < part.min) return null
    at = start
  }
  return at === from || beginsToken(text, at) || text.startsWith('bot', at - 3) ? at : null
}

/** The published prefix with a run of another length than published: lengths drift. */
function tolerantMatch(
  page: Page,
  anchor: TokenAnchor,
  start: number,
  end: number,
): { start: number; end: number; tier: Tier; rule: TokenRule } | null {
  const { text } = page
  const rule = anchor.rules.toSorted((a, b) => a.minLength - b.minLength)[0]
  if (rule === undefined) return null
  let from = start
  if (rule.anchor > 0) {
    const left = rule.parts.slice(0, rule.anchor).reduce((sum, part) => sum + lengthOf(part).min, 0)
    from = runStart(text, start, rule.sets, start - left * 2)
    if (start - from < left * 0.7 || !(beginsToken(text, from) || text.startsWith('bot', from - 3))) return null
  }
  const to = looseEnd(text, end, rule)
  page.spend(to - from)
  const longest = Math.max(...anchor.rules.map(({ maxLength }) => maxLength))
  if (to - from < Math.max(16, rule.minLength * 0.7) || to - from > longest * 2 + 80) return null
  const bodyFrom = rule.anchor > 0 ? from : end
  if (!isRandom(text, bodyFrom, to) || isPlaceholder(text.slice(bodyFrom, to))) return null
  return { start: from, end: to, tier: anchor.isDistinct && anchor.literal.length >= 5 ? 'likely' : 'candidate', rule }
}

function looseEnd(text: string, from: number, rule: TokenRule): number {
  let at = from
  const stop = Math.min(text.length, from + LONGEST)
  while (at < stop && ((bitsAt(text, at) & rule.sets) !== 0 || isJoint(text, at, rule.joints))) at += 1
  const isOpen = at < text.length && !' \t\r\n"\'`,;'.includes(text.charAt(at))
  while (at > from && (bitsAt(text, at - 1) & (isOpen ? BIT.alnum : BIT.word)) === 0 && text.charAt(at - 1) !== '=')
    at -= 1
  return at
}

function isJoint(text: string, at: number, joints: string): boolean {
  return joints !== '' && joints.includes(text.charAt(at))
}

/** Null when the body is no secret: a word, a row of the same character, an example. */
function tierOf(
  text: string,
  found: { start: number; end: number; rule: TokenRule; isDistinct: boolean },
): Tier | null {
  const { start, end, rule } = found
  const bodyFrom = rule.anchor === 0 ? start + (literalOf(rule)?.length ?? 0) : start
  const body = text.slice(bodyFrom, end)
  const checks = rule.parts.filter((part) => part.kind === 'check')
  if (checks.length > 0 && checksHold(text, start, rule)) return 'definite'
  if (isPlaceholder(body)) return null
  if (found.isDistinct) {
    const shape = shapeOf(text, bodyFrom, end)
    if (shape.distinct < 5) return null
    const words = wordiness(text, bodyFrom, Math.min(end, bodyFrom + 256), 8)
    const isWords = words !== null && words > 6.3 && shape.digits < shape.length * 0.12
    if (isWords && shape.caseChanges < shape.letterPairs * 0.38) return null
  } else if (!isRandom(text, bodyFrom, end)) return null
  if (checks.length > 0) return 'likely'
  if (/\{bechl?:/.test(rule.format.templates[0] ?? '')) return isBech32(text.slice(start, end)) ? 'definite' : 'likely'
  if (rule.format.id === 'nats-seed') return isNatsSeed(text.slice(start, end)) ? 'definite' : 'candidate'
  return found.isDistinct ? 'definite' : 'likely'
}

function checksHold(text: string, start: number, rule: TokenRule): boolean {
  let at = start
  let bodyFrom = start
  for (const part of rule.parts) {
    const { max } = lengthOf(part)
    if (part.kind === 'check') {
      const stated = text.slice(at, at + max)
      if (!checksumHolds(part.check, stated, text.slice(start, at), text.slice(bodyFrom, at))) return false
    }
    bodyFrom = at
    at += max
  }
  return true
}
