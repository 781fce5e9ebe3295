import { compileAnchors, readAnchors, type Anchors } from './anchors.ts'
import { decodedText } from './base64.ts'
import { escapedLines, mayBeEscaped } from './escaped-lines.ts'
import type { Context, Hit, OwnPatterns, Range, Scan } from './finding.ts'
import { isSecretFile, readSecretFile } from './files.ts'
import { FORMATS } from './formats/all.ts'
import type { Format } from './formats/format.ts'
import { isSkipped } from './fields.ts'
import { readCookies } from './headers.ts'
import { eachLiteral, literalView } from './json-literals.ts'
import { nameInJwk } from './jwk.ts'
import { judgeName } from './names.ts'
import { Page, settle } from './page.ts'
import { kindOf } from './providers.ts'
import { base64Around, eachRun, readDiscord } from './runs.ts'
import { readUnknown } from './unknown.ts'
import { judgeValue } from './values.ts'
import { percentDecoded, unescaped, withoutColours, type View } from './view.ts'
import { SHORTEST_KEY, Walk, withoutName, type Look } from './walk.ts'

/** Levels of JSON in strings and of base64 that are looked into. */
const MOST_JSON = 3
const MOST_BASE64 = 2
/** Shorter texts hold nothing by themselves; only their name can tell. */
const SHORTEST = 12

interface Depth {
  json: number
  base64: number
}

const NOTHING: Look = { hits: [], isComplete: true }

/** What a scanner looks for beside what every one of them does. */
export interface ScannerOptions {
  /** For measurements that leave some out. */
  formats?: readonly Format[]
  /** Patterns of the user. */
  extra?: readonly OwnPatterns[]
}

/** Finds secrets in texts and JSON values. Pure: the same input gives the same findings. */
export class Scanner {
  readonly #anchors: Anchors
  readonly #extra: readonly OwnPatterns[]
  #work = 0

  constructor({ formats = FORMATS, extra = [] }: ScannerOptions = {}) {
    this.#anchors = compileAnchors(formats)
    this.#extra = extra
  }

  /** How many characters handlers have read so far, in all texts and what they hold. Tests bound it. */
  get work(): number {
    return this.#work
  }

  /** Scans a plain text: a file, a chunk of output, a prompt. */
  scanText(text: string, context: Context = {}): Scan {
    this.#begin()
    const { hits, isComplete } = this.#look(text, context, { json: 0, base64: 0 })
    const place = { path: [], isKey: false }
    return { findings: hits.map((hit) => ({ ...hit, ...place })), unchecked: isComplete ? [] : [place] }
  }

  /**
   * Scans a text that came in pieces (deltas of a stream): a secret that is cut in two is one. Findings stand in the
   * joined text.
   */
  scanPieces(pieces: readonly string[], context: Context = {}): Scan {
    return this.scanText(pieces.join(''), context)
  }

  /** Scans all strings of a parsed JSON value, keys too. `file` of the context counts for all of them. */
  scanValue(value: unknown, context: Context = {}): Scan {
    this.#begin()
    const scan: Scan = { findings: [], unchecked: [] }
    new Walk(scan, (text, inner) => this.#look(text, inner, { json: 0, base64: 0 })).walk(value, context)
    return scan
  }

  /**
   * Scans every string literal of a JSON text as it is written, repeated keys too, which a parser drops. Slower than
   * `scanValue`; what is changed or shared goes through this. Null when the text is not JSON.
   */
  scanJson(json: string, context: Context = {}): Scan | null {
    this.#begin()
    const scan: Scan = { findings: [], unchecked: [] }
    const isJwk = json.includes('"kty"')
    const isJson = eachLiteral(json, ({ start, text, path, isKey, name }) => {
      const inner = contextOf({ isKey, name: isJwk ? nameInJwk(name) : name, text }, context)
      if (inner === null) return
      const look = this.#look(text, inner, { json: 0, base64: 0 })
      const place = { path: [...path], isKey, literal: start }
      for (const hit of look.hits) scan.findings.push({ ...hit, ...place })
      if (!look.isComplete) scan.unchecked.push(place)
    })
    return isJson ? scan : null
  }

  #begin(): void {
    for (const patterns of this.#extra) patterns.begin?.()
  }

  #look(text: string, context: Context, depth: Depth): Look {
    if (text.length < SHORTEST) return this.#lookAtShort(text, context)
    const nested = depth.json < MOST_JSON ? this.#lookIntoJson(text, context, depth) : null
    if (nested !== null) return nested
    const view = withoutColours(text)
    if (view === null) return this.#lookAtText(text, context, depth)
    return outward(this.#lookAtText(view.text, context, depth), view)
  }

  /** A text that is JSON itself, or lines of JSON. Null when it is neither. */
  #lookIntoJson(text: string, context: Context, depth: Depth): Look | null {
    const first = firstVisible(text)
    if (first !== 123 && first !== 91 && first !== 34) return null
    const last = text.charCodeAt(text.trimEnd().length - 1)
    if (last !== 125 && last !== 93 && last !== 34) return null
    const look: Look = { hits: [], isComplete: true }
    const inner = { json: depth.json + 1, base64: depth.base64 }
    const isJwk = text.includes('"kty"')
    const isJson = eachLiteral(text, (literal) => {
      const innerContext = contextOf(isJwk ? { ...literal, name: nameInJwk(literal.name) } : literal, context)
      if (innerContext === null) return
      const found = this.#look(literal.text, innerContext, inner)
      if (!found.isComplete) look.isComplete = false
      if (found.hits.length === 0) return
      look.hits.push(...outward(found, literalView(text, literal)).hits)
    })
    return isJson ? look : null
  }

