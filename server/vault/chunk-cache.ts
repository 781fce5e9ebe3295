/** The most recently used chunks, decompressed, up to a number of bytes. */
export class ChunkCache {
  readonly #capacity: number
  readonly #chunks = new Map<number, Buffer>()
  #bytes = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  find(id: number): Buffer | undefined {
    const chunk = this.#chunks.get(id)
    if (chunk === undefined) return undefined
    this.#chunks.delete(id)
    this.#chunks.set(id, chunk)
    return chunk
  }

  put(id: number, chunk: Buffer): void {
    if (chunk.length > this.#capacity || this.#chunks.has(id)) return
    this.#chunks.set(id, chunk)
    this.#bytes += chunk.length
    for (const [oldest, { length }] of this.#chunks) {
      if (this.#bytes <= this.#capacity) return
      this.#chunks.delete(oldest)
      this.#bytes -= length
    }
  }
}
