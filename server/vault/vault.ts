import type { FileStamp, SourceIdentity, VaultSource, VaultStore } from '../../db/stores/vault-store.ts'
import { ChunkCache } from './chunk-cache.ts'
import { decode } from './codec.ts'
import { compareWithFile } from './compare.ts'
import { EDGE, keepFile, type Draft, type KeptBlock } from './keep.ts'
import { GrownBytes } from './grown-bytes.ts'
import { BlockBuffers } from './read-blocks.ts'
import { isSameStamp, lookAt, SourceFile, UnreadableError } from './source-file.ts'
import { verifyVault, type Damage } from './verify.ts'
import { WriteQueue } from './write-queue.ts'

export type { KeptBlock } from './keep.ts'
export type { Damage } from './verify.ts'
export type { VaultSource } from '../../db/stores/vault-store.ts'

/** What `keep` found, and what it kept. */
export interface KeepOutcome {
  /** 0 when the file is gone and was never known. */
  sourceId: number
  /** The newest generation; null when nothing of the source was ever kept. */
  generationId: number | null
  change: 'new' | 'grown' | 'rewritten' | 'unchanged' | 'gone' | 'unreadable'
  /** The range of the newest generation that was kept now; empty when nothing was. */
  keptFrom: number
  keptTo: number
  /** Why it could not be read, as a sentence. */
  reason: string | null
  /** True when it was gone or unreadable before and is readable now. */
  returned: boolean
}

export interface VaultOptions {
  /** Decompressed chunks held for `readRange`, in bytes. */
  cacheBytes?: number
  now?: () => number
}

/** Largest block that `blocks` hands out. */
const BLOCK = 1024 * 1024

/**
 * Holds every byte that a source ever had. One thread keeps; any number may read meanwhile, each with a `Vault` on its
 * own connection.
 */
export class Vault {
  readonly #store: VaultStore
  readonly #cache: ChunkCache
  readonly #writes: WriteQueue
  readonly #buffers = new BlockBuffers()
  readonly #now: () => number
  /** The last call of `keep` for each path, so that two never overlap. */
  readonly #queue = new Map<string, Promise<unknown>>()

  constructor(store: VaultStore, options: VaultOptions = {}) {
    this.#store = store
    this.#writes = new WriteQueue(store)
    this.#cache = new ChunkCache(options.cacheBytes ?? 8 * 1024 * 1024)
    this.#now = options.now ?? Date.now
  }

  /**
   * Reads what is new in a file and stores it; `onBlock` gets each block, at most 1 MiB, after it is safe on disk. An
   * unchanged file is not opened. Calls for different paths may run at the same time; those for one path follow each
   * other, and those for many small files are best made thirty at a time, because they share a transaction. The bytes are read
   * from `at` where they stand elsewhere than they belong. Rejects with `VaultFullError` when the disk is full; what `onBlock`
   * got before is kept.
   * Of rows there is no file to look at: they stand as they were appended.
   */
  async keep(source: SourceIdentity, onBlock: (block: KeptBlock) => void, at = source.path): Promise<KeepOutcome> {
    if (source.isRows) return this.#standing(source)
    return this.#inTurn(source.path, () => this.#keep(source, onBlock, at))
  }

  /**
   * Stores bytes that come after what is kept of a source of rows. `stamp` says what of the rows is kept with them, and
   * `rowStamp` says so again; null while more is to come.
   */
  async append(
    source: SourceIdentity,
    grown: { bytes: Uint8Array; stamp: string | null; onBlock: (block: KeptBlock) => void },
  ): Promise<KeepOutcome> {
    return this.#inTurn(source.path, () => this.#append(source, grown))
  }

  /** What of a source of rows is kept, as it was told at the last time; null when nothing, not all, or it went. */
  rowStamp(path: string): string | null {
    const cursor = this.#store.findCursor(path)
    return cursor === undefined || cursor.state === 'gone' || cursor.problem !== null ? null : cursor.identity
  }

  /** Notes why something of an agent cannot be read, as a sentence; what was kept before stays. */
  async noteUnreadable(source: SourceIdentity, reason: string): Promise<void> {
    await this.#unreadable(source, reason)
  }

  /** Marks a source whose file vanished; its bytes stay. Null when it is not known. */
  markGone(path: string): number | null {
    const cursor = this.#store.findCursor(path)
    if (cursor === undefined) return null
    if (cursor.state !== 'gone') this.#store.markGone(cursor.sourceId)
    return cursor.sourceId
  }

  /** Notes of a known source why its content cannot be used, as a sentence; until it is kept anew. */
  markUnreadable(path: string, reason: string): void {
    const cursor = this.#store.findCursor(path)
    if (cursor !== undefined) this.#store.markUnreadable(cursor.sourceId, reason)
  }

