/** One line of a source, as it stands in the bytes. */
export interface Line {
  /** Bytes before the line in its source. */
  offset: number
  /** Counted from 1. */
  number: number
  /** The content, without the line feed and a carriage return before it. May share memory with the block. */
  bytes: Uint8Array
  /** Bytes that the line takes in the source, its line feed included. */
  size: number
}

/** Where reading goes on: the start of the line that was not finished. */
export interface LinePosition {
  offset: number
  lineNumber: number
}

const LF = 0x0a
const CR = 0x0d

/**
 * Cuts blocks of bytes into lines at line feeds only. The rest after the last line feed waits, however long it grows:
 * each byte of it is copied twice at most.
 */
export class LineSplitter {
  #offset: number
  #lineNumber: number
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #isFlushed = false

  constructor(start: LinePosition = { offset: 0, lineNumber: 1 }) {
    this.#offset = start.offset
    this.#lineNumber = start.lineNumber
  }

  /** The start of the unfinished line: a splitter that is constructed from it and fed from there gives the same lines. */
  get position(): LinePosition {
    return { offset: this.#offset, lineNumber: this.#lineNumber }
  }

  /** Bytes after the last line feed. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /**
   * Takes the next block and returns the lines that it finishes. `offset` is where the block starts in the source; a gap
   * or an overlap throws. The block may be reused by the caller once the returned lines were read.
   */
  push(block: Uint8Array, offset: number): Line[] {
    const expected = this.#offset + this.#waitingBytes
    if (offset !== expected) throw new Error(`A block at byte ${offset} was read where byte ${expected} was due.`)

    const lines: Line[] = []
    let start = this.#skipLateFeed(block)
    for (let end = block.indexOf(LF, start); end !== -1; end = block.indexOf(LF, start)) {
      const piece = block.subarray(start, end)
      lines.push(this.#take(this.#joined(piece)))
      start = end + 1
    }
    if (start < block.length) {
      // Not `slice`: that of a Buffer shares its memory.
      this.#waiting.push(new Uint8Array(block.subarray(start)))
      this.#waitingBytes += block.length - start
    }
    return lines
  }

  /** The unfinished line as it stands. It goes on waiting: more bytes give it again from the same offset, longer. */
  peek(): Line | null {
    if (this.#waitingBytes === 0) return null
    const all = concat(this.#waiting, this.#waitingBytes)
    this.#waiting = [all]
    return lineOf(all, this.position, 0)
  }

  /**
   * Hands out the unfinished line for good, for a source that has gone quiet. A line feed that comes next still belongs to
   * it; anything else is a line of its own.
   */
  flush(): Line | null {
    const line = this.peek()
    if (line === null) return null
    this.#waiting = []
    this.#waitingBytes = 0
    this.#step(line)
    this.#isFlushed = true
    return line
  }

  #joined(last: Uint8Array): Uint8Array {
    if (this.#waitingBytes === 0) return last
    const all = concat([...this.#waiting, last], this.#waitingBytes + last.length)
    this.#waiting = []
    this.#waitingBytes = 0
    return all
  }

  #take(bytes: Uint8Array): Line {
    const line = lineOf(bytes, this.position, 1)
    this.#step(line)
    return line
  }

  #step(line: Line): void {
    this.#offset += line.size
    this.#lineNumber += 1
  }

  #skipLateFeed(block: Uint8Array): number {
    if (!this.#isFlushed || block.length === 0) return 0
    this.#isFlushed = false
    if (block[0] !== LF) return 0
    this.#offset += 1
    return 1
  }
}

/** The line without white space and NUL bytes at both ends, and without a byte order mark. */
export function trimFiller(bytes: Uint8Array): Uint8Array {
  let start = hasByteOrderMark(bytes) ? 3 : 0
  let end = bytes.length
  while (start < end && isFiller(bytes[start] ?? 0)) start += 1
  while (end > start && isFiller(bytes[end - 1] ?? 0)) end -= 1
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function isFiller(byte: number): boolean {
  return byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

function lineOf(bytes: Uint8Array, at: LinePosition, feed: 0 | 1): Line {
  const end = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length
  return { offset: at.offset, number: at.lineNumber, bytes: bytes.subarray(0, end), size: bytes.length + feed }
}

function concat(parts: Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
