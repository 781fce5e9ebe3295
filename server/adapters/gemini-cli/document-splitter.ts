import type { Splitter } from '../adapter.ts'
import type { Line, LinePosition } from '../shared/line-splitter.ts'

/** The list whose items are pieces of their own, as its key is written. */
const LIST = '"messages"'

/** White space, NUL and the bytes of a byte order mark. */
const FILLER = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf])

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/**
 * Cuts a file that is one JSON object into what stands before its messages, each message, and what stands after them, so
 * that a message can be found and read by itself. What separates them belongs to none. Old versions of the agent wrote
 * sessions like this, anew at every step.
 */
export class DocumentSplitter implements Splitter {
  /** Of the first waiting byte in the source. */
  #offset: number
  #number: number
  #waiting: Uint8Array = new Uint8Array(0)
  /** How far the waiting bytes were looked through. */
  #at = 0
  /** Where the unfinished piece begins among them; null while only separators were seen. */
  #start: number | null = null
  #stringFrom: number | null = null
  #isEscaped = false
  #depth = 0
  #isInList = false
  /** The key of the list was read, its value was not. */
  #isListNext = false

  constructor(start: LinePosition = { offset: 0, lineNumber: 1 }) {
    this.#offset = start.offset
    this.#number = start.lineNumber
    if (start.offset === 0) return
    // Every piece but the first begins in the list, or at its end.
    this.#isInList = true
    this.#depth = 2
  }

  get position(): LinePosition {
    return { offset: this.#offset, lineNumber: this.#number }
  }

  get waitingBytes(): number {
    return this.#waiting.length
  }

  push(block: Uint8Array, offset: number): Line[] {
    const expected = this.#offset + this.#waiting.length
    if (offset !== expected) throw new Error(`A block at byte ${offset} was read where byte ${expected} was due.`)
    const bytes = Buffer.concat([this.#waiting, block])
    const pieces: Line[] = []
    let taken = 0
    for (; this.#at < bytes.length; this.#at += 1) {
      if (!this.#isLastOfPiece(bytes, bytes[this.#at] ?? 0)) continue
      const piece = bytes.subarray(this.#start ?? this.#at, this.#at + 1)
      const from = this.#offset + this.#at + 1 - piece.length
      pieces.push({ offset: from, number: this.#number, bytes: piece, size: piece.length })
      this.#number += 1
      this.#start = null
      taken = this.#at + 1
    }
    this.#leave(bytes, taken)
    return pieces
  }

  peek(): Line | null {
    if (this.#waiting.length === 0) return null
    return { offset: this.#offset, number: this.#number, bytes: this.#waiting, size: this.#waiting.length }
  }

  flush(): Line | null {
    const piece = this.peek()
    if (piece === null) return null
    this.#number += 1
    this.#start = null
    this.#stringFrom = null
    this.#leave(this.#waiting, this.#waiting.length)
    return piece
  }

  /** Keeps what was not taken; places in it count from its beginning. */
  #leave(bytes: Uint8Array, taken: number): void {
    this.#waiting = Uint8Array.from(bytes.subarray(taken))
    this.#offset += taken
    this.#at = this.#waiting.length
    if (this.#start !== null) this.#start -= taken
    if (this.#stringFrom !== null) this.#stringFrom -= taken
  }

  #isLastOfPiece(bytes: Buffer, byte: number): boolean {
    if (this.#stringFrom !== null) {
      this.#readString(bytes, byte, this.#stringFrom)
      return false
    }
    if (FILLER.has(byte) || (byte === COMMA && this.#start === null)) return false
    this.#start ??= this.#at
    switch (byte) {
      case QUOTE:
        this.#stringFrom = this.#at
        return false
      case COMMA:
        this.#isListNext = false
        return false
      case OPEN_OBJECT:
      case OPEN_LIST:
        return this.#open(byte)
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        return this.#close(byte)
      default:
        return false
    }
  }

  #readString(bytes: Buffer, byte: number, from: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) {
      this.#stringFrom = null
      if (this.#depth === 1) this.#isListNext = bytes.toString('latin1', from, this.#at + 1) === LIST
    }
  }

  /** What stands before the messages ends with the bracket that opens their list. */
  #open(byte: number): boolean {
    const isList = byte === OPEN_LIST && this.#depth === 1 && this.#isListNext
    this.#depth += 1
    this.#isListNext = false
    if (isList) this.#isInList = true
    return isList
  }

  #close(byte: number): boolean {
    this.#depth -= 1
    if (this.#depth <= 0) return true
    if (!this.#isInList) return false
    if (byte === CLOSE_LIST && this.#depth === 1) this.#isInList = false
    return byte === CLOSE_OBJECT && this.#depth === 2
  }
}

/** True when the file is one JSON document, not a log. */
export function isDocument(path: string): boolean {
  return path.endsWith('.json')
}

/** What stands before or after the messages of a document, made a document of its own. */
export function completed(piece: Uint8Array): Uint8Array {
  const first = piece[0]
  const last = piece.at(-1)
  if (first === OPEN_OBJECT && last === OPEN_LIST) return Buffer.concat([piece, Buffer.from(']}')])
  if (first === CLOSE_LIST && last === CLOSE_OBJECT) return Buffer.concat([Buffer.from('{"messages":['), piece])
  return piece
}
