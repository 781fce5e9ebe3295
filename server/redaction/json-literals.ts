import { unescaped, type View } from './view.ts'

/** The way to a value in JSON: keys of objects and indexes of arrays. */
export type JsonPath = (string | number)[]

/** A string as it is written in a JSON text. */
export interface JsonLiteral {
  /** Of the characters between the quotes, escapes as they are written. */
  start: number
  end: number
  /** What it says. */
  text: string
  /** The way to it; for a key the way to its value. Valid during the call only: copy to keep. */
  path: JsonPath
  isKey: boolean
  /** The key whose value this is; for an item of a list the key of the list. */
  name: string
}

/**
 * Calls `visit` for every string literal of a JSON text, keys and repeated keys too, in the order of the text. False
 * when the text is not JSON; calls up to the mistake have happened then.
 */
export function eachLiteral(json: string, visit: (literal: JsonLiteral) => void): boolean {
  return new Reader(json, visit).read()
}

/** From offsets in what a literal says to offsets in the text that it is written in. */
export function literalView(json: string, literal: { start: number; end: number }): View {
  return unescaped(json, literal.start, literal.end)
}

const BARE = /(?:-?\d[-+.\deE]*|true|false|null)(?![\w.])/y
const BLANK = /[ \t\r\n]+/y

/** Deeper nesting is not walked: no agent writes it, and a text of brackets must not exhaust the memory. */
const MOST_LEVELS = 512

class Reader {
  readonly #json: string
  readonly #visit: (literal: JsonLiteral) => void
  readonly #path: JsonPath = []
  readonly #names: string[] = []
  #at = 0

  constructor(json: string, visit: (literal: JsonLiteral) => void) {
    this.#json = json
    this.#visit = visit
  }

  read(): boolean {
    const closers: string[] = []
    let needsValue = true
    for (;;) {
      this.#skipBlank()
      const char = this.#json.charAt(this.#at)
      if (!needsValue) {
        const closer = closers.at(-1)
        if (closer === undefined) return char === ''
        this.#at += 1
        if (char === closer) {
          this.#leave(closers)
          continue
        }
        if (char !== ',') return false
        if (!this.#step(closer)) return false
        needsValue = true
        continue
      }
      if (char === '"') {
        if (!this.#string(false)) return false
        needsValue = false
      } else if (char === '{' || char === '[') {
        if (closers.length >= MOST_LEVELS) return false
        needsValue = this.#enter(char, closers)
        if (needsValue && !this.#first(char)) return false
      } else {
        if (!this.#bare()) return false
        needsValue = false
      }
    }
  }

  /** True when there is something inside. */
  #enter(opener: string, closers: string[]): boolean {
    const closer = opener === '{' ? '}' : ']'
    this.#at += 1
    this.#skipBlank()
    if (this.#json.charAt(this.#at) === closer) {
      this.#at += 1
      return false
    }
    closers.push(closer)
    this.#names.push(lastName(this.#path))
    this.#path.push(opener === '{' ? '' : 0)
    return true
  }

  #leave(closers: string[]): void {
    closers.pop()
    this.#path.pop()
    this.#names.pop()
  }

  #first(opener: string): boolean {
    return opener === '[' || this.#key()
  }

  #step(closer: string): boolean {
    if (closer === '}') return this.#key()
    const index = this.#path.at(-1)
    this.#path[this.#path.length - 1] = (typeof index === 'number' ? index : 0) + 1
    return true
  }

  #key(): boolean {
    this.#skipBlank()
    if (this.#json.charAt(this.#at) !== '"' || !this.#string(true)) return false
    this.#skipBlank()
    if (this.#json.charAt(this.#at) !== ':') return false
    this.#at += 1
    return true
  }

  #string(isKey: boolean): boolean {
    const start = this.#at + 1
    const end = closingQuote(this.#json, start)
    if (end < 0) return false
    const written = this.#json.slice(start, end)
    const text = written.includes('\\') ? decoded(written) : written
    if (text === null) return false
    if (isKey) this.#path[this.#path.length - 1] = text
    const last = this.#path.at(-1)
    const name = typeof last === 'string' ? last : (this.#names.at(-1) ?? '')
    this.#visit({ start, end, text, path: this.#path, isKey, name })
    this.#at = end + 1
    return true
  }

  #bare(): boolean {
    BARE.lastIndex = this.#at
    if (!BARE.test(this.#json)) return false
    this.#at = BARE.lastIndex
    return true
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at
    if (this.#json.charCodeAt(this.#at) <= 32 && BLANK.test(this.#json)) this.#at = BLANK.lastIndex
  }
}

function lastName(path: JsonPath): string {
  for (let index = path.length - 1; index >= 0; index -= 1) {
    const step = path[index]
    if (typeof step === 'string') return step
  }
  return ''
}

function closingQuote(json: string, from: number): number {
  let end = json.indexOf('"', from)
  while (end >= 0) {
    let slashes = 0
    while (json.charCodeAt(end - 1 - slashes) === 92 && end - 1 - slashes >= from) slashes += 1
    if (slashes % 2 === 0) return end
    end = json.indexOf('"', end + 1)
  }
  return -1
}

function decoded(written: string): string | null {
  try {
    return JSON.parse(`"${written}"`) as string
  } catch {
    return null
  }
}
