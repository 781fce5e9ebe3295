import { bytesOf } from './base64.ts'
import { beginsToken } from './boundary.ts'
import { BIT, bitsAt, runEnd } from './charset.ts'
import { isPlaceholder } from './deny.ts'
import type { Page } from './page.ts'
import { isRandom } from './randomness.ts'

/** How a JSON object begins in base64: every JWT and JWE begins so. */
export const JWT_ANCHOR = 'eyJ'
/** How PASETO tokens begin. */
export const PASETO_ANCHORS = [
  'v1.local.',
  'v2.local.',
  'v3.local.',
  'v4.local.',
  'v1.public.',
  'v2.public.',
  'v3.public.',
  'v4.public.',
]

const LONGEST = 16_384
/** The body of the example on the page of the standard's best known debugger: subject 1234567890, John Doe. */
const EXAMPLE = 'eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4g'

const ascii = new TextDecoder('latin1')

/** Reads a JWT (RFC 7519) or JWE that begins before `end`. */
export function readJwt(page: Page, end: number): void {
  const { text } = page
  const start = end - JWT_ANCHOR.length
  if (!text.startsWith(JWT_ANCHOR, start) || !beginsToken(text, start)) return
  const ends = segmentEnds(text, start)
  page.spend((ends.at(-1) ?? start) - start)
  const [header, body = 0, signature = 0] = ends
  if (header === undefined || ends.length < 3) return
  const to = ends.length >= 5 ? (ends[4] ?? signature) : signature
  const words = ascii.decode(bytesOf(text, start, header, 600))
  const isToken = /"(?:alg|enc)"\s*:/.test(words)
  if (!isToken || text.startsWith(EXAMPLE, header + 1)) {
    if (words.startsWith('{"')) page.addBlock(start, to)
    return
  }
  if (/"alg"\s*:\s*"none"/i.test(words) || signature - body < 20) {
    if (to - start > 60) page.add({ kind: 'jwt', tier: 'candidate', start, end: to })
    return
  }
  if (isPlaceholder(text.slice(body + 1, signature))) return
  const claims = ascii.decode(bytesOf(text, header + 1, Math.min(body, header + 4000)))
  const isPublic = /"role"\s*:\s*"anon"/.test(claims)
  page.add({ kind: 'jwt', tier: isPublic ? 'candidate' : 'definite', start, end: to })
}

function segmentEnds(text: string, start: number): number[] {
  const ends: number[] = []
  let at = start
  while (ends.length < 5) {
    const end = runEnd(text, at, BIT.u64, start + LONGEST)
    ends.push(end)
    if (text.charAt(end) !== '.' || (ends.length >= 3 && (bitsAt(text, end + 1) & BIT.u64) === 0)) break
    at = end + 1
  }
  return ends
}

/** Reads a PASETO whose version and purpose end at `end`. */
export function readPaseto(page: Page, start: number, end: number): void {
  const { text } = page
  if (!beginsToken(text, start)) return
  const to = runEnd(text, end, BIT.u64, end + LONGEST)
  page.spend(to - start)
  if (to - end >= 60 && isRandom(text, end, to)) page.add({ kind: 'paseto', tier: 'definite', start, end: to })
}
