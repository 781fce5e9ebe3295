import { BIT, bitsAt } from './charset.ts'
import type { Operator } from './operators.ts'
import type { Page } from './page.ts'

const NAME = BIT.name
const LONGEST_VALUE = 1024

/** Where a value stands, without its quotes. */
export interface Value {
  start: number
  end: number
  isQuoted: boolean
}

const OPENERS = /(?:[bBfFrRuU@]{0,2})(\\{0,3}["'`]|&quot;|&#39;)/y

/** Reads the value that begins at `from`: what stands in quotes, or as far as its operator lets it go. */
export function readText(page: Page, from: number, operator: Operator, name: string): Value | null {
  const { text } = page
  OPENERS.lastIndex = from
  const quote = OPENERS.exec(text)?.[1]
  if (quote !== undefined) return quoted(page, OPENERS.lastIndex, quote)
  if (operator.kind === 'argument') return null
  const annotated = operator.kind === 'colon' ? behindType(page, from) : null
  if (annotated !== null) return annotated
  if (operator.kind === 'element') return bare(page, from, '<')
  const isSetting = operator.isDeclared || (operator.kind === 'equals' && !operator.hasSpaces)
  const value = bare(page, from, isSetting ? 'environment' : 'code')
  if (value === null) return null
  const after = text.charAt(value.end)
  if (after === '(' || after === '[') return call(page, value)
  if (operator.kind !== 'space') return typed(page, value) ?? fallback(page, value) ?? value
  return name === '' ? null : value
}

/** Reads to the closing quote, within one line. */
export function quoted(page: Page, from: number, quote: string): Value | null {
  const { text } = page
  const tripled = quote.length === 1 && text.startsWith(quote + quote, from)
  const start = tripled ? from + 2 : from
  const mark = quote.charAt(quote.length - 1)
  const stop = Math.min(text.length, start + LONGEST_VALUE * 4)
  for (let at = start; at < stop; at += 1) {
    const char = text.charCodeAt(at)
    if (char === 10) return null
    if (char === 92 && quote.length === 1) {
      at += 1
      continue
    }
    const isEnd = quote.charAt(0) === '&' ? text.startsWith(quote, at) : char === mark.charCodeAt(0)
    if (!isEnd) continue
    const end = quote.startsWith('\\') ? at - (quote.length - 1) : at
    page.spend(at - start)
    return end > start ? { start, end, isQuoted: true } : null
  }
  page.spend(stop - start)
  return null
}

/** What ends a value without quotes: in code more than in an environment file, where `,;)` may be part of a password. */
const CODE_END = new Set([...' \t\r\n"\'`<>,;|()[]{}\\&'].map((char) => char.charCodeAt(0)))
const ENVIRONMENT_END = new Set([...' \t\r\n"\'`<>\\'].map((char) => char.charCodeAt(0)))
const ELEMENT_END = new Set([...'<\r\n'].map((char) => char.charCodeAt(0)))

/** From here on characters of Chinese, Japanese and Korean: the sentence goes on behind the value. */
const CJK = 0x2e80

/** `&name=` of an address, `;Name=` of a connection string. */
const NEXT_SETTING = /^[&;](?:[\w.-]+(?: \w+)?=|&)/

function bare(page: Page, from: number, mode: 'environment' | 'code' | '<'): Value | null {
  const { text } = page
  const ends = mode === '<' ? ELEMENT_END : mode === 'code' ? CODE_END : ENVIRONMENT_END
  const stop = Math.min(text.length, from + LONGEST_VALUE)
  let at = from
  for (; at < stop; at += 1) {
    const code = text.charCodeAt(at)
    if (ends.has(code) || (code >= CJK && mode !== '<')) break
    if (code === 61 && isNameBefore(text, from, at)) return null
    if ((code === 38 || code === 59) && NEXT_SETTING.test(text.slice(at, at + 40))) break
    if (mode === 'environment' && (code === 40 || code === 91) && at > from && isCode(text, from, at)) break
  }
  page.spend(at - from)
  if (at === stop && stop < text.length) return null
  let end = at
  while (end > from && ',;)]}|.:'.includes(text.charAt(end - 1))) end -= 1
  if (mode === '<' && text.charAt(at) !== '<') return null
  return end > from ? { start: from, end, isQuoted: mode === '<' } : null
}

function isCode(text: string, from: number, at: number): boolean {
  return /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/.test(text.slice(from, at))
}

/** `a=b` inside a value: another assignment, not a password, unless it is the padding of base64. */
function isNameBefore(text: string, from: number, at: number): boolean {
  if ((bitsAt(text, at + 1) & NAME) === 0) return false
  return at - from < 40 && isNameLike(text.slice(from, at))
}

function isNameLike(text: string): boolean {
  return /^[A-Za-z_$][\w.$,;-]*$/.test(text) && !/\d[a-z]\d|\d[A-Z]/.test(text)
}

const CALL = /[([]\s{0,4}(?:[bfru]?)(["'`])/y

/** `Secret("…")`: the first argument, when it is a text. */
function call(page: Page, value: Value): Value | null {
  CALL.lastIndex = value.end
  const quote = CALL.exec(page.text)?.[1]
  return quote === undefined ? null : quoted(page, CALL.lastIndex, quote)
}

const TYPE_THEN_VALUE =
  /&?(?:'\w{1,20} )?[\w.]{1,60}(?:<[\w, &']{1,40}>|\[\]|\?| \| \w{1,30}){0,3}\s{0,4}=\s{0,4}(["'`])/y

/** `token: &str = "…"`: the type of a variable stands between. */
function behindType(page: Page, from: number): Value | null {
  TYPE_THEN_VALUE.lastIndex = from
  const quote = TYPE_THEN_VALUE.exec(page.text)?.[1]
  return quote === undefined ? null : quoted(page, TYPE_THEN_VALUE.lastIndex, quote)
}

const TYPED = /\s{0,4}=\s{0,4}(["'`])/y

/** `token: string = "…"`: what was read is the type. */
function typed(page: Page, value: Value): Value | null {
  TYPED.lastIndex = value.end
  const quote = TYPED.exec(page.text)?.[1]
  return quote === undefined ? null : quoted(page, TYPED.lastIndex, quote)
}

const FALLBACK = /\s{0,4}(?:\|\||\?\?|\bor\b|:-)\s{0,4}(["'`])/y

/** `process.env.KEY || "…"`: the value that stands in for a missing variable. */
function fallback(page: Page, value: Value): Value | null {
  FALLBACK.lastIndex = value.end
  const quote = FALLBACK.exec(page.text)?.[1]
  return quote === undefined ? null : quoted(page, FALLBACK.lastIndex, quote)
}
