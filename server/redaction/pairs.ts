import { BIT, runEnd } from './charset.ts'
import type { NameJudgement } from './names.ts'
import type { Page } from './page.ts'
import { quoted } from './value-text.ts'
import { judgeValue } from './values.ts'

/** Calls and tuples that take a name and a password. */
export const PAIR_ANCHORS = [
  ...['auth(', 'auth=(', 'auth = (', 'auth=[', 'credentials(', 'credential(', 'authentication(', 'login('],
]

const USER =
  /\s{0,40}(?:[bru]{0,2}"[^"\n]{1,80}"|[bru]{0,2}'[^'\n]{1,80}'|[\w.]{1,40})\s{0,2},\s{0,40}[bru]{0,2}(["'])/y
const PASSWORD: NameJudgement = { strength: 3, kind: 'password' }
const TOKEN: NameJudgement = { strength: 2, kind: 'token' }

/** Reads `("user", "password")` behind a word that says what the two are, or the one token of `login("…")`. */
export function readPair(page: Page, end: number): void {
  const { text } = page
  page.spend(40)
  USER.lastIndex = end
  const quote = USER.exec(text)?.[1]
  if (quote !== undefined) return read(page, USER.lastIndex, quote, PASSWORD)
  const at = runEnd(text, end, BIT.blank, end + 40)
  const first = text.charAt(at)
  if (first === '"' || first === "'") read(page, at + 1, first, TOKEN)
}

function read(page: Page, from: number, quote: string, name: NameJudgement): void {
  const value = quoted(page, from, quote)
  if (value === null) return
  const tier = judgeValue(page.text.slice(value.start, value.end), { name, isQuoted: true, isEnvironment: false })
  if (tier !== null) page.add({ kind: `generic-${name.kind}`, tier, start: value.start, end: value.end })
}
