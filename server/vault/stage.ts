import { hash } from 'node:crypto'
import { encode, type Encoded } from './codec.ts'
import type { RawBlock } from './read-blocks.ts'

/** A piece whose bytes are being compressed. */
export interface StagedPiece {
  offset: number
  bytes: Uint8Array
  sha256: Buffer
  /** Null when the vault has the bytes already. */
  encoded: Promise<Encoded> | null
}

/** A block that is ready to be stored, once its pieces are compressed. */
export interface StagedBlock {
  raw: RawBlock
  pieces: StagedPiece[]
  /** Loose pieces from here on are replaced by the new ones; null when none are. */
  dropFrom: number | null
  /** Up to here the pieces end at boundaries. */
  settled: number
}

/** The loose end of a generation: bytes after the last boundary, kept in small pieces as they came. */
export interface LooseEnd {
  /** The last boundary. */
  settled: number
  /** How many pieces there are. */
  pieces: number
  /** Reads them. */
  read(): Uint8Array
}

/** More loose pieces than this are made one: each small piece costs a row and compresses badly. */
const MAX_LOOSE = 32

/** Cuts a block into pieces and starts compressing those that are new. */
export function stage(raw: RawBlock, loose: LooseEnd, isKnown: (sha256: Buffer) => boolean): StagedBlock {
  const end = raw.offset + raw.bytes.length
  const settled = raw.cuts.at(-1) ?? loose.settled
  const hasLoose = loose.settled < raw.offset
  const replacesLoose = hasLoose && (raw.cuts.length > 0 || (loose.pieces >= MAX_LOOSE && end > raw.offset))
  const before = replacesLoose ? loose.read() : new Uint8Array()

  const pieces: StagedPiece[] = []
  let from = raw.offset
  for (const to of [...raw.cuts, end]) {
    if (to === from) continue
    const fresh = raw.bytes.subarray(from - raw.offset, to - raw.offset)
    const isFirst = from === raw.offset && before.length > 0
    pieces.push(stagePiece(isFirst ? Buffer.concat([before, fresh]) : fresh, to, isKnown))
    from = to
  }
  return { raw, pieces, dropFrom: replacesLoose ? loose.settled : null, settled }
}

function stagePiece(bytes: Uint8Array, end: number, isKnown: (sha256: Buffer) => boolean): StagedPiece {
  const sha256 = hash('sha256', bytes, 'buffer')
  return { offset: end - bytes.length, bytes, sha256, encoded: isKnown(sha256) ? null : encode(bytes) }
}
