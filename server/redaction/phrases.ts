import type { Page } from './page.ts'

/** Words that announce the words of a wallet (BIP-39). */
export const PHRASE_ANCHORS = [
  'mnemonic',
  'seed phrase',
  'recovery phrase',
  'seed words',
  'seed_phrase',
  'seedphrase',
  'secret phrase',
  'backup phrase',
]

const WORDS = /^["'`]?[a-z]{3,8}(?: [a-z]{3,8}){11,23}(?=["'`.,;)\s]|$)/
const COUNTS = new Set([12, 15, 18, 21, 24])
/** Words that a sentence cannot do without and that the list of BIP-39 does not have. */
const SENTENCE = /\b(?:the|and|are|was|with|from|for|its|not|has|been|were|your|our|his|her|they|but|into|which)\b/

/** Looks for 12 to 24 words after an announcement. */
export function readPhrase(page: Page, end: number): void {
  const { text } = page
  const window = text.slice(end, end + 320)
  page.spend(200)
  const lead = /^[^a-z]{0,6}(?:is|are|words?|phrase|for \w+)?\s{0,2}[:=]?[\s"'`]{1,6}/.exec(window)
  if (lead === null) return
  const words = WORDS.exec(window.slice(lead[0].length))
  if (words === null || SENTENCE.test(words[0])) return
  const list = words[0].split(' ')
  if (!COUNTS.has(list.length) || new Set(list).size < list.length - 3) return
  const start = end + lead[0].length
  page.add({ kind: 'seed-phrase', tier: 'likely', start, end: start + words[0].length })
}
