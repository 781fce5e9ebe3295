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
