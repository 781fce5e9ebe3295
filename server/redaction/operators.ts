import { BIT, runEnd } from './charset.ts'
import { lineStartOf } from './boundary.ts'

const SPACE = BIT.space

/** What stands between a name and its value. */
export interface Operator {
  kind: 'equals' | 'colon' | 'element' | 'cell' | 'argument' | 'space'
  /** Where the value begins, before its quote. */
  end: number
  hasSpaces: boolean
  /** "The password is …": the value is named outright. */
  isStated?: boolean
  /** `ENV NAME value` and `setenv NAME value`: the blank is an equals sign. */
  isDeclared?: boolean
}

/** Characters that may close a name before its operator: quotes, brackets, marks of Markdown. */
const CLOSING = new Set(['"', "'", '`', '\\', ']', ')', '*', '?', '!'])
/** `Unseal Key 1: …`, `Secret ID = …`. */
const NUMBERED = /[ \t](?:\d{1,2}|id|key|value)(?=[ \t]{0,8}[:=])/iy

/** Finds out what leads from a name to its value; null when nothing does. */
export function readOperator(text: string, nameStart: number, nameEnd: number): Operator | null {
  let at = nameEnd
  while (at < nameEnd + 5 && CLOSING.has(text.charAt(at))) at += 1
  if (text.startsWith('&quot;', at)) at += 6
  const closed = at
  NUMBERED.lastIndex = at
  if (NUMBERED.test(text)) at = NUMBERED.lastIndex
  at = runEnd(text, at, SPACE, at + 24)
  const char = text.charAt(at)
  const sign = readSign(text, at, at > closed)
  if (sign !== null) return sign.end < 0 ? null : sign
  const isQuotedName = closed > nameEnd && '"\'`'.includes(text.charAt(nameEnd))
  if (char === '>' && (closed === nameEnd || (isQuotedName && isAttribute(text, nameStart))))
    return { kind: 'element', end: at + 1, hasSpaces: false }
  if (char === '<' && at === nameEnd) return nextElement(text, at)
  if (char === '(' && at === nameEnd) return called(text, nameStart, at)
  if (char === ',' && closed === nameEnd && at === closed) return { kind: 'cell', end: at + 1, hasSpaces: true }
  if (isQuotedName) {
    const behind = attributeValue(text, closed) ?? defaultValue(text, closed)
    if (behind !== null) return behind
  }
  if (isQuotedName && (char === ',' || char === '\n')) return siblingValue(text, nameStart, at)
  if (isQuotedName && char === '') return null
  if (at > closed || isQuotedName) return spaced(text, nameStart, at)
  if (char === '\n') return siblingValue(text, nameStart, at)
  return null
}

/** Signs that set or show a value. An `end` below zero: a sign that compares. */
function readSign(text: string, at: number, hasSpaces: boolean): Operator | null {
  const char = text.charAt(at)
  const next = text.charAt(at + 1)
  if (char === '=') {
    if (next === '=') return { kind: 'equals', end: -1, hasSpaces }
    return { kind: 'equals', end: next === '>' || next === '~' ? at + 2 : at + 1, hasSpaces }
  }
  if (char === ':') {
    if (next === ':') return { kind: 'colon', end: -1, hasSpaces }
    return { kind: next === '=' ? 'equals' : 'colon', end: next === '=' ? at + 2 : at + 1, hasSpaces }
  }
  // Full-width signs; "is" in Chinese and in Japanese.
  if (char !== '' && '\uff1a\uff1d是は'.includes(char)) return { kind: 'colon', end: at + 1, hasSpaces: true }
  if ((char === '?' || char === '|' || char === '+') && next === '=')
    return { kind: 'equals', end: at + 2, hasSpaces: true }
  if (char === '|' && next === '|' && text.charAt(at + 2) === '=')
    return { kind: 'equals', end: at + 3, hasSpaces: true }
  if ((char === '|' && next === ' ') || char === '\u2502' || char === '\u2192')
    return { kind: 'cell', end: at + 1, hasSpaces: true }
  if (char === '-' && next === '>') return { kind: 'equals', end: at + 2, hasSpaces: true }
  return null
}

