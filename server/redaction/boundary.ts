import { BIT, bitsAt } from './charset.ts'

const HEX = BIT.hex | BIT.HEX

/**
 * True when a token may begin here: the character before is no letter or digit, or it is the end of a written escape
 * (`\n`, `%3D`, `\u003d`, `\x3d`), which belongs to the text around it.
 */
export function beginsToken(text: string, at: number): boolean {
  if (at === 0 || (bitsAt(text, at - 1) & BIT.alnum) === 0) return true
  const before = text.charAt(at - 1)
  if ('nrtbf'.includes(before) && text.charAt(at - 2) === '\\') return true
  if ((bitsAt(text, at - 1) & HEX) === 0 || (bitsAt(text, at - 2) & HEX) === 0) return false
  if (text.charAt(at - 3) === '%') return true
  return text.startsWith('\\x', at - 4) || text.startsWith('\\u00', at - 6)
}

/** Where `mark` stands next, at most `reach` characters on; -1 when it does not. A search to the end would cost too much. */
export function indexWithin(text: string, mark: string, from: number, reach: number): number {
  const at = text.slice(from, from + reach).indexOf(mark)
  return at < 0 ? -1 : from + at
}

/** Where the line of a position begins, at most `reach` characters before it. */
export function lineStartOf(text: string, at: number, reach: number): number {
  const from = Math.max(0, at - reach)
  return from + text.slice(from, at).lastIndexOf('\n') + 1
}
