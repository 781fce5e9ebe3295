import { hash } from 'node:crypto'
import type { FileStamp, Generation, SourceIdentity, VaultStore } from '../../db/stores/vault-store.ts'
import { Chunker } from './chunker.ts'
import { encodeSync, type Encoded } from './codec.ts'
import { readBlocks, type BlockBuffers } from './read-blocks.ts'
import type { SourceFile } from './source-file.ts'
import { stage, type LooseEnd, type StagedBlock } from './stage.ts'
import type { WriteQueue } from './write-queue.ts'

/** How many bytes of each end are hashed to tell an append from a rewrite. */
export const EDGE = 4096

/** Bytes of one generation, in order. `bytes` is valid only until the receiver returns: its memory is used again. */
export interface KeptBlock {
  sourceId: number
  generationId: number
  generation: number
  offset: number
  bytes: Uint8Array
  /** Bytes that the generation had before this keeping; 0 for a new or rewritten file, and where blocks are read again. */
  grewFrom: number
}

/** A generation as it grows. `id` is null until its first block is stored. */
export interface Draft {
  id: number | null
  number: number
  length: number
  settled: number
  /** The first and the last bytes, up to `EDGE`. */
  head: Uint8Array
  tail: Uint8Array
}

export interface KeepJob {
  source: SourceIdentity
  file: Pick<SourceFile, 'fill' | 'stamp'>
  stamp: FileStamp
  draft: Draft
  /** Reads bytes of a generation that were kept before. */
  readKept: (generationId: number, offset: number, length: number) => Uint8Array
  onBlock: (block: KeptBlock) => void
  writes: WriteQueue
  buffers: BlockBuffers
  now: () => number
}

/**
 * Keeps a file from the end of its draft on. Each block is stored in one transaction and handed on after it; meanwhile
 * the next one is compressed on the thread pool. Returns the id of the source.
 */
export async function keepFile(store: VaultStore, job: KeepJob): Promise<number> {
  const { draft, file, stamp } = job
  const grewFrom = draft.length
  const chunker = new Chunker(draft.length - draft.settled, draft.tail)
  const blocks = readBlocks({ file, offset: draft.length, stamp, chunker, buffers: job.buffers })
  const loose = looseEnd(store, job)

  async function stageNext(): Promise<StagedBlock | null> {
    const next = await blocks.next()
    if (next.done === true) return null
    const staged = stage(next.value, loose, (sha256) => store.findChunkId(sha256) !== undefined)
    loose.settled = staged.settled
    return staged
  }

  let sourceId = 0
  for (let staged = await stageNext(); staged !== null;) {
    const current = staged
    const next = current.raw.end === null ? stageNext() : Promise.resolve(null)
    const [encoded, following] = await Promise.all([allEncoded(current), next])
    const generation = await job.writes.write(job.source.path, () =>
      writeBlock(store, job, { staged: current, encoded }),
    )
    sourceId = generation.sourceId
    advance(draft, current, generation)
    announce(job, current, { ...generation, grewFrom })
    job.buffers.giveBack(current.raw.buffer)
    staged = following
  }
  return sourceId
}

function looseEnd(store: VaultStore, { draft, readKept }: KeepJob): LooseEnd {
  const { id, settled, length } = draft
  return {
    settled,
    pieces: id === null ? 0 : store.countPieces(id, settled),
    read: () => (id === null ? new Uint8Array() : readKept(id, settled, length - settled)),
  }
}

function allEncoded(staged: StagedBlock): Promise<(Encoded | null)[]> {
  return Promise.all(staged.pieces.map((piece) => piece.encoded))
}

function writeBlock(
  store: VaultStore,
  { source, draft, stamp, now }: KeepJob,
  { staged, encoded }: { staged: StagedBlock; encoded: (Encoded | null)[] },
): Generation {
  const at = now()
  const sourceId = store.putSource(source)
  const generation = { ...grown(draft, staged), sourceId }
  const id = draft.id ?? store.createGeneration(generation, at)
  if (staged.dropFrom !== null) store.dropPieces(id, staged.dropFrom)
  staged.pieces.forEach(({ offset, bytes, sha256 }, position) => {
    const chunkId =
      store.findChunkId(sha256) ??
      store.createChunk({ sha256, length: bytes.length, ...(encoded[position] ?? encodeSync(bytes)) })
    store.addPiece(id, { offset, length: bytes.length, chunkId })
  })
  if (draft.id !== null) store.extendGeneration({ ...generation, id })
  const whole = staged.raw.end?.stamp ?? null
  if (whole === null) store.recordPartial(sourceId, stamp, at)
  else store.recordWhole(sourceId, whole, at)
  return { ...generation, id }
}

function grown(draft: Draft, { raw, settled }: StagedBlock): Omit<Generation, 'id' | 'sourceId'> {
  const { head, tail } = edgesAfter(draft, raw.bytes)
  return {
    number: draft.number,
    length: raw.offset + raw.bytes.length,
    settled,
    headHash: hash('sha256', head, 'buffer'),
    tailHash: hash('sha256', tail, 'buffer'),
  }
}

function edgesAfter(draft: Draft, bytes: Uint8Array): { head: Uint8Array; tail: Uint8Array } {
  const head =
    draft.head.length < EDGE ? Buffer.concat([draft.head, bytes.subarray(0, EDGE - draft.head.length)]) : draft.head
  const tail =
    bytes.length < EDGE ? Buffer.concat([draft.tail, bytes]).subarray(-EDGE) : Buffer.from(bytes.subarray(-EDGE))
  return { head, tail }
}

function advance(draft: Draft, staged: StagedBlock, generation: Generation): void {
  Object.assign(draft, edgesAfter(draft, staged.raw.bytes))
  draft.id = generation.id
  draft.length = generation.length
  draft.settled = generation.settled
}

function announce(
  { onBlock }: KeepJob,
  { raw }: StagedBlock,
  { id, sourceId, number, grewFrom }: Generation & { grewFrom: number },
): void {
  if (raw.bytes.length === 0) return
  onBlock({ sourceId, generationId: id, generation: number, offset: raw.offset, bytes: raw.bytes, grewFrom })
}
