import { promisify } from 'node:util'
import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** A chunk's bytes as they are stored; `codec` is 0 for plain, 1 for zstd. */
export interface Encoded {
  codec: number
  bytes: Buffer
}

const PLAIN = 0
const ZSTD = 1

const options = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
const compress = promisify(zstdCompress)

/** Below this a round through the thread pool costs more than the compression. */
const SYNC_BELOW = 8 * 1024

/** Below this nothing is gained but a frame header. */
const PLAIN_BELOW = 64

/** Compresses on the thread pool, so that the caller's thread is free meanwhile. */
export async function encode(bytes: Uint8Array): Promise<Encoded> {
  return bytes.length < SYNC_BELOW ? encodeSync(bytes) : smaller(bytes, await compress(bytes, options))
}

export function encodeSync(bytes: Uint8Array): Encoded {
  if (bytes.length < PLAIN_BELOW) return plain(bytes)
  return smaller(bytes, zstdCompressSync(bytes, options))
}

/** Throws when the bytes are damaged. */
export function decode(encoded: Encoded): Buffer {
  return encoded.codec === PLAIN ? encoded.bytes : zstdDecompressSync(encoded.bytes)
}

function smaller(bytes: Uint8Array, compressed: Buffer): Encoded {
  return compressed.length < bytes.length ? { codec: ZSTD, bytes: compressed } : plain(bytes)
}

function plain(bytes: Uint8Array): Encoded {
  return { codec: PLAIN, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
}
