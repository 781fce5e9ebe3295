import { BIT, bitsAt, runEnd, runStart } from './charset.ts'
import type { NameJudgement } from './names.ts'
import { judgeName } from './names.ts'
import type { Page } from './page.ts'
import { kindOf } from './providers.ts'
import { judgeValue } from './values.ts'

/** Keywords whose names are read. Each stands somewhere inside the name of a secret. */
export const NAME_KEYWORDS = [
  ...['pass', 'pwd', 'secret', 'token', 'key', 'auth', 'cred', 'dsn', 'salt', 'pepper', 'connectionstring', 'connstr'],
  ...['signature', 'sig=', 'refresh', 'session', 'cookie', 'jwt', 'bearer', '_pat', 'sid'],
  ...['mnemonic', 'phrase', 'client_id', 'clientid', 'client-id', 'access_id', '_pin', 'webhook', '_join'],
  ...['kennwort', 'senha', 'contrasena', 'wachtwoord', 'parola', 'psw'],
]

const NAME = BIT.name
const SPACE = BIT.space
const LONGEST_VALUE = 1024

/** What stands between a name and its value. */
interface Operator {
  kind: 'equals' | 'colon' | 'element' | 'cell' | 'argument' | 'space'
  /** Where the value begins, before its quote. */
  end: number
  hasSpaces: boolean
}

/** Looks at the name that a keyword stands in, and at the value beside it. */
export function readAssignment(page: Page, start: number, end: number): void {
  if (start < page.nameEnd) return
  const { text } = page
  const nameEnd = runEnd(text, end, NAME, end + 64)
  page.nameEnd = nameEnd
  const nameStart = runStart(text, start, NAME, start - 64)
  page.spend(nameEnd - nameStart)
  const name = judgeName(text.slice(nameStart, nameEnd))
  if (name.strength === 0 || (name.kind === 'signature' && !isParameter(text, nameStart))) return
  const operator = readOperator(text, nameStart, nameEnd)
  if (operator === null) return
  readValue(page, { name, nameStart, nameEnd, operator })
}

/** True for `?name=` and `&name=` of an address, also escaped. */
function isParameter(text: string, nameStart: number): boolean {
  const before = text.charAt(nameStart - 1)
  return before === '?' || before === '&' || before === ';' || text.startsWith('\\u0026', nameStart - 6)
}

interface Place {
  name: NameJudgement
  nameStart: number
  nameEnd: number
  operator: Operator
}

/** Characters that may close a name before its operator: quotes, brackets, marks of Markdown. */
const CLOSING = new Set(['"', "'", '`', '\\', ']', ')', '*', '?', '!'])

function readOperator(text: string, nameStart: number, nameEnd: number): Operator | null {
  let at = nameEnd
  while (at < nameEnd + 5 && CLOSING.has(text.charAt(at))) at += 1
  if (text.startsWith('&quot;', at)) at += 6
  const closed = at
  at = runEnd(text, at, SPACE, at + 24)
  const char = text.charAt(at)
  const next = text.charAt(at + 1)
  if (char === '=') {
    if (next === '=') return null
    const end = next === '>' || next === '~' ? at + 2 : at + 1
    return { kind: 'equals', end, hasSpaces: at > closed }
  }
  if (char === ':') {
    if (next === ':') return null
    return { kind: next === '=' ? 'equals' : 'colon', end: next === '=' ? at + 2 : at + 1, hasSpaces: at > closed }
  }
  if ((char === '?' || char === '|' || char === '+') && next === '=')
    return { kind: 'equals', end: at + 2, hasSpaces: true }
  if (char === '|' && next === '|' && text.charAt(at + 2) === '=')
    return { kind: 'equals', end: at + 3, hasSpaces: true }
  if (char === '>' && closed === nameEnd) return { kind: 'element', end: at + 1, hasSpaces: false }
  if ((char === '|' && next === ' ') || char === '\u2502') return { kind: 'cell', end: at + 1, hasSpaces: true }
  if (char === ',' && closed === nameEnd && at === closed) return { kind: 'cell', end: at + 1, hasSpaces: true }
  if (char === '-' && next === '>') return { kind: 'equals', end: at + 2, hasSpaces: true }
  if (char === '\u2192') return { kind: 'cell', end: at + 1, hasSpaces: true }
  const isQuotedName = closed > nameEnd && '"\'`'.includes(text.charAt(nameEnd))
  if (isQuotedName && (char === ',' || char === '\n')) return siblingValue(text, nameStart, at)
  if (isQuotedName && char === '') return null
  if (at > closed || isQuotedName) return spaced(text, nameStart, at)
  if (char === '\n') return siblingValue(text, nameStart, at)
  return null
}

