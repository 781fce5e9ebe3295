import type { AgentSource } from '../../db/stores/source-store.ts'
import { LineSplitter, type Line } from '../adapters/shared/line-splitter.ts'
import type { LineRedactor, RedactedLine } from '../redaction/line-redactor.ts'

/** A part of a file: a line with its end, or the whole of a file that has no records. */
export interface RedactedPart {
  /** Counted from 1. */
  line: number
  before: Uint8Array
  after: Uint8Array
  /** What was found in it. */
  found: RedactedLine
}

const LF = Buffer.from('\n')
const CRLF = Buffer.from('\r\n')
/** A larger file is looked at line by line, whatever it is. */
const LARGEST_WHOLE = 16 * 1024 * 1024
/** Where a NUL tells that a file is no text. */
const HEAD = 8192

/** How much of a file is looked at in one go. */
export type Grain = 'lines' | 'whole' | 'none'

/**
 * Records are looked at one by one. A side file without records is looked at as a whole, because a key block has several
 * lines; one that is no text is left as it is.
 */
export function grainOf(source: Pick<AgentSource, 'role' | 'path'>, length: number, head: Uint8Array): Grain {
  if (source.role !== 'companion' || source.path.endsWith('.jsonl')) return 'lines'
  if (head.subarray(0, HEAD).includes(0)) return 'none'
  return length > LARGEST_WHOLE ? 'lines' : 'whole'
}

/** Takes secrets out of the bytes of a file, part by part, in order. What comes out is all of it, changed or not. */
export function* redactParts(
  blocks: Iterable<{ bytes: Uint8Array; offset: number }>,
  redactor: Pick<LineRedactor, 'redact'>,
  grain: Grain,
): Generator<RedactedPart, void> {
  if (grain === 'whole') {
    const before = Buffer.concat([...blocks].map(({ bytes }) => Uint8Array.from(bytes)))
    const found = redactor.redact(before)
    yield { line: 1, before, after: found.bytes, found }
    return
  }
  for (const { line, end } of linesOf(blocks)) {
    const before = end.length === 0 ? line.bytes : Buffer.concat([line.bytes, end])
    const found = grain === 'none' ? unchanged(line.bytes) : redactor.redact(line.bytes)
    const after = found.isChanged ? Buffer.concat([found.bytes, end]) : before
    yield { line: line.number, before, after, found }
  }
}

/** Lines with what ends each of them; the last may end with nothing. */
export function* linesOf(
  blocks: Iterable<{ bytes: Uint8Array; offset: number }>,
): Generator<{ line: Line; end: Uint8Array }, void> {
  const splitter = new LineSplitter()
  for (const { bytes, offset } of blocks) {
    for (const line of splitter.push(bytes, offset)) {
      yield { line, end: line.size - line.bytes.length === 2 ? CRLF : LF }
    }
  }
  const last = splitter.flush()
  if (last) yield { line: last, end: last.size > last.bytes.length ? Buffer.from('\r') : new Uint8Array() }
}

function unchanged(bytes: Uint8Array): RedactedLine {
  return { bytes, isChanged: false, hits: [], unchecked: [], untouchable: [], problem: null }
}
