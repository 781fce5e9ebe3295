import { bytesOf } from './base64.ts'
import { beginsToken } from './boundary.ts'
import { BIT, bitsAt, runEnd, runStart } from './charset.ts'
import { isIdPrefix, isPlaceholder } from './deny.ts'
import type { Range } from './finding.ts'
import type { Page } from './page.ts'
import { isRandom, shapeOf } from './randomness.ts'

const WORD = BIT.word
const B64 = BIT.anyBase64
/** Shorter runs are no token that could be told from a word, and no base64 that holds one. */
const LEAST = 20
const LEAST_BASE64 = 28

/** Calls `visit` for each run of letters, digits, `_` and `-` of at least 20; looks at one character in about four. */
export function eachRun(text: string, visit: (start: number, end: number) => number): void {
  let done = 0
  let at = LEAST - 1
  while (at < text.length) {
    if ((bitsAt(text, at) & WORD) === 0) {
      done = at + 1
      at += LEAST
      continue
    }
    const start = runStart(text, at, WORD, done)
    if (start > done && at - start < LEAST - 1 && !reaches(text, at, start + LEAST)) {
      const end = runEnd(text, at, WORD, start + LEAST)
      done = end
      at = end + LEAST
      continue
    }
    const end = runEnd(text, at, WORD, text.length)
    done = end - start >= LEAST ? Math.max(end, visit(start, end)) : end
    at = done + LEAST
  }
}

/** Whether the run that holds `at` goes on to `to`. */
function reaches(text: string, at: number, to: number): boolean {
  for (let next = at; next < to; next += 1) if ((bitsAt(text, next) & WORD) === 0) return false
  return true
}

/** A run of base64 that may hold text, with the lines that it is wrapped into. */
export function base64Around(text: string, start: number, end: number): Range | null {
  let from = runStart(text, start, B64, start - 64)
  if (from > 0 && text.charAt(from - 1) === '\\' && 'nrt'.includes(text.charAt(from))) from += 1
  let to = runEnd(text, end, B64, text.length)
  const width = to - from
  if (width < LEAST_BASE64) return null
  while (width >= 40) {
    const next = nextLine(text, to)
    if (next === null) break
    const lineEnd = runEnd(text, next, B64, next + width + 1)
    if (lineEnd - next > width || lineEnd === next) break
    to = lineEnd
    if (lineEnd - next < width) break
  }
  while (text.charAt(to) === '=') to += 1
  return { start: from, end: to }
}

function nextLine(text: string, at: number): number | null {
  for (const lineEnd of ['\n', '\r\n', '\\n', '\\r\\n']) if (text.startsWith(lineEnd, at)) return at + lineEnd.length
  return null
}

/** Marks of keys in the prefixes that vendors choose. */
const KEY_WORDS =
  /(?:^|[-_])(?:sk|pk|rk|key|tok|token|secret|sec|api|apikey|pat|auth|live|prod|oat|oauth|at|rt|bot|svc|srv|app|user|usr|int|pwd|pass|access|refresh|client|admin|priv|private|svcacct|sat|aat|pt|st|v1|v2)(?=[-_]|$)/i

/** A prefix and a random body: how most vendors make tokens, so also those that nobody listed yet. */
export function readUnknown(page: Page, start: number, end: number): void {
  const { text } = page
  if (end - start > 400 || !beginsToken(text, start) || '/.#@$&'.includes(text.charAt(start - 1) || ' ')) return
  if (text.charAt(end) === '.' && (bitsAt(text, end + 1) & BIT.alnum) !== 0) return
  if ('({['.includes(text.charAt(end) || ' ')) return
  page.spend(end - start)
  const joint = firstJoint(text, start, end)
  if (joint < 0) return
  const first = text.slice(start, joint)
  if (!/^[A-Za-z][A-Za-z0-9]{1,11}$/.test(first) || isIdPrefix(first)) return
  const piece = longestPiece(text, joint + 1, end)
  if (piece.end - piece.start < 14) return
  const prefix = text.slice(start, piece.start)
  const shape = shapeOf(text, piece.start, piece.end)
  if (!isRandom(text, piece.start, piece.end, shape)) return
  const isHinted = KEY_WORDS.test(prefix.replace(/[-_]+$/, ''))
  const isMixed = shape.uppers > 0 && shape.lowers > 0 && shape.digits > 0
  if (shape.isHex && !isHinted && (text.charAt(joint) === '-' || first.length > 6)) return
  if (!isMixed && !isHinted && (text.charAt(joint) === '-' || shape.length < 20)) return
  const whole = shapeOf(text, start, end)
  if (whole.length >= 40 && whole.distinct > whole.length * 0.85) return
  if (prefix.length > 32 || isPlaceholder(text.slice(start, end))) return
  page.add({ kind: 'unknown-token', tier: 'candidate', start, end })
}

function firstJoint(text: string, from: number, to: number): number {
  for (let at = from; at < to && at < from + 16; at += 1) {
    const char = text.charAt(at)
    if (char === '_' || char === '-') return at
  }
  return -1
}

function longestPiece(text: string, from: number, to: number): Range {
  let best = { start: from, end: from }
  let start = from
  for (let at = from; at <= to; at += 1) {
    if (at < to && (bitsAt(text, at) & BIT.alnum) !== 0) continue
    if (at - start > best.end - best.start) best = { start, end: at }
    start = at + 1
  }
  return best
}

const latin = new TextDecoder('latin1')

/** A token of a Discord bot: the number of the account in base64, a time and a signature, joined by dots. */
export function readDiscord(page: Page, start: number, end: number): number {
  const { text } = page
  const length = end - start
  if (length < 23 || length > 28 || text.charAt(end) !== '.' || !beginsToken(text, start)) return end
  const middle = runEnd(text, end + 1, BIT.u64, end + 9)
  if (middle - end - 1 < 5 || middle - end - 1 > 7 || text.charAt(middle) !== '.') return end
  const to = runEnd(text, middle + 1, BIT.u64, middle + 60)
  if (to - middle - 1 < 25 || !isRandom(text, middle + 1, to)) return end
  const isAccount = /^\d{4,20}$/.test(latin.decode(bytesOf(text, start, end)))
  if (!isAccount && !/^[MNO]/.test(text.charAt(start))) return end
  page.add({ kind: 'discord-bot', provider: 'Discord', tier: isAccount ? 'definite' : 'likely', start, end: to })
  return to
}
