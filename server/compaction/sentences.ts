/** A sentence of a text, and the one after it in the same paragraph. */
export interface Sentence {
  text: string
  next: string | null
  /** Begins a list item, e.g. `- [ ] do it`. */
  isItem: boolean
}

const LIST_MARK = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+/

/** Ends of sentences: a mark, then a space and something that can begin one. Names of files and versions have no space. */
const SENTENCE_END =
  /(?<=[.!?…][)"'”’*_`]{0,3})\s+(?=["'“‘(*_`[]{0,3}[\p{Lu}\p{N}])|(?<=[。！？])|(?<=\p{Ll}[)`]?[.:])(?=(?:The|But|So|Now|If|This|It|Let|Looking|We|Then|That|However|Since|In|And|For|Also|I|Actually|Wait)\s)/u

/** Abbreviations whose full stop ends nothing. */
const ABBREVIATION = /(?:^|\s|\()(?:e\.g|i\.e|etc|vs|cf|approx|z\.B|d\.h|bzw|usw|ca|Nr|resp|incl|No)\.$/i

const LONGEST_SENTENCE = 600

/** Splits prose into sentences. Code blocks and tables are left out: what is said about them counts, not they. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = []
  for (const line of proseLines(text)) {
    const isItem = LIST_MARK.test(line)
    const parts = split(line.replace(LIST_MARK, ''))
    parts.forEach((part, index) => {
      sentences.push({ text: part, next: parts[index + 1] ?? null, isItem: isItem && index === 0 })
    })
  }
  // A sentence that ends with a colon is explained by what stands below it.
  return sentences.map((sentence, index) => {
    if (sentence.next !== null) return sentence
    const below = sentences[index + 1]
    return below !== undefined && /[:：]\**$/.test(sentence.text) ? { ...sentence, next: below.text } : sentence
  })
}

function proseLines(text: string): string[] {
  const lines: string[] = []
  let isCode = false
  for (const line of text.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(line)) {
      isCode = !isCode
      continue
    }
    if (isCode || /^\s*\|.*\|\s*$/.test(line) || line.trim() === '') continue
    lines.push(line.replace(/^\s*(?:#{1,6}|>)\s+/, '').trim())
  }
  return lines
}

function split(line: string): string[] {
  const sentences: string[] = []
  let open = ''
  for (const part of line.split(SENTENCE_END)) {
    const text = open === '' ? part : `${open} ${part}`
    if (ABBREVIATION.test(text) && text.length < LONGEST_SENTENCE) {
      open = text
      continue
    }
    open = ''
    if (text.trim() !== '') sentences.push(text.trim().slice(0, LONGEST_SENTENCE))
  }
  if (open.trim() !== '') sentences.push(open.trim().slice(0, LONGEST_SENTENCE))
  return sentences
}