  #lookAtShort(text: string, context: Context): Look {
    const whole = lookAtWhole(text, context)
    if (this.#extra.length === 0) return whole
    const page = new Page(text, context)
    const isComplete = this.#readOwn(page)
    return { hits: page.hits.length === 0 ? whole.hits : settle([...page.hits, ...whole.hits]), isComplete }
  }

  /** False when a pattern of the user gave up; what the rules look for is looked for all the same. */
  #readOwn(page: Page): boolean {
    let isComplete = true
    if (page.context.onlyKnown === true) return isComplete
    for (const patterns of this.#extra) {
      for (const { start, end, kind } of patterns.find(page.text, () => (isComplete = false))) {
        if (start >= 0 && start < end && end <= page.text.length)
          page.add({ kind, provider: 'own', tier: 'definite', start, end })
      }
    }
    return isComplete
  }

  #lookAtText(text: string, context: Context, depth: Depth): Look {
    const page = new Page(text, context)
    if (context.onlyKnown !== true) {
      readAnchors(page, this.#anchors)
      if (/^(?:set-)?cookies?$/i.test(context.name ?? '')) readCookies(page, 0)
      if (context.file !== undefined && isSecretFile(context.file)) readSecretFile(page)
    }
    const isOwnComplete = this.#readOwn(page)
    this.#lookAtRuns(page, depth)
    const whole = lookAtWhole(text, context)
    page.hits.push(...whole.hits, ...this.#lookAtEscaped(page, depth))
    this.#work += page.work
    return { hits: settle(page.hits), isComplete: isOwnComplete && !page.isExhausted }
  }

  #lookAtRuns(page: Page, depth: Depth): void {
    const { text } = page
    eachRun(text, (runFrom, end) => {
      const start = text.charAt(runFrom - 1) === '\\' && 'nrt'.includes(text.charAt(runFrom)) ? runFrom + 1 : runFrom
      if (page.isInBlock(start) || page.isExhausted) return end
      if (depth.base64 < MOST_BASE64) {
        const ranges = base64Around(page, start, end)
        for (const range of ranges) if (this.#lookIntoBase64(page, range, depth)) return range.end
        const longest = ranges[0]
        if (longest !== undefined && longest.end - longest.start > 600) return longest.end
      }
      if (page.context.onlyKnown === true) return end
      const discordEnd = readDiscord(page, start, end)
      if (discordEnd > end) return discordEnd
      readUnknown(page, start, end)
      return end
    })
  }

  /** False when the range holds no text. */
  #lookIntoBase64(page: Page, range: Range, depth: Depth): boolean {
    const decoded = decodedText(page.text, range.start, range.end)
    if (decoded === null) return false
    page.spend(range.end - range.start)
    const inner = this.#look(decoded, page.context, { json: depth.json, base64: depth.base64 + 1 })
    if (!inner.isComplete) page.giveUp()
    for (const hit of inner.hits) {
      page.hits.push({ ...hit, ...range, within: [{ start: hit.start, end: hit.end }, ...hit.within] })
    }
    return true
  }

  /** Lines that hold written escapes or percent encoding, once more with these resolved. */
  #lookAtEscaped(page: Page, depth: Depth): Hit[] {
    const { text, context } = page
    if (depth.json >= MOST_JSON || !mayBeEscaped(text)) return []
    const hits: Hit[] = []
    for (const { start, end, kind } of escapedLines(text)) {
      const view = kind === 'percent' ? percentDecoded(text, start, end) : unescaped(text, start, end)
      const inner = this.#lookAtText(view.text, context, { json: MOST_JSON, base64: MOST_BASE64 })
      if (!inner.isComplete) page.giveUp()
      hits.push(...outward(inner, view).hits)
    }
    return hits
  }
}

/** A text as the value of a name: `{"apiKey": "…"}`. */
function lookAtWhole(text: string, context: Context): Look {
  const { name = '', known, onlyKnown } = context
  if (known !== undefined) {
    const hits = known.find(text)
    if (hits.length > 0) return { hits, isComplete: true }
  }
  if (onlyKnown === true) return NOTHING
  const judgement = judgeName(name)
  if (judgement.strength === 0 || judgement.kind === 'signature' || text.length > 4096) return NOTHING
  const value = text.trim()
  const tier = judgeValue(value, { name: judgement, isQuoted: true, isEnvironment: false })
  if (tier === null) return NOTHING
  const format = kindOf(name, value)
  const start = text.indexOf(value)
  const hit: Hit = {
    kind: format?.id ?? `generic-${judgement.kind}`,
    provider: format?.provider ?? null,
    tier,
    start,
    end: start + value.length,
    value,
    within: [],
  }
  return { hits: [hit], isComplete: true }
}

/** The context of a string in JSON; null when there is nothing to look for in it. */
function contextOf(literal: { isKey: boolean; name: string; text: string }, context: Context): Context | null {
  const { isKey, name, text } = literal
  if (isKey) return text.length < SHORTEST_KEY && context.known === undefined ? null : withoutName(context)
  if (isSkipped(name, text)) return context.known === undefined ? null : { known: context.known, onlyKnown: true }
  return { ...context, name }
}

/** Moves hits from a view to the text that it was made from. The value stays what it says, not how it is written. */
function outward(look: Look, view: View): Look {
  const hits = look.hits.map((hit) => ({ ...hit, start: view.start(hit.start), end: view.end(hit.end) }))
  return { hits, isComplete: look.isComplete }
}

function firstVisible(text: string): number {
  let at = 0
  while (at < 64 && text.charCodeAt(at) <= 32) at += 1
  return text.charCodeAt(at)
}
