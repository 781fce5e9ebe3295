import { hash } from 'node:crypto'
import type { FileStamp, Generation, VaultStore } from '../../db/stores/vault-store.ts'
import { EDGE } from './keep.ts'
import type { SourceFile } from './source-file.ts'

/** How a file stands to what was kept of it. */
export type Comparison = { kind: 'same' } | { kind: 'grown'; head: Buffer; tail: Buffer } | { kind: 'rewritten' }

/**
 * Tells an append from a rewrite. A longer file that is still the same inode is trusted when both edges of the kept
 * part match; where another file took its place, or it changed without growing, all kept bytes are compared.
 */
export async function compareWithFile(
  store: VaultStore,
  {
    file,
    stamp,
    generation,
    isSameFile,
  }: { file: SourceFile; stamp: FileStamp; generation: Generation; isSameFile: boolean },
): Promise<Comparison> {
  const { length } = generation
  if (stamp.size < length) return { kind: 'rewritten' }
  const head = await file.readShort(0, Math.min(EDGE, length))
  const tail = await file.readShort(Math.max(0, length - EDGE), Math.min(EDGE, length))
  if (!hasHash(head, generation.headHash) || !hasHash(tail, generation.tailHash)) return { kind: 'rewritten' }
  const isTrusted = isSameFile && stamp.size > length
  if (!isTrusted && !(await hasAllKept(store, file, generation))) return { kind: 'rewritten' }
  return stamp.size === length ? { kind: 'same' } : { kind: 'grown', head, tail }
}

async function hasAllKept(store: VaultStore, file: SourceFile, generation: Generation): Promise<boolean> {
  for (const piece of store.listPieceHashes(generation.id)) {
    const bytes = await file.readShort(piece.offset, piece.length)
    if (!hasHash(bytes, piece.sha256)) return false
  }
  return true
}

function hasHash(bytes: Uint8Array, expected: Buffer): boolean {
  return hash('sha256', bytes, 'buffer').equals(expected)
}
