/**
 * How common a pair of letters is in English words and identifiers, counted in documentation and source code: row is the
 * first letter, column the second, 6 what chance would give, each step a factor of two.
 */
const PAIRS = [
  '37873571725978070989665563',
  '73337214652754610653600044',
  '82538248747762910758703252',
  '72569354843533741663532444',
  '85897764534879576998366863',
  '71426600810622700645500050',
  '61528166600546600555603444',
  '72058223702441700536500040',
  '76877780234879861788362526',
  '42545053125300300141554000',
  '51047240500213111053402233',
  '84569323964734841267742060',
  '85328054753563780251603014',
  '73888593745545750289652044',
  '56783660626789770977867432',
  '85358055600742862867610130',
  '00000020000200000210700002',
  '83769461806566851788643070',
  '64709417804544774379764350',
  '82649448904544850877614370',
  '66656450600778460877101100',
  '70548040630000400300000000',
  '62136145600405620543234522',
  '42435200420040370146004030',
  '45345111300445460254014001',
  '42356030303210400000000011',
].join('')

/** The mean of the pairs of letters in a range; words have about 6.8, random letters about 4.9. Null below `least`. */
export function wordiness(text: string, from: number, to: number, least = 6): number | null {
  let pairs = 0
  let sum = 0
  let before = -1
  for (let at = from; at < to; at += 1) {
    const letter = (text.charCodeAt(at) | 32) - 97
    const isLetter = letter >= 0 && letter < 26 && text.charCodeAt(at) >= 65
    if (isLetter && before >= 0) {
      sum += PAIRS.charCodeAt(before * 26 + letter) - 48
      pairs += 1
    }
    before = isLetter ? letter : -1
  }
  return pairs < least ? null : sum / pairs
}

/** What a step between neighbours says, in bits: more than nothing speaks for drawn by lot. Names have long words and few digits. */
const CASE_CHANGE = 1.7
const SAME_CASE = -0.6
const DIGIT_THEN_LETTER = 2
const LETTER_THEN_DIGIT = 1
const TWO_DIGITS = -0.3
/** The pair of letters that chance gives as often as words do. */
const EVEN = 6

/**
 * How much speaks for a range being drawn by lot, and not written: the sum of what each pair of neighbours says, in bits.
 * Counts at most 256 characters. `isMixed`: both cases of letters occur in it.
 */
export function oddness(text: string, from: number, to: number, isMixed: boolean): number {
  const end = Math.min(to, from + 256)
  let bits = 0
  let before = -1
  let kindBefore = 0
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at)
    const kind = kindOf(code)
    if (kind >= LOWER) {
      const letter = (code | 32) - 97
      if (before >= 0) {
        bits += EVEN + 48 - PAIRS.charCodeAt(before * 26 + letter)
        if (isMixed) bits += kind === kindBefore ? SAME_CASE : CASE_CHANGE
      }
      if (kindBefore === DIGIT) bits += DIGIT_THEN_LETTER
      before = letter
    } else {
      if (kind === DIGIT) bits += kindBefore >= LOWER ? LETTER_THEN_DIGIT : kindBefore === DIGIT ? TWO_DIGITS : 0
      before = -1
    }
    kindBefore = kind
  }
  return bits
}

const DIGIT = 1
const LOWER = 2
const UPPER = 3

function kindOf(code: number): number {
  if (code >= 97 && code <= 122) return LOWER
  if (code >= 65 && code <= 90) return UPPER
  return code >= 48 && code <= 57 ? DIGIT : 0
}
