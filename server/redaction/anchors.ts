import { NAME_KEYWORDS, readAssignment } from './assignments.ts'
import { buildAutomaton, type Automaton } from './automaton.ts'
import { BLOCK_ANCHORS, readBlock } from './blocks.ts'
import { COMMAND_ANCHORS, readCommand } from './commands.ts'
import type { Format } from './formats/format.ts'
import { COOKIE_ANCHORS, readCookies, readScheme, SCHEME_ANCHORS } from './headers.ts'
import { JWK_ANCHORS, readJwk } from './jwk.ts'
import { JWT_ANCHOR, PASETO_ANCHORS, readJwt, readPaseto } from './jwt.ts'
import type { Page } from './page.ts'
import { FOREIGN_NAMES, readForeign } from './foreign-names.ts'
import { PAIR_ANCHORS, readPair } from './pairs.ts'
import { PHRASE_ANCHORS, readPhrase } from './phrases.ts'
import { compileTokens, readToken } from './tokens.ts'
import { readAddress, readWebhook, URL_ANCHOR, WEBHOOKS } from './urls.ts'

const BEYOND_ASCII = /[^\0-\x7f]/

/** What to do when a literal was read: `start` and `end` are its offsets. */
type Handler = (page: Page, start: number, end: number) => void

/** Literals that are looked for, in one automaton, and what each of them leads to. */
interface Table {
  automaton: Automaton
  handlers: readonly Handler[]
  lengths: Int32Array
}

/**
 * All literals. Those of other scripts are apart, because they would make the one table larger than the caches of
 * processors: `foreign` is run over texts that hold one of its characters, which `marks` knows.
 */
export interface Anchors {
  plain: Table
  foreign: Table
  marks: Uint8Array
}

/** Builds the table of literals for these formats. */
export function compileAnchors(formats: readonly Format[]): Anchors {
  const foreign = FOREIGN_NAMES.map((name): [string, Handler] => [
    name.word,
    (page, start, end) => readForeign(page, name, start, end),
  ])
  const entries: [string, Handler][] = [
    ...compileTokens(formats).map((anchor): [string, Handler] => [
      anchor.literal,
      (page, _start, end) => readToken(page, anchor, end),
    ]),
    ...NAME_KEYWORDS.map((word): [string, Handler] => [word, readAssignment]),
    ...foreign.filter(([word]) => !BEYOND_ASCII.test(word)),
    ...PAIR_ANCHORS.map((word): [string, Handler] => [word, (page, _start, end) => readPair(page, end)]),
    ...JWK_ANCHORS.map((word): [string, Handler] => [word, readJwk]),
    ...BLOCK_ANCHORS.map((word): [string, Handler] => [word, readBlock]),
    ...SCHEME_ANCHORS.map((word): [string, Handler] => [word, (page, _start, end) => readScheme(page, word, end)]),
    ...COOKIE_ANCHORS.map((word): [string, Handler] => [word, (page, _start, end) => readCookies(page, end)]),
    ...COMMAND_ANCHORS.map((word, index): [string, Handler] => [
      word,
      (page, _start, end) => readCommand(page, index, end),
    ]),
    ...PASETO_ANCHORS.map((word): [string, Handler] => [word, readPaseto]),
    [JWT_ANCHOR, (page, _start, end) => readJwt(page, end)],
    [URL_ANCHOR, (page, _start, end) => readAddress(page, end)],
    ...WEBHOOKS.map((webhook): [string, Handler] => [
      webhook.anchor,
      (page, start, end) => readWebhook(page, webhook, start, end),
    ]),
    ...PHRASE_ANCHORS.map((word): [string, Handler] => [word, (page, _start, end) => readPhrase(page, end)]),
  ]
  const beyond = foreign.filter(([word]) => BEYOND_ASCII.test(word))
  return { plain: tableOf(entries), foreign: tableOf(beyond), marks: marksOf(beyond.map(([word]) => word)) }
}

function tableOf(entries: readonly [string, Handler][]): Table {
  return {
    automaton: buildAutomaton(entries.map(([literal]) => literal)),
    handlers: entries.map(([, handler]) => handler),
    lengths: Int32Array.from(entries, ([literal]) => literal.length),
  }
}

/** For each UTF-16 unit whether a word has it, in either case. */
function marksOf(words: readonly string[]): Uint8Array {
  const marks = new Uint8Array(0x10000)
  for (const character of (words.join('') + words.join('').toUpperCase()).matchAll(/[^\0-\x7f]/g))
    marks[character[0].charCodeAt(0)] = 1
  return marks
}

/** Runs the automatons over the text of a page and calls the handlers. Stops when the page is exhausted. */
export function readAnchors(page: Page, { plain, foreign, marks }: Anchors): void {
  const { classOf, next, shift, firstAccepting } = plain.automaton
  const { text } = page
  const length = text.length
  let state = 0
  let isForeign = 0
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 127) {
      isForeign |= marks[code] ?? 0
      state = 0
      continue
    }
    state = next[(state << shift) + (classOf[code] ?? 0)] ?? 0
    if (state < firstAccepting) continue
    if (page.isExhausted) return
    if (at >= page.blockEnd) call(page, plain, state, at + 1)
  }
  if (isForeign === 1) readForeignAnchors(page, foreign)
}

/** The same with words of other scripts. Names are read once more, from the begin of the text. */
function readForeignAnchors(page: Page, table: Table): void {
  const { classOf, next, shift, firstAccepting } = table.automaton
  const { text } = page
  page.nameEnd = 0
  let state = 0
  for (let at = 0; at < text.length; at += 1) {
    state = next[(state << shift) + (classOf[text.charCodeAt(at)] ?? 0)] ?? 0
    if (state < firstAccepting) continue
    if (page.isExhausted) return
    if (!page.isInBlock(at)) call(page, table, state, at + 1)
  }
}

function call(page: Page, { automaton, handlers, lengths }: Table, state: number, end: number): void {
  for (const index of automaton.outputs[state] ?? []) {
    handlers[index]?.(page, end - (lengths[index] ?? 0), end)
  }
}
