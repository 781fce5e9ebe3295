import type { Sqlite } from '../client.ts'
import { hash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib'

/** A stored text. */
export interface Content {
  id: number
  sha256: string
  bytes: number
}

interface Row {
  id: number
  base_id: number | null
  depth: number
  prefix: number
  suffix: number
  is_packed: number
  body: Buffer
}

const MOST_CACHED_BYTES = 12_000_000
const DEEPEST = 12
/** Packing has a price of its own, whatever the size. */
const SMALLEST_PACKED = 2500
/** What redaction leaves in texts. */
const MASK = /\bREDACTED\b/
const PACK = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Takes secrets out of what is stored, and puts them back for whoever has to go on from the true text. */
export interface TextMask {
  mask(text: string): string
  unmask(text: string): string
}

const AS_IT_IS: TextMask = { mask: (text) => text, unmask: (text) => text }

/** Keeps the contents of files, each once by its hash; small changes cost only the part that changed. */
export class ContentStore {
  readonly #find
  readonly #row
  readonly #insert
  readonly #facts
  readonly #dependents
  readonly #rewrite
  /** In the order of use: the first is the oldest. */
  readonly #cache = new Map<number, { text: string; buffer: Buffer; depth: number }>()
  #cachedBytes = 0
  readonly #mask: TextMask

  /** Without a `mask` texts come as they are stored. */
  constructor(sqlite: Sqlite, mask: TextMask = AS_IT_IS) {
    this.#mask = mask
    this.#find = sqlite.prepare<[Buffer], { id: number }>('SELECT id FROM code_contents WHERE sha256 = ?')
    this.#row = sqlite.prepare<[number], Row>(
      'SELECT id, base_id, depth, prefix, suffix, is_packed, body FROM code_contents WHERE id = ?',
    )
    this.#insert = sqlite.prepare<[Buffer, number, number | null, number, number, number, number, number, Buffer]>(
      `INSERT INTO code_contents (sha256, bytes, base_id, depth, prefix, suffix, is_packed, is_masked, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#dependents = sqlite.prepare<[number], { id: number }>('SELECT id FROM code_contents WHERE base_id = ?')
    this.#rewrite = sqlite.prepare<[number, Buffer, number]>(
      'UPDATE code_contents SET base_id = NULL, depth = 0, prefix = 0, suffix = 0, is_packed = ?, body = ? WHERE id = ?',
    )
    this.#facts = sqlite.prepare<[number], { id: number; sha256: Buffer; bytes: number }>(
      'SELECT id, sha256, bytes FROM code_contents WHERE id = ?',
    )
  }

  /** Masks a stored text with what is known now; false when it stays as it was. What stands on it is made whole first. */
  maskAgain(id: number): boolean {
    const loaded = this.#load(id)
    if (!loaded) return false
    const masked = Buffer.from(this.#mask.mask(loaded.text))
    if (masked.equals(loaded.buffer)) return false
    for (const dependent of this.#dependents.all(id)) {
      const buffer = this.#load(dependent.id)?.buffer
      if (buffer) this.#storeWhole(dependent.id, buffer)
    }
    this.#storeWhole(id, masked)
    this.forget()
    return true
  }

  #storeWhole(id: number, buffer: Buffer): void {
    const isPacked = buffer.length >= SMALLEST_PACKED
    this.#rewrite.run(isPacked ? 1 : 0, isPacked ? zstdCompressSync(buffer, PACK) : buffer, id)
  }

  /** Stores a text, if it is new, masked and as its difference to `near`. Hash and size are those of the text itself. */
  put(text: string, near: number | null): number {
    const base = near === null ? undefined : this.#cache.get(near)
    if (near !== null && base?.text === text) return near
    const buffer = Buffer.from(text)
    const digest = hash('sha256', buffer, 'buffer')
    const found = this.#find.get(digest)
    if (found) return found.id
    return this.#add(text, buffer, digest, near)
  }

  /** Null for an id that is not known. */
  text(id: number): string | null {
    return this.#load(id)?.text ?? null
  }

  facts(id: number): Content | undefined {
    const row = this.#facts.get(id)
    return row && { id: row.id, sha256: row.sha256.toString('hex'), bytes: row.bytes }
  }

  #add(text: string, buffer: Buffer, digest: Buffer, near: number | null): number {
    const base = near === null ? null : this.#load(near)
    const masked = this.#mask.mask(text)
    const stored = masked === text ? buffer : Buffer.from(masked)
    const shared = base && base.depth < DEEPEST ? sharedEnds(base.buffer, stored) : null
    const isWorth = shared !== null && shared.prefix + shared.suffix > stored.length / 2
    const { prefix, suffix } = isWorth ? shared : { prefix: 0, suffix: 0 }
    const middle = stored.subarray(prefix, stored.length - suffix)
    const isPacked = middle.length >= SMALLEST_PACKED
    const body = isPacked ? zstdCompressSync(middle, PACK) : middle
    const depth = isWorth && base ? base.depth + 1 : 0
    const baseId = isWorth ? near : null
    const marks = [isPacked ? 1 : 0, MASK.test(text) ? 1 : 0] as const
    const added = this.#insert.run(digest, buffer.length, baseId, depth, prefix, suffix, ...marks, body)
    const id = Number(added.lastInsertRowid)
    this.#remember(id, { text, buffer: stored, depth })
    return id
  }

  #load(id: number): { text: string; buffer: Buffer; depth: number } | null {
    const cached = this.#cache.get(id)
    if (cached) {
      this.#cache.delete(id)
      this.#cache.set(id, cached)
      return cached
    }
    const row = this.#row.get(id)
    if (!row) return null
    const buffer = this.#join(row)
    const loaded = { text: this.#mask.unmask(buffer.toString('utf8')), buffer, depth: row.depth }
    this.#remember(id, loaded)
    return loaded
  }

  #join(row: Row): Buffer {
    const middle = row.is_packed ? zstdDecompressSync(row.body) : row.body
    if (row.base_id === null) return middle
    const base = this.#load(row.base_id)?.buffer
    if (!base) throw new Error(`Content ${row.id} stands on content ${row.base_id}, which is not there.`)
    return Buffer.concat([base.subarray(0, row.prefix), middle, base.subarray(base.length - row.suffix)])
  }

  #remember(id: number, loaded: { text: string; buffer: Buffer; depth: number }): void {
    this.#cache.set(id, loaded)
    this.#cachedBytes += loaded.buffer.length * 2
    for (const [oldest, entry] of this.#cache) {
      if (this.#cachedBytes <= MOST_CACHED_BYTES || oldest === id) break
      this.#cache.delete(oldest)
      this.#cachedBytes -= entry.buffer.length * 2
    }
  }

  /** Forgets what a transaction put here that was rolled back. */
  forget(): void {
    this.#cache.clear()
    this.#cachedBytes = 0
  }
}

/** How many bytes two contents have in common at the front and at the end, not counting any byte twice. */
export function sharedEnds(a: Buffer, b: Buffer): { prefix: number; suffix: number } {
  const most = Math.min(a.length, b.length)
  const prefix = sharedFront(a, b, most)
  let suffix = 0
  while (suffix < most - prefix && a[a.length - 1 - suffix] === b[b.length - 1 - suffix]) suffix += 1
  return { prefix, suffix }
}

/** Compares whole blocks first, which is done outside of JavaScript. */
function sharedFront(a: Buffer, b: Buffer, most: number): number {
  const block = 4096
  let at = 0
  while (at + block <= most && a.compare(b, at, at + block, at, at + block) === 0) at += block
  while (at < most && a[at] === b[at]) at += 1
  return at
}