const SIBLING = /[,\r\n]\s{0,40}(?:-\s{1,8})?["']?(?:value|Value|VALUE)["']?\s{0,4}[:=]/y

/** `name: DB_PASSWORD` and `value: …` on the next line, or the next argument of a call. */
function siblingValue(text: string, nameStart: number, at: number): Operator | null {
  SIBLING.lastIndex = at
  const match = SIBLING.exec(text)
  if (match !== null) return { kind: 'colon', end: SIBLING.lastIndex, hasSpaces: true }
  const opener = text
    .slice(Math.max(0, nameStart - 4), nameStart - 1)
    .trimEnd()
    .at(-1)
  if (text.charAt(at) !== ',' || (opener !== '(' && !text.startsWith('--', nameStart))) return null
  return { kind: 'argument', end: at + 1, hasSpaces: true }
}

const IS = /(?:is|was|are|to|as|of|for \S{1,40} is|ist|es|:|=|->|é|est)\s{1,8}[:=]?\s{0,4}/iy

/** `--password x`, `password x` of a netrc file, "the password is x". */
function spaced(text: string, nameStart: number, at: number): Operator | null {
  IS.lastIndex = at
  if (IS.test(text)) return { kind: 'space', end: IS.lastIndex, hasSpaces: true }
  if (nameStart >= 0 && at < text.length) return { kind: 'space', end: at, hasSpaces: true }
  return null
}

function readValue(page: Page, { name, nameStart, nameEnd, operator }: Place): void {
  const { text } = page
  let at = runEnd(text, operator.end, SPACE, operator.end + 24)
  if (operator.kind !== 'space' && text.charAt(at) === '\n') {
    const after = runEnd(text, at, BIT.blank, at + 24)
    if ('"\'`'.includes(text.charAt(after)) && after > at) at = after
  }
  while (text.startsWith('**', at)) at += 2
  if (text.charAt(at) === ' ') at += 1
  const value = readText(page, at, operator, text.slice(nameStart, nameEnd))
  if (value === null) return
  const isEnvironment =
    operator.kind === 'equals' && !operator.hasSpaces && value.start === operator.end && !value.isQuoted
  const effective = operator.kind === 'space' ? spacedName(text, { name, nameStart, value }) : name
  if (effective === null) return
  const content = text.slice(value.start, value.end)
  page.spend(content.length)
  const tier = judgeValue(content, { name: effective, isQuoted: value.isQuoted, isEnvironment })
  if (tier === null) return
  const known = kindOf(text.slice(nameStart, nameEnd), content)
  const kind = known?.id ?? `generic-${name.kind}`
  page.add({ kind, provider: known?.provider ?? null, tier, start: value.start, end: value.end })
}

const LOGIN = /(?:login|user|username|machine|account)\s+\S+\s+$/

/** A value that only a blank separates from its name counts less, unless the name is an option. */
function spacedName(
  text: string,
  place: { name: NameJudgement; nameStart: number; value: Value },
): NameJudgement | null {
  const { name, nameStart, value } = place
  const isOption = text.startsWith('--', nameStart) || text.charAt(nameStart) === '-'
  if (isOption) return name
  if (name.kind === 'password' && LOGIN.test(text.slice(Math.max(0, nameStart - 60), nameStart))) return name
  if (name.kind === 'password' && name.strength === 3) {
    const content = text.slice(value.start, value.end)
    const isMarked = /\d/.test(content) && /[A-Za-z]/.test(content)
    return isMarked ? name : null
  }
  return { ...name, strength: name.strength === 3 ? 2 : 1 }
}

interface Value {
  start: number
  end: number
  isQuoted: boolean
}

const OPENERS = /(?:[bBfFrRuU]{0,2})(\\{0,3}["'`]|&quot;|&#39;)/y

function readText(page: Page, from: number, operator: Operator, name: string): Value | null {
  const { text } = page
  OPENERS.lastIndex = from
  const quote = OPENERS.exec(text)?.[1]
  if (quote !== undefined) return quoted(page, OPENERS.lastIndex, quote)
  if (operator.kind === 'argument') return null
  const annotated = operator.kind === 'colon' ? behindType(page, from) : null
  if (annotated !== null) return annotated
  if (operator.kind === 'element') return bare(page, from, '<')
  const value = bare(page, from, operator.kind === 'equals' && !operator.hasSpaces ? 'environment' : 'code')
  if (value === null) return null
  const after = text.charAt(value.end)
  if (after === '(' || after === '[') return call(page, value)
  if (operator.kind !== 'space') return typed(page, value) ?? fallback(page, value) ?? value
  return name === '' ? null : value
}

function quoted(page: Page, from: number, quote: string): Value | null {
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

/** `&name=` of an address, `;Name=` of a connection string. */
const NEXT_SETTING = /^[&;](?:[\w.-]+(?: \w+)?=|&)/

function bare(page: Page, from: number, mode: 'environment' | 'code' | '<'): Value | null {
  const { text } = page
  const ends = mode === '<' ? ELEMENT_END : mode === 'code' ? CODE_END : ENVIRONMENT_END
  const stop = Math.min(text.length, from + LONGEST_VALUE)
  let at = from
  for (; at < stop; at += 1) {
    const code = text.charCodeAt(at)
    if (ends.has(code)) break
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
