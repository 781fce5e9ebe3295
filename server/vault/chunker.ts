/** Where chunks may end. Chosen by measurement: docs/decisions/0003-vault-chunks.md. */
export const CHUNK_MIN = 64 * 1024
export const CHUNK_NORMAL = 128 * 1024
export const CHUNK_MAX = 512 * 1024

/** A byte leaves the hash after this many further ones, because it was shifted out. */
const WINDOW = 32

/** Below the normal size a boundary is rare, above it likely, so that sizes gather around it. */
const MASK_EARLY = -1 << (32 - 18)
const MASK_LATE = -1 << (32 - 15)

/**
 * Finds content-defined boundaries: the same bytes are cut at the same places, whatever stands before them and in
 * however many parts they arrive. A rolling gear hash of the last 32 bytes decides.
 */
export class Chunker {
  #hash = 0
  #length = 0

  /** Goes on within a chunk of which `length` bytes came before; `before` are the last of them, at least 32 if there are as many. */
  constructor(length = 0, before: Uint8Array = new Uint8Array()) {
    const window = before.subarray(Math.max(0, before.length - Math.min(WINDOW, length)))
    for (const byte of window) this.#hash = ((this.#hash << 1) + gear(byte)) | 0
    this.#length = length
  }

  /** Reads on from `start` and returns the position after the next boundary, or -1 when there is none up to `end`. */
  cut(bytes: Uint8Array, start: number, end: number): number {
    const base = start - this.#length
    // `| 0` keeps these in machine integers, which halves the time of the loops.
    let position = Math.min(end, Math.max(start, base + CHUNK_MIN - WINDOW)) | 0
    const min = Math.min(end, base + CHUNK_MIN) | 0
    const normal = Math.min(end, base + CHUNK_NORMAL) | 0
    const max = Math.min(end, base + CHUNK_MAX) | 0
    let hash = this.#hash
    for (; position < min; position++) hash = ((hash << 1) + gear(bytes[position])) | 0
    for (; position < normal; position++) {
      hash = ((hash << 1) + gear(bytes[position])) | 0
      if ((hash & MASK_EARLY) === 0) return this.#begin(position + 1)
    }
    for (; position < max; position++) {
      hash = ((hash << 1) + gear(bytes[position])) | 0
      if ((hash & MASK_LATE) === 0) return this.#begin(position + 1)
    }
    if (max === base + CHUNK_MAX) return this.#begin(max)
    this.#hash = hash
    this.#length = end - base
    return -1
  }

  #begin(position: number): number {
    this.#hash = 0
    this.#length = 0
    return position
  }
}

/** Fixed for ever: other numbers would cut the same bytes elsewhere, and nothing old would be found again. */
const GEAR = makeGear()

function gear(byte: number | undefined): number {
  return GEAR[byte ?? 0] ?? 0
}

function makeGear(): Int32Array {
  const table = new Int32Array(256)
  let state = 0x9e3779b9 | 0
  for (let byte = 0; byte < 256; byte++) {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    table[byte] = mixed ^ (mixed >>> 14)
  }
  return table
}
