import { open, type FileHandle } from 'node:fs/promises'
import { blocksOf, lengthOf, type Content } from './content.ts'

/** How a file on disk stands to a content: where they differ first, and which lines stand before that place. */
export interface Difference {
  /** Bytes that are the same in both, from the start. */
  same: number
  /** Line feeds in them, up to `contextStart` only. */
  linesBefore: number
  /** Where the lines begin that are shown before the first difference. */
  contextStart: number
  /** False when a NUL was seen in what was looked at. */
  isText: boolean
}

/** Lines shown before the first difference. */
const SHOWN_BEFORE = 3

/**
 * Compares a file with a content, block by block; null when they are the same. With `isWanted` false only as far as is
 * needed to say whether they differ at all. Reading a file that shrinks meanwhile counts as a difference.
 */
export async function compareFile(
  path: string,
  size: number,
  content: Content,
  { isWanted }: { isWanted: boolean },
): Promise<Difference | null> {
  const found: Difference = { same: 0, linesBefore: 0, contextStart: 0, isText: true }
  const lines = new LineStarts()
  if (size !== lengthOf(content) && !isWanted) return found
  const file = await open(path, 'r')
  try {
    for (const block of blocksOf(content)) {
      const disk = await readAt(file, found.same, block.length)
      const same = sharedLength(disk, block)
      found.isText &&= !disk.includes(0) && !block.includes(0)
      if (isWanted) lines.add(block.subarray(0, same))
      found.same += same
      if (same < block.length) break
    }
    const isSame = found.same === size && size === lengthOf(content)
    return isSame ? null : { ...found, ...lines.context() }
  } finally {
    await file.close()
  }
}

/** A range of an open file; shorter where it ends. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length)
  if (Buffer.compare(a.subarray(0, most), b.subarray(0, most)) === 0) return most
  const step = 4096
  let at = 0
  while (at + step <= most && Buffer.compare(a.subarray(at, at + step), b.subarray(at, at + step)) === 0) at += step
  while (at < most && a[at] === b[at]) at += 1
  return at
}

/** Follows the beginnings of lines through blocks. */
class LineStarts {
  #length = 0
  #count = 0
  /** The last ones, oldest first; the line before the difference itself is the last. */
  #starts = [0]

  add(bytes: Uint8Array): void {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
      this.#count += 1
      this.#starts.push(this.#length + at + 1)
      if (this.#starts.length > SHOWN_BEFORE + 1) this.#starts.shift()
    }
    this.#length += bytes.length
  }

  context(): Pick<Difference, 'linesBefore' | 'contextStart'> {
    return { linesBefore: this.#count - (this.#starts.length - 1), contextStart: this.#starts[0] ?? 0 }
  }
}
