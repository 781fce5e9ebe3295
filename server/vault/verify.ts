import { hash } from 'node:crypto'
import type { Generation, Piece, VaultStore } from '../../db/stores/vault-store.ts'
import { decode } from './codec.ts'

/** A range of kept bytes that is not as it was. */
export interface Damage {
  sourceId: number
  generationId: number
  offset: number
  length: number
  /** A sentence. */
  reason: string
}

/** What a check works with. */
export interface Check {
  store: VaultStore
  /** Called with the bytes that were checked since the last call. */
  onBytes?: (bytes: number) => void
}

/**
 * Reads every generation: pieces without gaps, every chunk with the hash of its bytes. A chunk that several places
 * share is read once.
 */
export function* verifyVault(check: Check): Generator<Damage, void> {
  const seen = new Map<number, string | null>()
  for (const { id, sourceId, length } of check.store.listGenerations()) {
    const found = attempt(() => readPieces(check.store, id, seen))
    if (found) yield* verifyPieces(check, found, seen)
    else yield { sourceId, generationId: id, offset: 0, length, reason: BROKEN }
  }
}

const BROKEN = 'The database is damaged here.'

/**
 * The pieces of a generation as of one moment. Its loose end is replaced when the file grows, so it is read right now;
 * settled pieces stay as they are and are read afterwards, so that no writer waits for a large file.
 */
function readPieces(
  store: VaultStore,
  id: number,
  seen: Map<number, string | null>,
): { generation: Generation; pieces: Piece[] } | undefined {
  return store.read(() => {
    const generation = store.findGeneration(id)
    if (!generation) return undefined
    const pieces = store.piecesIn(id, 0, Number.MAX_SAFE_INTEGER)
    for (const piece of pieces) if (piece.offset >= generation.settled) damageOf(store, piece, seen)
    return { generation, pieces }
  })
}

function* verifyPieces(
  { store, onBytes }: Check,
  { generation, pieces }: { generation: Generation; pieces: Piece[] },
  seen: Map<number, string | null>,
): Generator<Damage, void> {
  const place = { sourceId: generation.sourceId, generationId: generation.id }
  let end = 0
  for (const piece of pieces) {
    const { offset, length } = piece
    if (offset !== end) yield { ...place, offset: end, length: offset - end, reason: 'Bytes are missing or doubled.' }
    const reason = damageOf(store, piece, seen)
    if (reason !== null) yield { ...place, offset, length, reason }
    end = offset + length
    onBytes?.(length)
  }
  if (end !== generation.length) {
    yield { ...place, offset: end, length: generation.length - end, reason: 'The end is missing.' }
  }
}

/** Ids of chunks are never used again, so what was found of one holds. */
function damageOf(store: VaultStore, piece: Piece, seen: Map<number, string | null>): string | null {
  const known = seen.get(piece.chunkId)
  if (known !== undefined) return known
  const reason = readChunk(store, piece)
  seen.set(piece.chunkId, reason)
  return reason
}

function readChunk(store: VaultStore, piece: Piece): string | null {
  const found = attempt(() => ({ chunk: store.findChunk(piece.chunkId) }))
  if (!found) return BROKEN
  const { chunk } = found
  if (chunk === undefined) return 'Its chunk is missing.'
  const bytes = attempt(() => decode(chunk))
  if (!bytes) return 'Its bytes cannot be decompressed.'
  if (bytes.length !== piece.length) return 'Its chunk has another length.'
  return hash('sha256', bytes, 'buffer').equals(chunk.sha256) ? null : 'Its bytes do not have their hash.'
}

/** A damaged page of the database is thrown as an error: it is a finding, not a reason to stop. */
function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
