import type { AgentSource } from '../../db/stores/source-store.ts'
import type { Splitter } from '../adapters/adapter.ts'
import { pieceIn } from '../redaction/pieces.ts'
import type { LineRedactor, RedactedLine } from '../redaction/line-redactor.ts'
import { piecesOf, type EndedPiece } from './pieces-of.ts'

/** A part of a file: a line or another piece with its end, or the whole of a file that has no records. */
export interface RedactedPart {
  /** In which line it begins, counted from 1. */
  line: number
  before: Uint8Array
  after: Uint8Array
  /** What was found in it. */
  found: RedactedLine
}

type Redactor = Pick<LineRedactor, 'redact' | 'redactPieces'>

/** Pieces of a stream are short, and so is the text that is looked at at once. */
const LONGEST_PIECE = 64 * 1024
const LONGEST_RUN = 2000

/** A larger file is looked at line by line, whatever it is. */
const LARGEST_WHOLE = 16 * 1024 * 1024
/** Where a NUL tells that a file is no text. */
const HEAD = 8192

/** How much of a file is looked at in one go. */
export type Grain = 'pieces' | 'whole' | 'none'

/**
 * Records are looked at one by one. A side file without records is looked at as a whole, because a key block has several
 * lines; one that is no text is left as it is.
 */
export function grainOf(source: Pick<AgentSource, 'role' | 'path'>, length: number, head: Uint8Array): Grain {
  if (source.role !== 'companion' || source.path.endsWith('.jsonl')) return 'pieces'
  if (head.subarray(0, HEAD).includes(0)) return 'none'
  return length > LARGEST_WHOLE ? 'pieces' : 'whole'
}

/** Takes secrets out of the bytes of a file, part by part, in order. What comes out is all of it, changed or not. */
export function* redactParts(
  blocks: Iterable<{ bytes: Uint8Array; offset: number }>,
  redactor: Redactor,
  { grain, splitter }: { grain: Grain; splitter: Splitter },
): Generator<RedactedPart, void> {
  if (grain === 'whole') {
    const before = Buffer.concat([...blocks].map(({ bytes }) => Uint8Array.from(bytes)))
    const found = redactor.redact(before)
    yield { line: 1, before, after: found.bytes, found }
    return
  }
  let run: EndedPiece[] = []
  for (const one of piecesOf(blocks, splitter)) {
    if (grain === 'none') yield partOf(one, unchanged(one.line.bytes))
    else if (isPiece(one.line.bytes) && run.length < LONGEST_RUN) run.push(copyOf(one))
    else {
      yield* joined(run, redactor)
      run = []
      yield partOf(one, redactor.redact(one.line.bytes))
    }
  }
  yield* joined(run, redactor)
}

/** Lines of a stream that follow on each other hold one text. */
function* joined(run: readonly EndedPiece[], redactor: Redactor): Generator<RedactedPart, void> {
  const lines = run.map(({ line }) => line.bytes)
  const found = lines.length === 1 ? lines.map((line) => redactor.redact(line)) : redactor.redactPieces(lines)
  for (const [index, one] of run.entries()) {
    const own = found[index]
    if (own) yield partOf(one, own)
  }
}

function partOf({ line, end }: EndedPiece, found: RedactedLine): RedactedPart {
  const before = end.length === 0 ? line.bytes : Buffer.concat([line.bytes, end])
  const after = found.isChanged ? Buffer.concat([found.bytes, end]) : before
  return { line: line.number, before, after, found }
}

/** What is held for later must not share memory with a block. */
function copyOf({ line, end }: EndedPiece): EndedPiece {
  return { line: { ...line, bytes: Uint8Array.from(line.bytes) }, end }
}

/** True for a line that holds a piece of a text which its neighbours go on with. */
export function isPiece(line: Uint8Array): boolean {
  if (line.length > LONGEST_PIECE) return false
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  return text.includes('"delta"') && pieceIn(text.toString('utf8')) !== null
}

function unchanged(bytes: Uint8Array): RedactedLine {
  return { bytes, isChanged: false, hits: [], unchecked: [], untouchable: [], problem: null }
}
