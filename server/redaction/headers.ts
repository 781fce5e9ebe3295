import { bytesOf } from './base64.ts'
import { BIT, bitsAt, runEnd } from './charset.ts'
import { isPlaceholder, isReference } from './deny.ts'
import type { Page } from './page.ts'
import { isRandom } from './randomness.ts'

/** Words of an `Authorization` header, with the blank behind them. */
export const SCHEME_ANCHORS = [
  'bearer ',
  'basic ',
  'apikey ',
  'token ',
  'bearer%20',
  'digest ',
  'bot ',
  'splunk ',
  'ghost ',
  'sso-key ',
]

const VALUE = BIT.u64 | BIT.b64 | BIT.aad
const ascii = new TextDecoder('latin1')

/** Reads what follows the scheme of an `Authorization` header. */
export function readScheme(page: Page, anchor: string, end: number): void {
  const { text } = page
  const before = end - anchor.length - 1
  if ((bitsAt(text, before) & BIT.alnum) !== 0 && text.charAt(before - 1) !== '\\') return
  const from = runEnd(text, end, BIT.space, end + 4)
  let to = runEnd(text, from, VALUE, from + 4096)
  while (to < from + 4096 && text.charAt(to) === '=') to += 1
  if (text.charAt(to) === ':' && /^(?:token|sso-key) $/.test(anchor)) to = runEnd(text, to + 1, VALUE, from + 4096)
  while (to > from && '.,'.includes(text.charAt(to - 1))) to -= 1
  page.spend(to - from)
  if (anchor === 'digest ') return readDigest(page, end)
  if (to - from < 8) return
  const value = text.slice(from, to)
  if (isPlaceholder(value) || isReference(value)) return
  if (anchor === 'basic ') {
    const pair = basicPair(value)
    if (pair !== null) page.add({ kind: 'header-basic', tier: 'likely', start: from, end: to })
    return
  }
  if (to - from < 16 || !isRandom(text, from, to)) return
  const isHeader =
    anchor.startsWith('bearer') ||
    /authorization["'\\:=\s]{1,8}$/i.test(text.slice(Math.max(0, before - 24), before + 1))
  const kind = anchor.startsWith('bearer') ? 'header-bearer' : 'header-authorization'
  page.add({ kind, tier: isHeader ? 'likely' : 'candidate', start: from, end: to })
}

const RESPONSE = /^[^\r\n]{0,400}?\bresponse\s?=\s?\\?"?([0-9a-f]{32,64})(?![0-9a-f])/i

/** What proves the password in `Authorization: Digest …`. */
function readDigest(page: Page, end: number): void {
  page.spend(100)
  const match = RESPONSE.exec(page.text.slice(end, end + 500))
  const value = match?.[1]
  if (match === null || value === undefined) return
  const to = end + match[0].length
  page.add({ kind: 'header-digest', tier: 'likely', start: to - value.length, end: to })
}

/** What `user:password` a text of base64 holds; null when it is something else or only an example. */
export function basicPair(value: string): string | null {
  if (value.length < 8 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return null
  const text = ascii.decode(bytesOf(value, 0, value.length, 400))
  const colon = text.indexOf(':')
  if (colon < 0 || text.length - colon < 5 || !/^[\x20-\x7e]+$/.test(text)) return null
  const password = text.slice(colon + 1)
  if (isPlaceholder(password) || /^(?:password|pass|pwd|secret|admin|user|opensesame|open sesame)$/i.test(password))
    return null
  return text
}

const COOKIE_END = new Set([...' ;,"\'\\\r\n`'].map((char) => char.charCodeAt(0)))
const LONGEST_COOKIE = 800

/** How the names of the headers end, with the sign behind them. */
export const COOKIE_ANCHORS = ['cookie:', 'cookie":', "cookie':", 'cookie\\":', 'cookies=', 'cookie=']

/** Looks at the pairs of a `Cookie` header: `end` is behind its colon. */
export function readCookies(page: Page, end: number): void {
  const { text } = page
  if (end < page.cookieEnd) return
  const stop = Math.min(text.length, end + 4096)
  let at = end
  while (at < end + 6 && ' "\'\\'.includes(text.charAt(at))) at += 1
  while (at < stop) {
    at = runEnd(text, at, BIT.space, at + 8)
    const nameEnd = runEnd(text, at, BIT.name, at + 80)
    if (nameEnd === at || text.charAt(nameEnd) !== '=') break
    const from = nameEnd + 1
    let to = from
    while (to < stop && to - from < LONGEST_COOKIE && !COOKIE_END.has(text.charCodeAt(to))) to += 1
    const isSession = /sess|sid|auth|token|jwt|login|remember|connect|csrf/i.test(text.slice(at, nameEnd))
    const value = text.slice(from, to)
    if (isSession && to - from >= 16 && isRandom(text, from, to) && !isPlaceholder(value)) {
      page.add({ kind: 'header-cookie', tier: 'likely', start: from, end: to })
    }
    at = to
    if (text.charAt(to) !== ';') break
    at += 1
  }
  page.cookieEnd = at
  page.spend(at - end)
}
