/**
 * A text made from another one, and where each part of it came from: colours taken out, escapes resolved, pieces
 * joined. Offsets are UTF-16 units.
 */
export class View {
  text = ''
  #at: number[] = []
  #from: number[] = []
  #width: number[] = []
  #isPlain: boolean[] = []

  /** Appends a stretch of the outer text as it stands. */
  copy(outer: string, from: number, to: number): void {
    if (to <= from) return
    this.#piece({ from, width: to - from, isPlain: true })
    this.text += outer.slice(from, to)
  }

  /** Appends text that stands for `width` units of the outer text. */
  put(text: string, from: number, width: number): void {
    this.#piece({ from, width, isPlain: false })
    this.text += text
  }

  /** Where the character at an offset begins in the outer text. */
  start(offset: number): number {
    const index = this.#find(offset)
    const from = this.#from[index] ?? 0
    return this.#isPlain[index] ? from + offset - (this.#at[index] ?? 0) : from
  }

  /** Where the text before an offset ends in the outer text. */
  end(offset: number): number {
    const index = this.#find(offset - 1)
    const from = this.#from[index] ?? 0
    return this.#isPlain[index] ? from + offset - (this.#at[index] ?? 0) : from + (this.#width[index] ?? 0)
  }

  #piece(piece: { from: number; width: number; isPlain: boolean }): void {
    this.#at.push(this.text.length)
    this.#from.push(piece.from)
    this.#width.push(piece.width)
    this.#isPlain.push(piece.isPlain)
  }

  #find(offset: number): number {
    let low = 0
    let high = this.#at.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#at[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

// eslint-disable-next-line no-control-regex -- these are the control characters that it looks for
const COLOUR = /\u001b(?:\[[0-9;?]{0,24}[A-Za-z]|\][^\u0007\u001b\n]{0,512}(?:\u0007|\u001b\\))/g
const WRITTEN_COLOUR =
  // eslint-disable-next-line no-control-regex -- these are the control characters that it looks for
  /(?:\u001b|\\u001b|\\x1b|\\033|\\e)(?:\[[0-9;?]{0,24}[A-Za-z]|\](?:[^\u0007\u001b\\\n]{0,512})(?:\u0007|\u001b\\))/gi

/** Takes colours and links of terminals out; null when there are none. */
export function withoutColours(text: string): View | null {
  const isWritten = hasWrittenEscape(text)
  if (!isWritten && !text.includes('\u001b')) return null
  const view = new View()
  let from = 0
  for (const match of text.matchAll(isWritten ? WRITTEN_COLOUR : COLOUR)) {
    view.copy(text, from, match.index)
    from = match.index + match[0].length
  }
  if (from === 0) return null
  view.copy(text, from, text.length)
  return view
}

function hasWrittenEscape(text: string): boolean {
  if (!text.includes('\\') || !text.includes('[')) return false
  return /\\(?:u001b|x1b|033|e)[[\]]/i.test(text)
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(["'/\\bfnrt]))/g
const CONTROL: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** A stretch of text with one level of backslash escapes resolved. */
export function unescaped(text: string, from: number, to: number): View {
  const view = new View()
  let copied = from
  ESCAPE.lastIndex = from
  for (let match = ESCAPE.exec(text); match !== null && match.index < to; match = ESCAPE.exec(text)) {
    view.copy(text, copied, match.index)
    const code = match[1] ?? match[2]
    const letter = match[3] ?? ''
    view.put(code === undefined ? (CONTROL[letter] ?? letter) : fromCode(code), match.index, match[0].length)
    copied = match.index + match[0].length
  }
  view.copy(text, copied, Math.max(copied, to))
  return view
}

const PERCENT = /%([0-7][0-9a-fA-F])/g

/** A stretch of text with percent encoding of ASCII resolved. */
export function percentDecoded(text: string, from: number, to: number): View {
  const view = new View()
  let copied = from
  PERCENT.lastIndex = from
  for (let match = PERCENT.exec(text); match !== null && match.index + 3 <= to; match = PERCENT.exec(text)) {
    view.copy(text, copied, match.index)
    view.put(fromCode(match[1] ?? ''), match.index, 3)
    copied = match.index + 3
  }
  view.copy(text, copied, to)
  return view
}

function fromCode(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}
