import { BIT, runEnd } from './charset.ts'
import type { NameJudgement } from './names.ts'
import type { Page } from './page.ts'
import { quoted } from './value-text.ts'
import { judgeValue } from './values.ts'

/** Calls and tuples that take a name and a password. */
export const PAIR_ANCHORS = [
  ...['auth(', 'auth=(', 'auth = (', 'auth=[', 'credentials(', 'credential(', 'authentication(', 'login('],
  ...['connect(', 'connection(', '@tcp(', '@unix('],
]

const USER =
  /\s{0,40}(?:[bru]{0,2}"[^"\n]{1,80}"|[bru]{0,2}'[^'\n]{1,80}'|[\w.]{1,40})\s{0,2},\s{0,40}[bru]{0,2}(["'])/y
const PASSWORD: NameJudgement = { strength: 3, kind: 'password' }
const TOKEN: NameJudgement = { strength: 2, kind: 'token' }

/** Reads `("user", "password")` behind a word that says what the two are, or the one token of `login("…")`. */
export function readPair(page: Page, end: number): void {
  const { text } = page
  page.spend(40)
  const mark = text.slice(end - 8, end)
  if (mark.endsWith('tcp(') || mark.endsWith('unix(')) return readBefore(page, end - (mark.endsWith('tcp(') ? 5 : 6))
  if (/nect(?:ion)?\($/i.test(mark)) return readThird(page, end)
  USER.lastIndex = end
  const quote = USER.exec(text)?.[1]
  if (quote !== undefined) return read(page, USER.lastIndex, quote, PASSWORD)
  const at = runEnd(text, end, BIT.blank, end + 40)
  const first = text.charAt(at)
  if (first === '"' || first === "'") read(page, at + 1, first, TOKEN)
}

/** `user:password@tcp(…)`, as drivers of Go take it. */
function readBefore(page: Page, sign: number): void {
  const match = /[\w.-]{1,40}:([^\s"'`:/]{6,80})$/.exec(page.text.slice(Math.max(0, sign - 130), sign))
  const value = match?.[1]
  page.spend(130)
  if (value === undefined) return
  const tier = judgeValue(value, { name: PASSWORD, isQuoted: true, isEnvironment: false })
  if (tier !== null) page.add({ kind: 'url-password', tier, start: sign - value.length, end: sign })
}

const TWO = /\s{0,40}(?:(?:"[^"\n]{1,80}"|'[^'\n]{1,80}'|[\w.$]{1,40})\s{0,2},\s{0,40}){2}(["'])/y

/** `connect("host", "user", "password")`. */
function readThird(page: Page, end: number): void {
  TWO.lastIndex = end
  const quote = TWO.exec(page.text)?.[1]
  if (quote !== undefined) read(page, TWO.lastIndex, quote, PASSWORD)
}

function read(page: Page, from: number, quote: string, name: NameJudgement): void {
  const value = quoted(page, from, quote)
  if (value === null) return
  const tier = judgeValue(page.text.slice(value.start, value.end), { name, isQuoted: true, isEnvironment: false })
  if (tier !== null) page.add({ kind: `generic-${name.kind}`, tier, start: value.start, end: value.end })
}
