import { BIT, bitsAt } from './charset.ts'
import { oddness } from './letters.ts'

/** What a range of text is made of. */
export interface Shape {
  length: number
  digits: number
  lowers: number
  uppers: number
  others: number
  /** Of the others those that names do not have. */
  symbols: number
  /** How many stretches of digits there are; words with a number have one, random text many. */
  digitGroups: number
  /** Steps between neighbours that are both letters, and how many of these change the case. */
  letterPairs: number
  caseChanges: number
  /** Neighbours that follow each other (`ab`, `12`) or are the same (`xx`). */
  steps: number
  /** The longest stretch of one character. */
  longestRepeat: number
  distinct: number
  /** How many are digits of hex; all of them is `isHex`. */
  hexes: number
  isHex: boolean
}

const UPPER = BIT.upper
const LOWER = BIT.lower
const DIGIT = BIT.d
const LETTER = UPPER | LOWER
const HEX = BIT.hex | BIT.HEX
const seen = new Uint8Array(128)

/** Counts a range; of a long one the first 256 characters. */
export function shapeOf(text: string, from: number, to: number): Shape {
  const end = Math.min(to, from + 256)
  const shape: Shape = {
    length: end - from,
    digits: 0,
    lowers: 0,
    uppers: 0,
    others: 0,
    symbols: 0,
    digitGroups: 0,
    letterPairs: 0,
    caseChanges: 0,
    steps: 0,
    longestRepeat: 0,
    distinct: 0,
    hexes: 0,
    isHex: false,
  }
  seen.fill(0)
  let bitsBefore = 0
  let codeBefore = -1
  let repeat = 0
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at)
    const bits = bitsAt(text, at)
    if ((bits & DIGIT) !== 0) {
      shape.digits += 1
      if ((bitsBefore & DIGIT) === 0) shape.digitGroups += 1
    } else if ((bits & LOWER) !== 0) shape.lowers += 1
    else if ((bits & UPPER) !== 0) shape.uppers += 1
    else {
      shape.others += 1
      if ((bits & BIT.name) === 0) shape.symbols += 1
    }
    if ((bits & HEX) !== 0) shape.hexes += 1
    if ((bits & LETTER) !== 0 && (bitsBefore & LETTER) !== 0) {
      shape.letterPairs += 1
      if ((bits & UPPER) !== (bitsBefore & UPPER)) shape.caseChanges += 1
    }
    if (code === codeBefore || code === codeBefore + 1) shape.steps += 1
    repeat = code === codeBefore ? repeat + 1 : 1
    if (repeat > shape.longestRepeat) shape.longestRepeat = repeat
    if (code < 128 && seen[code] === 0) {
      seen[code] = 1
      shape.distinct += 1
    }
    bitsBefore = bits
    codeBefore = code
  }
  shape.isHex = shape.hexes === shape.length
  return shape
}

/** How many of lower case, upper case, digits and other characters there are. */
export function classesOf(shape: Shape): number {
  return Number(shape.lowers > 0) + Number(shape.uppers > 0) + Number(shape.digits > 0) + Number(shape.others > 0)
}

/** From this many bits on, one name of a program in a hundred thousand is taken for drawn by lot. */
const DRAWN = 8
/** Without a digit it may be an abbreviation: `xmlSecKeysMngrGetKey`. */
const LETTERS_DRAWN = 14

/** True when a range looks drawn by lot rather than written: not words, not a sequence, not a repetition. */
export function isRandom(text: string, from: number, to: number, shape = shapeOf(text, from, to)): boolean {
  const { length, digits, digitGroups } = shape
  if (length < 10 || digits === length) return false
  if (shape.distinct < Math.max(6, Math.min(9, length * 0.3))) return false
  // Of sixteen digits every eighth follows on the one before it by chance.
  if (shape.steps > length * (shape.isHex ? 0.42 : 0.34) || shape.longestRepeat > 5 + length / 64) return false
  if (length >= 48 && shape.distinct > length * 0.85) return false
  if (shape.isHex || (length >= 24 && shape.hexes > length * 0.9))
    return digitGroups >= 3 || (length >= 24 && digitGroups >= 2)
  return oddnessOf(text, from, to, shape) > (digits === 0 ? LETTERS_DRAWN : DRAWN)
}

/** How much speaks for a range being drawn by lot, in bits. */
export function oddnessOf(text: string, from: number, to: number, shape: Shape): number {
  return oddness(text, from, to, shape.lowers > 0 && shape.uppers > 0)
}
