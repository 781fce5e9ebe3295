const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ALNUM = DIGITS + LOWER + UPPER

/** The alphabets that templates of formats name. */
export const ALPHABETS = {
  a62: DIGITS + UPPER + LOWER,
  a36: DIGITS + LOWER,
  A36: DIGITS + UPPER,
  hex: '0123456789abcdef',
  HEX: '0123456789ABCDEF',
  b64: UPPER + LOWER + DIGITS + '+/',
  u64: ALNUM + '_-',
  w: ALNUM + '_',
  az: LOWER + UPPER,
  d: DIGITS,
  b32: UPPER + '234567',
  b32l: LOWER + '234567',
  bech: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L',
  bechl: 'qpzry9x8gf2tvdw0s3jn54khce6mua7l',
  b58: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  aad: ALNUM + '_.~-',
  pw: 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789!#%*+-_.',
} as const

/** Sets of characters that the handlers walk over. */
const EXTRA_SETS = {
  alnum: ALNUM,
  lower: LOWER,
  upper: UPPER,
  word: ALNUM + '_-',
  anyBase64: ALNUM + '+/_-',
  name: ALNUM + '_-.',
  space: ' \t',
  blank: ' \t\r\n',
  host: ALNUM + '.-_:[]',
} as const

/** An alphabet of the templates. */
export type AlphabetName = keyof typeof ALPHABETS
/** A set of characters, as one bit. */
export type CharsetName = AlphabetName | keyof typeof EXTRA_SETS

const names = [...Object.keys(ALPHABETS), ...Object.keys(EXTRA_SETS)] as CharsetName[]

/** The bit of each set in `CHAR_BITS`. */
export const BIT = Object.fromEntries(names.map((name, index) => [name, 1 << index])) as Record<CharsetName, number>

/** For each ASCII character the sets that hold it. Every other character is in none. */
export const CHAR_BITS = new Int32Array(128)
for (const name of names) {
  const characters: string = { ...ALPHABETS, ...EXTRA_SETS }[name]
  for (let index = 0; index < characters.length; index += 1) {
    const code = characters.charCodeAt(index)
    CHAR_BITS[code] = (CHAR_BITS[code] ?? 0) | BIT[name]
  }
}

/** The sets that hold the character at a position; 0 outside the text. */
export function bitsAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 128 ? (CHAR_BITS[code] ?? 0) : 0
}

/** The end of the run of characters of `sets` that begins at `from`, at most at `limit`. */
export function runEnd(text: string, from: number, sets: number, limit: number): number {
  const stop = Math.min(limit, text.length)
  let at = from
  while (at < stop && (bitsAt(text, at) & sets) !== 0) at += 1
  return at
}

/** The begin of the run of characters of `sets` that ends before `to`, at least at `limit`. */
export function runStart(text: string, to: number, sets: number, limit: number): number {
  const stop = Math.max(limit, 0)
  let at = to
  while (at > stop && (bitsAt(text, at - 1) & sets) !== 0) at -= 1
  return at
}
