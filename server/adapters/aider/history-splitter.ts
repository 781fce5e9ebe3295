import type { Splitter } from '../adapter.ts'
import type { Line, LinePosition } from '../shared/line-splitter.ts'
import { AnswerLines, channelOf, type Channel } from './channels.ts'

const LF = 0x0a

/**
 * Cuts a history into what was written at once: the beginning of a run, a prompt with all its lines, an answer, a line of
 * Aider's own. Blank lines before a piece belong to it, so a piece is read the same wherever reading went on.
 */
export class HistorySplitter implements Splitter {
  #offset: number
  #number: number
  #waiting: Buffer = Buffer.alloc(0)
  /** Start of the first line among the waiting bytes that was not looked at. */
  #at = 0
  /** What the waiting bytes are the beginning of; null while they are blank. */
  #open: { channel: 'user' } | { channel: 'assistant'; lines: AnswerLines } | null = null

  constructor(start: LinePosition = { offset: 0, lineNumber: 1 }) {
    this.#offset = start.offset
    this.#number = start.lineNumber
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
    const cut = (end: number): void => {
      pieces.push(this.#piece(bytes.subarray(taken, end), this.#offset + taken))
      taken = end
      this.#open = null
    }
    for (let end = bytes.indexOf(LF, this.#at); end !== -1; end = bytes.indexOf(LF, this.#at)) {
      const line = bytes.toString('utf8', this.#at, end).replace(/\r$/, '')
      if (this.#isOver(line)) cut(this.#at)
      this.#at = end + 1
      if (this.#open === null) this.#begin(channelOf(line), () => cut(end + 1))
      if (this.#open?.channel === 'assistant') this.#open.lines.take(line)
    }
    this.#leave(bytes, taken)
    return pieces
  }

  /** What waits counts as whole when its source is quiet: an answer that nothing followed, a prompt without an answer. */
  peek(): Line | null {
    if (this.#waiting.length === 0) return null
    return { offset: this.#offset, number: this.#number, bytes: this.#waiting, size: this.#waiting.length }
  }

  flush(): Line | null {
    if (this.#waiting.length === 0) return null
    const piece = this.#piece(this.#waiting, this.#offset)
    this.#open = null
    this.#leave(this.#waiting, this.#waiting.length)
    return piece
  }

  #isOver(line: string): boolean {
    if (this.#open === null) return false
    return this.#open.channel === 'user' ? channelOf(line) !== 'user' : this.#open.lines.endsBefore(line)
  }

  #begin(channel: Channel, cut: () => void): void {
    if (channel === 'header' || channel === 'tool') cut()
    else if (channel === 'user') this.#open = { channel }
    else if (channel === 'assistant') this.#open = { channel, lines: new AnswerLines() }
  }

  #piece(bytes: Buffer, offset: number): Line {
    const piece = { offset, number: this.#number, bytes, size: bytes.length }
    this.#number += 1
    return piece
  }

  #leave(bytes: Buffer, taken: number): void {
    this.#waiting = Buffer.from(bytes.subarray(taken))
    this.#offset += taken
    this.#at -= taken
    if (taken === bytes.length) this.#at = 0
  }
}
