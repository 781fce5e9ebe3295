import { beginsToken } from './boundary.ts'
import { BIT, bitsAt, runEnd, runStart } from './charset.ts'
import { isIdPrefix, isPlaceholder } from './deny.ts'
import type { Page } from './page.ts'
import { isRandom, shapeOf } from './randomness.ts'

/** Marks of keys in the prefixes that vendors choose. */
const KEY_WORD =
  /^(?:sk|pk|rk|key|tok|token|secret|sec|api|apikey|pat|auth|live|prod|production|oat|oauth|at|rt|bot|svc|srv|app|user|usr|int|pwd|pass|access|refresh|client|admin|priv|private|svcacct|sat|aat|pt|st|sdk|mob|srv)$/i
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const LONGEST = 600
/** The place of a span in a trace (W3C), and what Fernet has encrypted. */
const NO_TOKEN = /^(?:[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$|gAAAAA[ABC])/

/** A prefix and a random body: how most vendors make tokens, so also those that nobody listed yet. */
export function readUnknown(page: Page, start: number, end: number): void {
  const { text } = page
  if (end - start > LONGEST || !beginsToken(text, start) || !standsAlone(text, start, end)) return
  page.spend((end - start) * 2)
  const joint = firstJoint(text, start, end)
  const first = joint < 0 ? '' : text.slice(start, joint)
  if ((joint >= 0 && isIdPrefix(first)) || NO_TOKEN.test(text.slice(start, Math.min(end, start + 60)))) return
  const isToken = joint >= 0 && isPrefix(first) ? hasBody(text, { start, end, joint }) : isLone(page, start, end)
  if (!isToken || isPlaceholder(text.slice(start, end))) return
  const range = withDots(text, start, end)
  page.add({ kind: 'unknown-token', tier: 'candidate', ...range })
}

/** Not a part of a path, an address, a file name, a call or a longer base64. */
function standsAlone(text: string, start: number, end: number): boolean {
  if ('/#@$&+\\'.includes(text.charAt(start - 1) || ' ') && text.charAt(start - 1) !== '\\') return false
  if ('({[/+\\~'.includes(text.charAt(end) || ' ') && !/^\\+[nrt"']/.test(text.slice(end, end + 3))) return false
  if (isLetterBeyondAscii(text.charCodeAt(start - 1)) || isLetterBeyondAscii(text.charCodeAt(end))) return false
  if (text.charAt(end) !== '.') return true
  const ending = runEnd(text, end + 1, BIT.alnum, end + 8)
  return ending === end + 1 || ending - end > 6
}

/** Letters of other alphabets; arrows and frames of tables are no letters. */
function isLetterBeyondAscii(code: number): boolean {
  return code >= 0xc0 && code < 0x2000
}

function isPrefix(first: string): boolean {
  return /^[A-Za-z][A-Za-z0-9]{1,11}$/.test(first) || /^[a-z0-9]{2}$/.test(first)
}

/** Looks at what follows the words of a prefix: `sk-proj-`, `abc_live_`. */
function hasBody(text: string, run: { start: number; end: number; joint: number }): boolean {
  const { start, end, joint } = run
  let bodyFrom = joint + 1
  let isHinted = KEY_WORD.test(text.slice(start, joint))
  for (let next = firstJoint(text, bodyFrom, end); next > 0; next = firstJoint(text, bodyFrom, end)) {
    const word = text.slice(bodyFrom, next)
    if (word.length > 12 || !/^[a-z]+\d{0,2}$|^[A-Z]+$|^v\d$/.test(word) || bodyFrom - start > 40) break
    if (KEY_WORD.test(word)) isHinted = true
    bodyFrom = next + 1
  }
  const isLow = text.charAt(joint) === '_'
  const body = text.slice(bodyFrom, end)
  const first = text.slice(start, joint)
  if (UUID.test(body)) return isHinted || isLow || /^[A-Z]+$/.test(first) || /^[b-df-hj-np-tv-xz]{3,5}$/.test(first)
  if (isGrouped(text.slice(start, end))) return true
  const piece = longestPiece(text, bodyFrom, end)
  const shape = shapeOf(text, bodyFrom, end)
  const isMixed = shape.uppers > 1 && shape.lowers > 1 && shape.digits > 0
  if (piece.end - piece.start < 14) return isMixed && body.length >= 18 && isRandom(text, bodyFrom, end, shape)
  const pieceShape = shapeOf(text, piece.start, piece.end)
  if (!isRandom(text, piece.start, piece.end, pieceShape) || isAlphabet(text, start, end)) return false
  if (pieceShape.isHex)
    return isHinted || (pieceShape.length >= 32 && first.length <= 8) || (isLow && first.length <= 6)
  return isMixed || isHinted || (isLow && pieceShape.length >= 20) || pieceShape.length >= 32
}

/** `A1B2C-D3E4F-…`: groups of one length, of capitals and digits, as licences are written. */
function isGrouped(text: string): boolean {
  if (!/^(?:[A-Z][A-Z0-9]{1,4}-)?[A-Z0-9]{4,8}(?:-[A-Z0-9]{4,8}){3,7}$/.test(text)) return false
  const groups = text.split('-')
  const last = groups.at(-1)?.length
  const body = groups.slice(groups[0]?.length === last ? 0 : 1)
  const odd = body.filter((group) => /\d/.test(group) && /[A-Z]/.test(group)).length
  return body.length >= 4 && body.every(({ length }) => length === last) && odd >= body.length - 1
}

/** Words before a value that make it a sum, a public key or a part of a document. */
const HARMLESS_BEFORE =
  /(?:sha\d*|md5|hash|digest|etag|integrity|checksum|fingerprint|commit|revision|rev|public[\w-]*|pub|pub_?key|cert|certificate|nonce|base64|data|iv|tag|["'{ ,][xyn]|crv|(?:next|page|continuation|cursor)_?token|uuid|guid|mappings|cursor|blob|tree|node_?id|chunk|build_?id|h1|ssh-\w+|\bid|_id|Id)["'\\]{0,3}\s{0,2}[:=;,]?\s{0,2}["'\\]{0,3}$/i

/** A run without a prefix: only when it is of all kinds of characters, and nothing says that it is a sum or an id. */
function isLone({ text, context }: Page, start: number, end: number): boolean {
  const length = end - start
  if (length > 260 || !isBetweenMarks(text, start, end) || isBodyLine(text, start, end)) return false
  const shape = shapeOf(text, start, end)
  const isMixed = shape.uppers > 2 && shape.lowers > 2 && shape.digits > 1 && length >= 24
  const isCapital = shape.lowers === 0 && shape.digitGroups >= 3 && length >= 20 && shape.others === 0
  if (!isMixed && !isCapital) return false
  if (shape.isHex || !isRandom(text, start, end, shape) || isAlphabet(text, start, end)) return false
  if (ULID.test(text.slice(start, end))) return false
  const before =
    start === 0 && context.name !== undefined ? `"${context.name}":"` : text.slice(Math.max(0, start - 40), start)
  return !HARMLESS_BEFORE.test(before)
}

/** Between blanks, quotes, brackets and the like: not a piece of a table of a parser or of an encoded address. */
function isBetweenMarks(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1)
  const after = text.charAt(end)
  return (
    (before === '' || ' \t\n\r"\'`([=:>|,.\\n\u2502\u2192'.includes(before)) &&
    (after === '' || ' \t\n\r"\'`)],;.<|:\\\u2502'.includes(after))
  )
}

/** A line of 64 or 76 characters of base64 by itself: a part of a certificate or of an attachment. */
function isBodyLine(text: string, start: number, end: number): boolean {
  if (end - start !== 64 && end - start !== 76) return false
  return (start === 0 || text.charAt(start - 1) === '\n') && (end === text.length || /[\r\n]/.test(text.charAt(end)))
}

/** Nearly every character once: an alphabet, not a key. */
function isAlphabet(text: string, start: number, end: number): boolean {
  const shape = shapeOf(text, start, end)
  return shape.length >= 40 && shape.distinct > shape.length * 0.85
}

/** Parts that dots join belong to the token: `hvs.…`, `pat.….….…`. */
function withDots(text: string, start: number, end: number): { start: number; end: number } {
  let from = start
  if (text.charAt(from - 1) === '.') {
    const before = runStart(text, from - 1, BIT.name, from - 80)
    if (before < from - 1 && beginsToken(text, before)) from = before
  } else if (text.charAt(from - 1) === ':') {
    const before = runStart(text, from - 1, BIT.alnum, from - 10)
    if (before < from - 2 && '"\'`'.includes(text.charAt(before - 1)) && !isIdPrefix(text.slice(before, from - 1)))
      from = before
  }
  let to = end
  while (text.charAt(to) === '.' && runEnd(text, to + 1, BIT.word, to + 200) - to > 6) {
    to = runEnd(text, to + 1, BIT.word, to + 200)
  }
  while (text.charAt(to) === '=' && to - end < 2) to += 1
  return { start: from, end: to }
}

function firstJoint(text: string, from: number, to: number): number {
  for (let at = from; at < to && at < from + 16; at += 1) {
    const char = text.charAt(at)
    if (char === '_' || char === '-') return at
  }
  return -1
}

function longestPiece(text: string, from: number, to: number): { start: number; end: number } {
  let best = { start: from, end: from }
  let start = from
  for (let at = from; at <= to; at += 1) {
    if (at < to && (bitsAt(text, at) & BIT.alnum) !== 0) continue
    if (at - start > best.end - best.start) best = { start, end: at }
    start = at + 1
  }
  return best
}
