/** A state of a file that the vault holds, bytes read on demand. */
export interface KeptFile {
  path: string
  length: number
  read(from: number, to: number): Uint8Array
}

/** A range of one of the files, or bytes of its own. */
export type Piece = { file: number; from: number; to: number } | { bytes: Uint8Array }

/** Bytes that are handed out together. */
const BLOCK = 1024 * 1024

/** Hands out what pieces say, in blocks of at most 1 MiB; kept bytes are read only when it is their turn. */
export function* blocksOf(pieces: readonly Piece[], files: readonly KeptFile[]): Generator<Uint8Array, void> {
  let waiting: Uint8Array[] = []
  let size = 0
  for (const part of partsOf(pieces, files)) {
    if (size + part.length > BLOCK) {
      yield Buffer.concat(waiting)
      waiting = []
      size = 0
    }
    waiting.push(part)
    size += part.length
  }
  if (size > 0) yield Buffer.concat(waiting)
}

function* partsOf(pieces: readonly Piece[], files: readonly KeptFile[]): Generator<Uint8Array, void> {
  for (const piece of pieces) {
    if ('bytes' in piece) {
      yield piece.bytes
      continue
    }
    const file = files[piece.file]
    if (!file) throw new Error(`A piece names file ${piece.file}, of which there is none.`)
    for (let from = piece.from; from < piece.to; from += BLOCK) yield file.read(from, Math.min(from + BLOCK, piece.to))
  }
}
