import { promisify } from 'node:util'
import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync, type ZstdOptions } from 'node:zlib'

/** A chunk's bytes as they are stored; `codec` is 0 for plain, 1 for zstd. */
export interface Encoded {
  codec: number
  bytes: Buffer
}

const PLAIN = 0
const ZSTD = 1

/**
 * Tables no larger than a chunk needs. With those of the level itself, each of several compressions at once touches
 * some megabytes of fresh memory, and takes four times as long.
 */
const options: ZstdOptions = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 3,
    [constants.ZSTD_c_windowLog]: 19,
    [constants.ZSTD_c_hashLog]: 15,
    [constants.ZSTD_c_chainLog]: 15,
  },
  chunkSize: 64 * 1024,
}

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

/** `length` is that of the result. Throws when the bytes are damaged. */
export function decode({ codec, bytes, length }: Encoded & { length: number }): Buffer {
  return codec === PLAIN ? bytes : zstdDecompressSync(bytes, { chunkSize: Math.max(1024, length) })
}

function smaller(bytes: Uint8Array, compressed: Buffer): Encoded {
  return compressed.length < bytes.length ? { codec: ZSTD, bytes: compressed } : plain(bytes)
}

function plain(bytes: Uint8Array): Encoded {
  return { codec: PLAIN, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
}
