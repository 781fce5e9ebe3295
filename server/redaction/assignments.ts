import { BIT, runEnd, runStart } from './charset.ts'
import { readColumn } from './columns.ts'
import type { NameJudgement } from './names.ts'
import { judgeName } from './names.ts'
import { readOperator, type Operator } from './operators.ts'
import type { Page } from './page.ts'
import { kindOf } from './providers.ts'
import { readText, type Value } from './value-text.ts'
import { judgeValue } from './values.ts'

/** Keywords whose names are read. Each stands somewhere inside the name of a secret. */
export const NAME_KEYWORDS = [
  ...['pass', 'pwd', 'secret', 'token', 'key', 'auth', 'cred', 'dsn', 'salt', 'pepper', 'connectionstring', 'connstr'],
  ...['signature', 'sig=', 'refresh', 'session', 'cookie', 'jwt', 'bearer', '_pat', 'sid', 'psk', 'code='],
  ...['mnemonic', 'phrase', 'client_id', 'clientid', 'client-id', 'access_id', '_pin', 'webhook', '_join'],
  ...['api_hash', 'apihash', 'app_hash', 'sonar.login', '_pw', 'bindpw'],
]

/** Looks at the name that a keyword stands in, and at the value beside it. */
export function readAssignment(page: Page, start: number, end: number): void {
  if (start < page.nameEnd) return
  const { text } = page
  const nameEnd = text.charAt(end - 1) === '=' ? end - 1 : runEnd(text, end, BIT.name, end + 64)
  page.nameEnd = nameEnd
  const nameStart = runStart(text, start, BIT.name, start - 64)
  page.spend(nameEnd - nameStart)
  const written = text.slice(nameStart, nameEnd)
  const name = withLead(text, nameStart, written)
  if (name.strength === 0 || (name.kind === 'signature' && !isParameter(text, nameStart))) return
  if (text.charAt(nameStart - 1) === ':' && isResourceName(text, nameStart)) return
  readNamed(page, { name, nameStart, nameEnd })
}

/** A name that was judged, and where it stands. */
export interface Name {
  name: NameJudgement
  nameStart: number
  nameEnd: number
}

/** Looks at the value beside a name. */
export function readNamed(page: Page, name: Name): void {
  readColumn(page, name)
  const operator = readOperator(page.text, name.nameStart, name.nameEnd)
  if (operator !== null) readValue(page, name, operator)
}

/** "API key": the word before a name of one word counts, when a blank is between. */
function withLead(text: string, nameStart: number, written: string): NameJudgement {
  const name = judgeName(written)
  if (name.strength > 1 || text.charAt(nameStart - 1) !== ' ' || !/^(?:key|token|code)s?$/i.test(written)) return name
  const leadStart = runStart(text, nameStart - 1, BIT.az, nameStart - 14)
  const lead = text.slice(leadStart, nameStart - 1)
  if (lead === '') return name
  const joined = judgeName(`${lead}_${written}`)
  return joined.strength === 3 || /^public$/i.test(lead) ? joined : name
}

/** True for `?name=` and `&name=` of an address, also escaped, and for the signature of a request to AWS. */
function isParameter(text: string, nameStart: number): boolean {
  const before = text.charAt(nameStart - 1)
  if (before === '?' || before === '&' || before === ';' || text.startsWith('\\u0026', nameStart - 6)) return true
  return /AWS4-HMAC-SHA256 .*, ?$/.test(text.slice(Math.max(0, nameStart - 300), nameStart))
}

const RESOURCE =
  /["'][A-Z][A-Za-z0-9]{1,30}::[A-Z][A-Za-z0-9]{1,60}::$|\barn:[a-z-]{1,12}:secretsmanager:[\w*-]{0,30}:[\w*-]{0,20}:$/

/** `"AWS::ApiGateway::ApiKey"` is a kind of resource, `arn:aws:secretsmanager:*:*:secret:` begins the name of one: neither stands beside a value. */
function isResourceName(text: string, nameStart: number): boolean {
  return RESOURCE.test(text.slice(Math.max(0, nameStart - 100), nameStart))
}

/** A text in YAML that begins on the next line. */
const NEXT_LINE = /[|>][+-]?\d?[ \t]{0,8}\r?\n[ \t]{1,40}(?=\S{8,}[ \t]{0,8}(?:\r?\n|$))/y

function readValue(page: Page, { name, nameStart, nameEnd }: Name, operator: Operator): void {
  const { text } = page
  let at = runEnd(text, operator.end, BIT.space, operator.end + 24)
  if (operator.kind !== 'space' && text.charAt(at) === '\n') {
    const after = runEnd(text, at, BIT.blank, at + 24)
    if ('"\'`'.includes(text.charAt(after)) && after > at) at = after
  }
  NEXT_LINE.lastIndex = at
  if (operator.kind === 'colon' && NEXT_LINE.test(text)) at = NEXT_LINE.lastIndex
  while (text.startsWith('**', at)) at += 2
  if (text.charAt(at) === ' ') at += 1
  const value = readText(page, at, operator, text.slice(nameStart, nameEnd))
  if (value === null) return
  const isEnvironment =
    operator.isDeclared === true ||
    (operator.kind === 'equals' && !operator.hasSpaces && value.start === operator.end && !value.isQuoted)
  const effective = operator.kind === 'space' ? spacedName(text, { name, nameStart, value, operator }) : name
  if (effective === null) return
  const content = text.slice(value.start, value.end)
  page.spend(content.length)
  // What stands in the next cell may be a type or a word as well.
  if (operator.kind === 'cell' && !/[\d!#$%&*+=?@^~]/.test(content)) return
  const isQuoted = value.isQuoted || operator.isStated === true
  const tier = judgeValue(content, { name: effective, isQuoted, isEnvironment })
  if (tier === null) return
  const known = kindOf(text.slice(nameStart, nameEnd), content)
  const kind = known?.id ?? `generic-${name.kind}`
  page.add({ kind, provider: known?.provider ?? null, tier, start: value.start, end: value.end })
}

const LOGIN = /(?:login|user|username|machine|account)\s+\S+\s+$/

/** A value that only a blank separates from its name counts less, unless the name is an option. */
function spacedName(
  text: string,
  place: { name: NameJudgement; nameStart: number; value: Value; operator: Operator },
): NameJudgement | null {
  const { name, nameStart, value, operator } = place
  const isOption = text.startsWith('--', nameStart) || text.charAt(nameStart) === '-'
  if (isOption) return name
  if (name.kind === 'password' && LOGIN.test(text.slice(Math.max(0, nameStart - 60), nameStart))) return name
  if (name.kind === 'password' && name.strength === 3) {
    const content = text.slice(value.start, value.end)
    const isMarked =
      /[A-Za-z]/.test(content) && (/\d/.test(content) || /[a-z][^\w\s]*[A-Z].*[!#$%&*+=?@^~]/.test(content))
    return isMarked ? name : null
  }
  if (operator.isStated === true) return name
  return { ...name, strength: name.strength === 3 ? 2 : 1 }
}
