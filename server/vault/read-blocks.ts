import type { FileStamp } from '../../db/stores/vault-store.ts'
import { CHUNK_MAX, type Chunker } from './chunker.ts'
import type { SourceFile } from './source-file.ts'

/** Largest block, in bytes: holds at least one whole chunk. */
const BLOCK = 2 * CHUNK_MAX

/** Shorter blocks get a buffer of their own size. */
const SHORT = 64 * 1024

/** How many buffers wait to be used again: two for the block that is handed on and the one that is read meanwhile. */
const MAX_FREE = 3

/** Lends buffers for blocks. Used again, they spare the system a fresh page for every 4 KiB that is read. */
export class BlockBuffers {
  readonly #free: Buffer[] = []

  borrow(length: number): Buffer {
    if (length < SHORT) return Buffer.allocUnsafe(length)
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK)
  }

  giveBack(buffer: Buffer): void {
    if (buffer.length === BLOCK && this.#free.length < MAX_FREE) this.#free.push(buffer)
  }
}

/** How often a file may grow while it is read before the rest is left to the next time. */
const MAX_ROUNDS = 8

/** New bytes of a file. All blocks but the last end at a boundary of the chunker. */
export interface RawBlock {
  offset: number
  bytes: Buffer
  /** What `bytes` is a part of; to be given back when the block is done with. */
  buffer: Buffer
  /** Positions in the file after which a chunk ends. */
  cuts: number[]
  /** Set on the last block: the state of the file to whose end it was read; null when it shrank meanwhile. */
  end: { stamp: FileStamp | null } | null
}

export interface ReadPlan {
  file: Pick<SourceFile, 'fill' | 'stamp'>
  offset: number
  stamp: FileStamp
  chunker: Chunker
  buffers: BlockBuffers
}

/** Reads a file from an offset to its end, and on while it grows. The last block may be empty. */
export async function* readBlocks({ file, chunker, buffers, ...start }: ReadPlan): AsyncGenerator<RawBlock, void> {
  let stamp = start.stamp
  let offset = start.offset
  let carried: Buffer = Buffer.alloc(0)
  for (let round = 0; ;) {
    const position = offset + carried.length
    const wanted = Math.max(0, Math.min(BLOCK - carried.length, stamp.size - position))
    const buffer = buffers.borrow(carried.length + wanted)
    carried.copy(buffer)
    const got = wanted === 0 ? 0 : await file.fill(buffer.subarray(carried.length, carried.length + wanted), position)
    const filled = carried.length + got
    const cuts = findCuts(chunker, buffer, { from: carried.length, to: filled, offset })

    const isShort = got < wanted
    if (!isShort && offset + filled === stamp.size) {
      const now = file.stamp()
      if (now.size > stamp.size && round < MAX_ROUNDS) round++
      if (now.size <= stamp.size || round === MAX_ROUNDS) {
        yield { offset, bytes: buffer.subarray(0, filled), buffer, cuts, end: { stamp } }
        return
      }
      stamp = now
    }
    if (isShort) {
      yield { offset, bytes: buffer.subarray(0, filled), buffer, cuts, end: { stamp: null } }
      return
    }

    const settled = (cuts.at(-1) ?? offset) - offset
    if (settled > 0) yield { offset, bytes: buffer.subarray(0, settled), buffer, cuts, end: null }
    carried = buffer.subarray(settled, filled)
    offset += settled
  }
}

function findCuts(chunker: Chunker, buffer: Buffer, range: { from: number; to: number; offset: number }): number[] {
  const cuts: number[] = []
  for (let position = range.from; ;) {
    position = chunker.cut(buffer, position, range.to)
    if (position === -1) return cuts
    cuts.push(range.offset + position)
  }
}
