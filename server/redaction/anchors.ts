import { NAME_KEYWORDS, readAssignment } from './assignments.ts'
import { buildAutomaton, type Automaton } from './automaton.ts'
import { BLOCK_ANCHORS, readBlock } from './blocks.ts'
import { COMMAND_ANCHORS, readCommand } from './commands.ts'
import type { Format } from './formats/format.ts'
import { readCookies, readScheme, SCHEME_ANCHORS } from './headers.ts'
import { JWT_ANCHOR, PASETO_ANCHORS, readJwt, readPaseto } from './jwt.ts'
import type { Page } from './page.ts'
import { PHRASE_ANCHORS, readPhrase } from './phrases.ts'
import { compileTokens, readToken } from './tokens.ts'
import { readAddress, readWebhook, URL_ANCHOR, WEBHOOKS } from './urls.ts'

/** What to do when a literal was read: `start` and `end` are its offsets. */
type Handler = (page: Page, start: number, end: number) => void

/** All literals that are looked for, in one automaton, and what each of them leads to. */
export interface Anchors {
  automaton: Automaton
  handlers: readonly Handler[]
  lengths: Int32Array
}

/** Builds the table of literals for these formats. */
export function compileAnchors(formats: readonly Format[]): Anchors {
  const entries: [string, Handler][] = [
    ...compileTokens(formats).map((anchor): [string, Handler] => [
      anchor.literal,
      (page, _start, end) => readToken(page, anchor, end),
    ]),
    ...NAME_KEYWORDS.map((word): [string, Handler] => [word, readAssignment]),
    ...BLOCK_ANCHORS.map((word): [string, Handler] => [word, readBlock]),
    ...SCHEME_ANCHORS.map((word): [string, Handler] => [word, (page, _start, end) => readScheme(page, word, end)]),
    ['cookie:', (page, _start, end) => readCookies(page, end)],
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
  return {
    automaton: buildAutomaton(entries.map(([literal]) => literal)),
    handlers: entries.map(([, handler]) => handler),
    lengths: Int32Array.from(entries, ([literal]) => literal.length),
  }
}

/** Runs the automaton over the text of a page and calls the handlers. Stops when the page is exhausted. */
export function readAnchors(page: Page, { automaton, handlers, lengths }: Anchors): void {
  const { classOf, next, firstAccepting, outputs, classes } = automaton
  const { text } = page
  const length = text.length
  let state = 0
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at)
    state = next[state + (code < 128 ? (classOf[code] ?? 0) : 0)] ?? 0
    if (state < firstAccepting) continue
    if (page.isExhausted) return
    if (at < page.blockEnd) continue
    for (const index of outputs[state / classes] ?? []) {
      handlers[index]?.(page, at + 1 - (lengths[index] ?? 0), at + 1)
    }
  }
}