  /** The bytes of a range; shorter where the generation ends. The result must not be changed: it may be shared. */
  readRange(generationId: number, offset: number, length: number): Uint8Array {
    if (length <= 0) return new Uint8Array()
    return this.#store.read(() => {
      const end = Math.min(offset + length, this.#store.findGeneration(generationId)?.length ?? 0)
      if (end <= offset) return new Uint8Array()
      const parts = this.#store.piecesIn(generationId, offset, end).map((piece) => {
        const chunk = this.#chunk(piece.chunkId)
        return chunk.subarray(Math.max(0, offset - piece.offset), Math.min(piece.length, end - piece.offset))
      })
      const [only] = parts
      return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
    })
  }

  /** All bytes of a source's newest generation; undefined when nothing of it was ever kept. */
  readWhole(path: string): Uint8Array | undefined {
    const generation = this.#store.findSource(path)?.generation
    return generation ? this.readRange(generation.id, 0, generation.length) : undefined
  }

  /** The bytes of a generation in order, for rebuilding the index. */
  *blocks(generationId: number, from = 0): Generator<KeptBlock, void> {
    for (let offset = from; ;) {
      const generation = this.#store.findGeneration(generationId)
      if (generation === undefined || offset >= generation.length) return
      const bytes = this.readRange(generationId, offset, BLOCK)
      const { sourceId, number } = generation
      yield { sourceId, generationId, generation: number, offset, bytes, grewFrom: 0 }
      offset += bytes.length
    }
  }

  /** Paths of all sources whose file was there when it was last looked at. */
  presentPaths(): string[] {
    return this.#store.presentPaths()
  }

  listSources(): VaultSource[] {
    return this.#store.listSources()
  }

  findSource(path: string): VaultSource | undefined {
    return this.#store.findSource(path)
  }

  /** Bytes of all generations of all sources, and the size of the vault's file. */
  totals(): { rawBytes: number; vaultBytes: number } {
    return this.#store.totals()
  }

  /** Reads everything and reports what is not as it was when it was kept. */
  verify(): Generator<Damage, void> {
    return verifyVault({ store: this.#store })
  }

  /** Takes back what was noted of something that could not be read. */
  async noteReadable(path: string): Promise<void> {
    const cursor = this.#store.findCursor(path)
    if (cursor === undefined || cursor.problem === null) return
    const stamp: FileStamp = { identity: '', size: 0, mtimeNs: '0', mode: 0o600 }
    await this.#writes.write(path, () => this.#store.recordWhole(cursor.sourceId, stamp, null))
  }

  async #inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queue.get(path) ?? Promise.resolve()).then(work, work)
    this.#queue.set(path, turn)
    try {
      return await turn
    } finally {
      if (this.#queue.get(path) === turn) this.#queue.delete(path)
    }
  }

  #standing({ path }: SourceIdentity): KeepOutcome {
    const known = this.#store.findSource(path)
    const length = known?.generation?.length ?? 0
    return outcome({
      sourceId: known?.id ?? 0,
      generationId: known?.generation?.id ?? null,
      change: known?.state === 'gone' ? 'gone' : 'unchanged',
      keptFrom: length,
      keptTo: length,
    })
  }

  async #append(
    source: SourceIdentity,
    { bytes, stamp, onBlock }: { bytes: Uint8Array; stamp: string | null; onBlock: (block: KeptBlock) => void },
  ): Promise<KeepOutcome> {
    const cursor = this.#store.findCursor(source.path)
    const newest = cursor && this.#store.newestGeneration(cursor.sourceId)
    const keptFrom = newest?.length ?? 0
    const returned = cursor !== undefined && (cursor.state === 'gone' || cursor.problem !== null)
    const full: FileStamp = {
      identity: stamp ?? '',
      size: keptFrom + bytes.length,
      mtimeNs: `${BigInt(this.#now()) * 1_000_000n}`,
      mode: 0o600,
    }
    if (bytes.length === 0) {
      if (cursor) await this.#writes.write(source.path, () => this.#store.recordWhole(cursor.sourceId, full, null))
      return { ...this.#standing(source), change: 'unchanged', returned }
    }
    const draft: Draft = newest
      ? {
          ...newest,
          head: this.readRange(newest.id, 0, EDGE),
          tail: this.readRange(newest.id, Math.max(0, newest.length - EDGE), EDGE),
        }
      : emptyDraft(1)
    const sourceId = await keepFile(this.#store, {
      file: new GrownBytes(bytes, { before: keptFrom, stamp: full }),
      stamp: full,
      source,
      draft,
      onBlock,
      readKept: (generationId, offset, length) => this.readRange(generationId, offset, length),
      writes: this.#writes,
      buffers: this.#buffers,
      now: this.#now,
    })
    const change = newest ? 'grown' : 'new'
    return outcome({ sourceId, generationId: draft.id, change, keptFrom, keptTo: draft.length, returned })
  }

  async #keep(source: SourceIdentity, onBlock: (block: KeptBlock) => void, at: string): Promise<KeepOutcome> {
    const seen = lookAt(at)
    if (seen.kind === 'gone') return this.#gone(source)
    if (seen.kind === 'unreadable') return this.#unreadable(source, seen.reason)
    const unchanged = await this.#unchanged(source, seen.stamp)
    if (unchanged) return unchanged

    const opened = SourceFile.open(at)
    if ('kind' in opened) {
      return opened.kind === 'gone' ? this.#gone(source) : this.#unreadable(source, opened.reason)
    }
    try {
      return await this.#keepOpened(source, { ...opened, onBlock })
    } catch (error) {
      if (error instanceof UnreadableError) return this.#unreadable(source, error.reason)
      throw error
    } finally {
      opened.file.close()
    }
  }

  async #unchanged(source: SourceIdentity, stamp: FileStamp): Promise<KeepOutcome | undefined> {
    const cursor = this.#store.findCursor(source.path)
    if (cursor === undefined || cursor.state === 'gone' || cursor.problem !== null) return undefined
    const { sourceId, identity, size, mtimeNs } = cursor
    if (identity === null || size === null || mtimeNs === null) return undefined
    if (!isSameStamp({ identity, size, mtimeNs }, stamp)) return undefined
    // Its bytes are the same; a change of its mode alone says nothing about its content.
    if (cursor.mode !== stamp.mode) {
      await this.#writes.write(source.path, () => this.#store.recordWhole(sourceId, stamp, null))
    }
    const generationId = this.#store.newestGeneration(sourceId)?.id ?? null
    return outcome({ sourceId, generationId, change: 'unchanged', keptFrom: size, keptTo: size })
  }

  async #keepOpened(
    source: SourceIdentity,
    opened: { file: SourceFile; stamp: FileStamp; onBlock: (block: KeptBlock) => void },
  ): Promise<KeepOutcome> {
    const cursor = this.#store.findCursor(source.path)
    const returned = cursor !== undefined && (cursor.state === 'gone' || cursor.problem !== null)
    const newest = cursor && this.#store.newestGeneration(cursor.sourceId)
    const isSameFile = cursor?.identity === opened.stamp.identity
    const found = newest && (await compareWithFile(this.#store, { ...opened, generation: newest, isSameFile }))

    if (newest && found?.kind === 'same') {
      const { id: generationId, sourceId, length } = newest
      await this.#writes.write(source.path, () => this.#store.recordWhole(sourceId, opened.stamp, null))
      return outcome({ sourceId, generationId, change: 'unchanged', keptFrom: length, keptTo: length, returned })
    }
    const draft: Draft =
      newest && found?.kind === 'grown'
        ? { ...newest, head: found.head, tail: found.tail }
        : emptyDraft((newest?.number ?? 0) + 1)
    const keptFrom = draft.length
    const sourceId = await keepFile(this.#store, {
      ...opened,
      source,
      draft,
      readKept: (generationId, offset, length) => this.readRange(generationId, offset, length),
      writes: this.#writes,
      buffers: this.#buffers,
      now: this.#now,
    })
    const change = newest === undefined ? 'new' : found?.kind === 'grown' ? 'grown' : 'rewritten'
    return outcome({ sourceId, generationId: draft.id, change, keptFrom, keptTo: draft.length, returned })
  }

  async #gone(source: SourceIdentity): Promise<KeepOutcome> {
    const cursor = this.#store.findCursor(source.path)
    if (cursor === undefined) return outcome({ sourceId: 0, generationId: null, change: 'gone' })
    const { sourceId } = cursor
    if (cursor.state !== 'gone') await this.#writes.write(source.path, () => this.#store.markGone(sourceId))
    return outcome({ sourceId, generationId: this.#store.newestGeneration(sourceId)?.id ?? null, change: 'gone' })
  }

  async #unreadable(source: SourceIdentity, reason: string): Promise<KeepOutcome> {
    const sourceId = await this.#writes.write(source.path, () => {
      const id = this.#store.putSource(source)
      this.#store.markUnreadable(id, reason)
      return id
    })
    const generationId = this.#store.newestGeneration(sourceId)?.id ?? null
    return outcome({ sourceId, generationId, change: 'unreadable', reason })
  }

  #chunk(id: number): Buffer {
    const cached = this.#cache.find(id)
    if (cached) return cached
    const chunk = this.#store.findChunk(id)
    if (chunk === undefined) throw new Error(`The vault lacks chunk ${id}. Run a check of the vault.`)
    const bytes = decode(chunk)
    this.#cache.put(id, bytes)
    return bytes
  }
}

function emptyDraft(number: number): Draft {
  const nothing = new Uint8Array()
  return { id: null, number, length: 0, settled: 0, head: nothing, tail: nothing }
}

function outcome(found: Partial<KeepOutcome> & Pick<KeepOutcome, 'sourceId' | 'generationId' | 'change'>): KeepOutcome {
  return { keptFrom: 0, keptTo: 0, reason: null, returned: false, ...found }
}
