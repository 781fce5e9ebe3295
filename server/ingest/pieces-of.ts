import type { AgentSource } from '../../db/stores/source-store.ts'
import type { Adapter, Splitter } from '../adapters/adapter.ts'
import { LineSplitter, type Line, type LinePosition } from '../adapters/shared/line-splitter.ts'
import { splitterOf } from '../adapters/shared/splitter-of.ts'

/** What is read at once, such as a line, and the bytes up to the next one: none after the last of a file that does not end. */
export interface EndedPiece {
  line: Line
  end: Uint8Array
}

/** Makes what cuts a source as it is cut when it is read: places in the index then begin where pieces do. */
export type SplitterFor = (source: AgentSource, start?: LinePosition) => Splitter

const LF = Buffer.from('\n')
const CRLF = Buffer.from('\r\n')

export function splittersOf(adapters: readonly Adapter[]): SplitterFor {
  return (source, start) => {
    const adapter = adapters.find(({ id }) => id === source.agent)
    return adapter === undefined || source.role === 'companion'
      ? new LineSplitter(start)
      : splitterOf(adapter, { ...source, agent: adapter.id }, start)
  }
}

/** All pieces of a file, in order; what they and their ends say together is the file. */
export function* piecesOf(
  blocks: Iterable<{ bytes: Uint8Array; offset: number }>,
  splitter: Splitter,
): Generator<EndedPiece, void> {
  yield* splitter instanceof LineSplitter ? linesOf(blocks, splitter) : othersOf(blocks, splitter)
}

function* linesOf(
  blocks: Iterable<{ bytes: Uint8Array; offset: number }>,
  splitter: LineSplitter,
): Generator<EndedPiece, void> {
  for (const { bytes, offset } of blocks) {
    for (const line of splitter.push(bytes, offset)) {
      yield { line, end: line.size - line.bytes.length === 2 ? CRLF : LF }
    }
  }
  const last = splitter.flush()
  if (last) yield { line: last, end: last.size > last.bytes.length ? Buffer.from('\r') : new Uint8Array() }
}

/** Between other pieces anything may stand that belongs to none. They are numbered by the line that they begin in. */
function* othersOf(
  blocks: Iterable<{ bytes: Uint8Array; offset: number }>,
  splitter: Splitter,
): Generator<EndedPiece, void> {
  const rest = new Rest(splitter.position.offset)
  for (const { bytes, offset } of blocks) {
    rest.add(bytes)
    for (const line of splitter.push(bytes, offset)) yield* rest.before(line)
  }
  const last = splitter.flush()
  if (last) yield* rest.before(last)
  yield* rest.before(null)
}

/** The bytes of a file that were not handed out, from where its first piece is looked for. */
class Rest {
  #bytes: Uint8Array = new Uint8Array()
  #offset: number
  #lineNumber = 1
  #open: Line | null = null

  constructor(offset: number) {
    this.#offset = offset
  }

  add(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
  }

  /** The piece before this one with its end, now that it is known where that is; null: before the end of the file. */
  *before(next: Line | null): Generator<EndedPiece, void> {
    const until = next?.offset ?? this.#offset + this.#bytes.length
    const open = this.#open ?? { offset: this.#offset, number: this.#lineNumber, bytes: new Uint8Array(), size: 0 }
    const whole = this.#take(until)
    if (whole.length > 0) yield { line: open, end: whole.subarray(open.bytes.length) }
    // What is held for later must not share memory with a block.
    this.#open = next && { ...next, number: this.#lineNumber, bytes: Uint8Array.from(next.bytes) }
  }

  #take(until: number): Uint8Array {
    const taken = this.#bytes.subarray(0, until - this.#offset)
    this.#bytes = this.#bytes.subarray(taken.length)
    this.#offset = until
    for (const byte of taken) if (byte === 0x0a) this.#lineNumber += 1
    return taken
  }
}
