import type { SourceStore } from '../../db/stores/source-store.ts'
import type { Splitter } from '../adapters/adapter.ts'
import { LineSplitter } from '../adapters/shared/line-splitter.ts'
import type { Vault } from '../vault/vault.ts'
import { LineRedactor } from '../redaction/line-redactor.ts'
import { isPersonal } from '../redaction/personal.ts'
import type { Scanner } from '../redaction/scanner.ts'
import { isPiece, redactParts } from './redact-generation.ts'
import type { KnownSecrets } from './known-secrets.ts'
import type { SplitterFor } from './pieces-of.ts'
import type { Pseudonyms } from './pseudonyms.ts'

/** Bytes that are to be given away: a part of a kept state, from a byte on, or bytes that were made of it. */
export type RedactRequest = {
  /** Secrets that stay as they are. */
  keep: number[]
  /** Exchange personal data for pseudonyms too. */
  personal: boolean
  /** `pieces`: as the file is cut when it is read, made bytes at line feeds. `whole`: all of it is one text. */
  grain: 'pieces' | 'whole'
} & ({ from: 'kept'; generationId: number; offset: number; end: number } | { from: 'bytes'; bytes: Uint8Array })

type KeptRequest = Extract<RedactRequest, { from: 'kept' }>

/** A value that lines hold; without its value. */
export interface MetSecret {
  secretId: number
  hits: number
  isTakenOut: boolean
}

/** The lines without secrets, and what was met in them. */
export interface RedactedBlock {
  bytes: Uint8Array
  /** Where the next block of a kept state begins; the length of bytes that were given. */
  next: number
  lines: number
  changedLines: number
  met: MetSecret[]
  /** Places where personal data was exchanged. */
  personal: number
  /** Strings that could not be looked at, or hold a value that must not be touched, or lines that could not be changed. */
  doubtful: number
  /** How many values were known before, and after. */
  known: { before: number; after: number }
}

const BLOCK = 512 * 1024
/** A stream without end is cut after so many bytes. */
const LARGEST_RUN = 64 * 1024 * 1024
const LF = 10

interface BlockParts {
  vault: Pick<Vault, 'readRange'>
  sources: Pick<SourceStore, 'ofGeneration'>
  splitterFor: SplitterFor
  scanner: Scanner
  secrets: KnownSecrets
  pseudonyms: Pseudonyms
}

/** Takes secrets out of lines, a block at a time. Values that are met for the first time are noted as secrets. */
export class BlockRedactor {
  readonly #parts: BlockParts

  constructor(parts: BlockParts) {
    this.#parts = parts
  }

  redact(request: RedactRequest): RedactedBlock {
    const { scanner, secrets, pseudonyms } = this.#parts
    const { keep, personal, grain } = request
    const offset = request.from === 'bytes' ? 0 : request.offset
    const block = request.from === 'bytes' ? request.bytes : this.#read(request)
    const kept = new Set(keep)
    const before = secrets.values
    const withoutSecrets = new LineRedactor({
      scanner,
      known: secrets.all,
      placeholderOf: ({ value }) => secrets.markFor(value),
      takesOut: (finding) => !kept.has(secrets.note(finding).id),
    })
    const redactor = personal ? pseudonyms.after(withoutSecrets) : withoutSecrets
    const parts: Uint8Array[] = []
    const met = new Map<number, MetSecret>()
    const result = { next: offset + block.length, lines: 0, changedLines: 0, personal: 0, doubtful: 0 }
    const splitter = request.from === 'bytes' ? new LineSplitter() : this.#splitterAt(request)
    for (const { after, found: line } of redactParts([{ bytes: block, offset }], redactor, { grain, splitter })) {
      parts.push(after)
      result.lines += 1
      if (line.isChanged) result.changedLines += 1
      result.doubtful += line.unchecked.length + line.untouchable.length + (line.problem === null ? 0 : 1)
      for (const { finding, isTakenOut } of line.hits) {
        if (isPersonal(finding.kind)) {
          result.personal += 1
          continue
        }
        const secretId = secrets.note(finding).id
        const one = met.get(secretId) ?? { secretId, hits: 0, isTakenOut }
        one.hits += 1
        met.set(secretId, one)
      }
    }
    const known = { before, after: secrets.values }
    return { ...result, known, bytes: Buffer.concat(parts), met: [...met.values()] }
  }

  /** What cuts the file, from a place where a piece ended. */
  #splitterAt({ generationId, offset }: KeptRequest): Splitter {
    const start = { offset, lineNumber: 1 }
    const source = this.#parts.sources.ofGeneration(generationId)
    return source === undefined ? new LineSplitter(start) : this.#parts.splitterFor(source, start)
  }

  #read(request: KeptRequest): Uint8Array {
    const { generationId, offset, end, grain } = request
    const read = (size: number) => this.#parts.vault.readRange(generationId, offset, Math.min(size, end - offset))
    if (grain === 'whole') return read(end - offset)
    for (let size = BLOCK; ; size *= 4) {
      const bytes = read(size)
      if (offset + bytes.length >= end) return bytes
      const border = this.#borderIn(bytes, request, size)
      if (border > 0) return bytes.subarray(0, border)
    }
  }

  #borderIn(bytes: Uint8Array, request: KeptRequest, size: number): number {
    const splitter = this.#splitterAt(request)
    if (splitter instanceof LineSplitter) return size < LARGEST_RUN ? borderIn(bytes) : bytes.lastIndexOf(LF) + 1
    splitter.push(bytes, request.offset)
    return splitter.position.offset - request.offset
  }
}

/**
 * Where a block can end: behind a whole line, and not among lines of a stream, because a value may begin in one of them and
 * end in the next. 0 where it cannot.
 */
export function borderIn(bytes: Uint8Array): number {
  let border = bytes.lastIndexOf(LF) + 1
  while (border > 0) {
    const start = border < 2 ? 0 : bytes.lastIndexOf(LF, border - 2) + 1
    if (!isPiece(bytes.subarray(start, border - 1))) return border
    border = start
  }
  return 0
}