/** `<property name="db.password">`. */
function isAttribute(text: string, nameStart: number): boolean {
  return /(?:name|key|id)=["']$/i.test(text.slice(Math.max(0, nameStart - 8), nameStart))
}

const NEXT_ELEMENT = /<\/(?:key|name)>\s{0,40}<(?:string|data|value)>/y

/** `<key>ApiSecret</key><string>…`. */
function nextElement(text: string, at: number): Operator | null {
  NEXT_ELEMENT.lastIndex = at
  return NEXT_ELEMENT.test(text) ? { kind: 'element', end: NEXT_ELEMENT.lastIndex, hasSpaces: false } : null
}

const ATTRIBUTE_VALUE = /\s{1,8}(?:[\w:.-]{1,20}=["'][^"'\n]{0,40}["']\s{1,4}){0,2}value\s{0,2}=\s{0,2}(?=["'])/iy

/** `<add key="ApiSecret" value="…">`. */
function attributeValue(text: string, at: number): Operator | null {
  ATTRIBUTE_VALUE.lastIndex = at
  return ATTRIBUTE_VALUE.test(text) ? { kind: 'equals', end: ATTRIBUTE_VALUE.lastIndex, hasSpaces: true } : null
}

const DEFAULT_VALUE = /\s{0,4}\{[^{}"']{0,120}(?:"[^"\n]{0,80}"[^{}"']{0,120})?\bdefault\s{0,8}=\s{0,4}(?=")/y

/** `variable "db_password" { default = "…" }`. */
function defaultValue(text: string, at: number): Operator | null {
  DEFAULT_VALUE.lastIndex = at
  return DEFAULT_VALUE.test(text) ? { kind: 'equals', end: DEFAULT_VALUE.lastIndex, hasSpaces: true } : null
}

/** Verbs of functions that take a secret; `getToken("…")` takes something else. */
const SETTER =
  /(?:^|\.)(?:set|with|use|add|and)?_?(?:api|auth|access|client|secret|private|user|db|admin)?_?(?:password|passwd|pwd|passphrase|secret|token|key|credential)$/i

/** `setPassword("…")`, `.apiKey("…")`. */
function called(text: string, nameStart: number, at: number): Operator | null {
  if (!'"\'`'.includes(text.charAt(at + 1) || ' ')) return null
  return SETTER.test(text.slice(nameStart, at)) ? { kind: 'equals', end: at + 1, hasSpaces: true } : null
}

const SIBLING = /[,\r\n]\s{0,40}(?:-\s{1,8})?["']?(?:value|Value|VALUE)["']?\s{0,4}[:=]/y

/** The second argument of a call: `field("String", "API_KEY", "…")`. */
const SECOND = /\w\(\s{0,8}["'][^"'\n]{0,40}["'],\s{0,8}["']$/

/** `name: DB_PASSWORD` and `value: …` on the next line, or the next argument of a call. */
function siblingValue(text: string, nameStart: number, at: number): Operator | null {
  SIBLING.lastIndex = at
  const match = SIBLING.exec(text)
  if (match !== null) return { kind: 'colon', end: SIBLING.lastIndex, hasSpaces: true }
  const opener = text
    .slice(Math.max(0, nameStart - 4), nameStart - 1)
    .trimEnd()
    .at(-1)
  const isSecond = opener === ',' && SECOND.test(text.slice(Math.max(0, nameStart - 60), nameStart))
  const isCall = opener === '(' || isSecond || text.startsWith('--', nameStart)
  if (text.charAt(at) !== ',' || !isCall) return null
  return { kind: 'argument', end: at + 1, hasSpaces: true }
}

const IS =
  /(?:(?:is now|is set to|is|was|to|for \S{1,40} is|ist|lautet|es|é|è|est|är|jest)(?:[ \t]{1,8}[:=]?[ \t]{0,4}|:\s{1,8})|(?::|=|->)[ \t]{1,8})/iy
/** "Password for the database: …", also in other languages. */
const FOR =
  /(?:for|of|on|to|do|de|del|da|di|für|von|zum|zur|от|для|на|pour|para|til|för|voor)(?: [^\s:=]{1,16}){1,4} ?[:=][ \t]{1,4}/iy
const DECLARED =
  /^[ \t>|+-]{0,12}(?:\d{1,6}[→:|\t ]{1,4})?(?:\$ )?(?:ENV|SetEnv|setenv|setx|set -[a-zA-Z]{1,4})[ \t]{1,4}$/i

/** `--password x`, `password x` of a netrc file, "the password is x", `ENV PASSWORD x`. */
function spaced(text: string, nameStart: number, at: number): Operator | null {
  const isDeclared = DECLARED.test(text.slice(lineStartOf(text, nameStart, 40), nameStart))
  if (isDeclared) return { kind: 'equals', end: at, hasSpaces: true, isDeclared }
  IS.lastIndex = at
  if (IS.test(text)) return { kind: 'space', end: IS.lastIndex, hasSpaces: true, isStated: true }
  FOR.lastIndex = at
  if (FOR.test(text)) return { kind: 'space', end: FOR.lastIndex, hasSpaces: true, isStated: true }
  return at < text.length ? { kind: 'space', end: at, hasSpaces: true } : null
}
