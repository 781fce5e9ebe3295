import { bytesOf } from './base64.ts'
import { beginsToken } from './boundary.ts'
import { BIT, bitsAt, runEnd, runStart } from './charset.ts'
import type { Range } from './finding.ts'
import type { Page } from './page.ts'
import { isRandom } from './randomness.ts'

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

/** The run of base64 around a run of letters: with the lines that it is wrapped into, and, when there are any, without. */
export function base64Around(page: Page, start: number, end: number): Range[] {
  const { text } = page
  let from = runStart(text, start, B64, start - 64)
  if (from > 0 && text.charAt(from - 1) === '\\' && 'nrt'.includes(text.charAt(from))) from += 1
  let to = runEnd(text, end, B64, text.length)
  const width = to - from
  if (width < LEAST_BASE64) return []
  const oneLine = padded(text, from, to)
  while (width >= 40 && start >= page.joinedEnd) {
    const next = nextLine(text, to)
    if (next === null) break
    const lineEnd = runEnd(text, next, B64, next + width + 1)
    if (lineEnd - next > width || lineEnd === next) break
    to = lineEnd
    if (lineEnd - next < width) break
  }
  const all = padded(text, from, to)
  page.joinedEnd = Math.max(page.joinedEnd, all.end)
  return all.end === oneLine.end ? [all] : [all, oneLine]
}

function padded(text: string, start: number, to: number): Range {
  let end = to
  while (text.charAt(end) === '=') end += 1
  return { start, end }
}

function nextLine(text: string, at: number): number | null {
  for (const lineEnd of ['\n', '\r\n', '\\n', '\\r\\n']) if (text.startsWith(lineEnd, at)) return at + lineEnd.length
  return null
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
