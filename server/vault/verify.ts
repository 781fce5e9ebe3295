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

/** Reads every generation: pieces without gaps, every chunk with the hash of its bytes. */
export function* verifyVault(store: VaultStore): Generator<Damage, void> {
  for (const { id } of store.listGenerations()) {
    const damages = store.read(() => {
      const generation = store.findGeneration(id)
      return generation ? [...verifyGeneration(store, generation)] : []
    })
    yield* damages
  }
}

function* verifyGeneration(store: VaultStore, generation: Generation): Generator<Damage, void> {
  const place = { sourceId: generation.sourceId, generationId: generation.id }
  let end = 0
  for (const piece of store.piecesIn(generation.id, 0, Number.MAX_SAFE_INTEGER)) {
    const { offset, length } = piece
    if (offset !== end) yield { ...place, offset: end, length: offset - end, reason: 'Bytes are missing or doubled.' }
    const reason = damageOf(store, piece)
    if (reason !== null) yield { ...place, offset, length, reason }
    end = offset + length
  }
  if (end !== generation.length) {
    yield { ...place, offset: end, length: generation.length - end, reason: 'The end is missing.' }
  }
}

function damageOf(store: VaultStore, piece: Piece): string | null {
  const chunk = store.findChunk(piece.chunkId)
  if (chunk === undefined) return 'Its chunk is missing.'
  try {
    const bytes = decode(chunk)
    if (bytes.length !== piece.length) return 'Its chunk has another length.'
    return hash('sha256', bytes, 'buffer').equals(chunk.sha256) ? null : 'Its bytes do not have their hash.'
  } catch {
    return 'Its bytes cannot be decompressed.'
  }
}
