import type { ForkRequest, KeptFile } from '../adapter.ts'
import { LineSplitter, trimFiller } from '../shared/line-splitter.ts'
import { countOf, isShape, shapeOf, textOf, type Shape } from '../shared/shape.ts'

/** Bytes that are read at once. */
const BLOCK = 1024 * 1024

/** A line of a kept file with the line feed after it. */
export interface ForkLine {
  file: number
  from: number
  to: number
  bytes: Uint8Array
  /** Null where it cannot be read. */
  record: Shape | null
}

/** A part of a file: what of it belongs to a session. */
export interface Span {
  file: number
  from: number
  to: number
}

/** What a fork is made of: files one after the other, each up to where the next one goes on. */
export interface Chain {
  /** The last one ends with its file: where the fork ends is found in it. */
  spans: Span[]
  /** The head of the last file, which says most about the session. */
  head: Shape
  /** Ids of all threads of the chain. */
  threads: string[]
  /** The base that the first file of the chain goes on from, when its bytes are not there. */
  missing: Shape | null
}

/** Follows a session back to where it began. */
export function chainOf(files: ForkRequest['files']): Chain {
  const head = headOf(files[0])
  const chain: Chain = {
    spans: [{ file: 0, from: 0, to: files[0].length }],
    head,
    threads: threadsOf(head),
    missing: null,
  }
  const seen = new Set<KeptFile>([files[0]])
  for (let meta = shapeOf(head['payload']); isShape(meta['history_base']);) {
    const base = shapeOf(meta['history_base'])
    const thread = textOf(base['thread_id']) ?? ''
    const end = countOf(base['end_byte_offset'])
    const file = files.findIndex((one) => !seen.has(one) && one.path.includes(thread) && one.length >= end)
    const found = files[file]
    if (thread === '' || found === undefined) {
      chain.missing = base
      break
    }
    seen.add(found)
    const next = headOf(found)
    chain.spans.unshift({ file, from: 0, to: end })
    chain.threads.push(...threadsOf(next))
    meta = shapeOf(next['payload'])
  }
  return chain
}

/** The lines of a part of a file, in order. */
export function* linesIn(file: KeptFile, span: Span): Generator<ForkLine> {
  const splitter = new LineSplitter({ offset: span.from, lineNumber: 1 })
  for (let from = span.from; from < span.to; from += BLOCK) {
    for (const line of splitter.push(file.read(from, Math.min(from + BLOCK, span.to)), from)) {
      yield toLine(span.file, line.offset, line)
    }
  }
  const last = splitter.flush()
  if (last !== null) yield toLine(span.file, last.offset, last)
}

function toLine(file: number, from: number, line: { bytes: Uint8Array; size: number }): ForkLine {
  return { file, from, to: from + line.size, bytes: line.bytes, record: recordIn(line.bytes) }
}

function headOf(file: KeptFile): Shape {
  for (const { record } of linesIn(file, { file: 0, from: 0, to: file.length })) return record ?? {}
  return {}
}

function threadsOf(head: Shape): string[] {
  const id = textOf(shapeOf(head['payload'])['id'])
  return id === null ? [] : [id]
}

function recordIn(bytes: Uint8Array): Shape | null {
  const trimmed = trimFiller(bytes)
  if (trimmed.length === 0) return null
  try {
    const record: unknown = JSON.parse(Buffer.from(trimmed).toString('utf8'))
    return isShape(record) ? record : null
  } catch {
    return null
  }
}
