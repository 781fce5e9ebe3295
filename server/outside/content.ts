import { hash } from 'node:crypto'

/**
 * What a file shall hold. Large contents come in blocks, each read when it is its turn; `blocks` can be called again.
 * `read` makes random access cheap where it is (kept bytes); without it the blocks are walked.
 */
export type Content =
  | { bytes: Uint8Array }
  | {
      length: number
      sha256?: string
      blocks(): Iterable<Uint8Array>
      read?(offset: number, length: number): Uint8Array
    }

/** So much is read, hashed or written at once: a few milliseconds of the event loop. */
export const BLOCK = 1024 * 1024

export function lengthOf(content: Content): number {
  return 'bytes' in content ? content.bytes.length : content.length
}

/** Hands out all bytes in pieces of at most `BLOCK`. */
export function* blocksOf(content: Content): Generator<Uint8Array, void> {
  if (!('bytes' in content)) {
    for (const block of content.blocks()) yield* cut(block)
    return
  }
  yield* cut(content.bytes)
}

/** The bytes of a range; shorter where the content ends. */
export function rangeOf(content: Content, offset: number, length: number): Uint8Array {
  if ('bytes' in content) return content.bytes.subarray(offset, offset + length)
  if (content.read) return content.read(offset, length)
  const parts: Uint8Array[] = []
  let at = 0
  for (const block of content.blocks()) {
    const start = Math.max(0, offset - at)
    const end = Math.min(block.length, offset + length - at)
    if (end > start) parts.push(block.subarray(start, end))
    at += block.length
    if (at >= offset + length) break
  }
  return Buffer.concat(parts)
}

/** Reads a range of a generation in the vault. */
export type ReadKept = (generationId: number, offset: number, length: number) => Uint8Array

/** The first `length` bytes of a generation as a content. */
export function keptContent(read: ReadKept, generationId: number, length: number): Content {
  return {
    length,
    read: (offset, most) => read(generationId, offset, Math.max(0, Math.min(most, length - offset))),
    *blocks() {
      for (let offset = 0; offset < length; offset += BLOCK) {
        yield read(generationId, offset, Math.min(BLOCK, length - offset))
      }
    },
  }
}

/** SHA-256 in hex of bytes that are at hand. */
export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

function* cut(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let offset = 0; offset < bytes.length; offset += BLOCK) yield bytes.subarray(offset, offset + BLOCK)
}
