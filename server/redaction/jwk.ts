import type { Page } from './page.ts'
import { isRandom } from './randomness.ts'

/** The member that every key of RFC 7517 has. */
export const JWK_ANCHORS = ['"kty"', "'kty'", 'kty:', '\\"kty\\"']

const REACH = 3000
/** The members that only a private or a symmetric key has. */
const PRIVATE = /(?<![\w])\\?["']?(?:d|p|q|dp|dq|qi|k)\\?["']?\s{0,4}:\s{0,4}\\?["']([A-Za-z0-9_-]{21,1400})\\?["']/g

/** Names of private members of a key, where its strings are looked at one by one. */
const PRIVATE_MEMBERS: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])

/** What the name of a member says in an object that has a `kty`. */
export function nameInJwk(name: string): string {
  return PRIVATE_MEMBERS.has(name) ? 'private_key' : name
}

/** Looks for the private members around `kty`. */
export function readJwk(page: Page, start: number, end: number): void {
  const { text } = page
  if (start < page.keyEnd) return
  const reach = Math.max(page.keyEnd, start - REACH)
  const from = reach + Math.max(0, text.slice(reach, start).lastIndexOf('{'))
  const closing = text.slice(end, end + REACH).indexOf('}')
  const to = closing < 0 ? Math.min(text.length, end + REACH) : end + closing
  page.keyEnd = to
  page.spend(to - from)
  for (const match of text.slice(from, to).matchAll(PRIVATE)) {
    const value = match[1] ?? ''
    const at = from + match.index + match[0].lastIndexOf(value)
    if (isRandom(value, 0, value.length)) page.add({ kind: 'jwk', tier: 'definite', start: at, end: at + value.length })
  }
}
