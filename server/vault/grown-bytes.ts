import type { FileStamp } from '../../db/stores/vault-store.ts'

/** Bytes that a source has grown by, in the shape of the file that they would be the end of. */
export class GrownBytes {
  readonly #bytes: Uint8Array
  readonly #before: number
  readonly #stamp: FileStamp

  constructor(bytes: Uint8Array, { before, stamp }: { before: number; stamp: FileStamp }) {
    this.#bytes = bytes
    this.#before = before
    this.#stamp = stamp
  }

  stamp(): FileStamp {
    return this.#stamp
  }

  /** Only what is new can be read. */
  fill(buffer: Buffer, position: number): Promise<number> {
    const from = position - this.#before
    const part = this.#bytes.subarray(from, from + buffer.length)
    buffer.set(part)
    return Promise.resolve(part.length)
  }
}
