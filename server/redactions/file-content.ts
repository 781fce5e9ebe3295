import { closeSync, openSync, readSync } from 'node:fs'
import { BLOCK, type Content } from '../outside/content.ts'

/** A file of ours as a content. `path` is null where nothing was made, because it was only looked. */
export function fileContent(path: string | null, known: { length: number; sha256: string }): Content {
  return {
    ...known,
    read: (offset, length) => readFrom(path, offset, Math.min(length, known.length - offset)),
    *blocks() {
      for (let offset = 0; offset < known.length; offset += BLOCK)
        yield readFrom(path, offset, Math.min(BLOCK, known.length - offset))
    },
  }
}

function readFrom(path: string | null, offset: number, length: number): Uint8Array {
  if (path === null) return new Uint8Array(Math.max(0, length))
  const bytes = Buffer.alloc(Math.max(0, length))
  const file = openSync(path, 'r')
  try {
    let filled = 0
    while (filled < bytes.length) {
      const got = readSync(file, bytes, filled, bytes.length - filled, offset + filled)
      if (got === 0) throw new Error(`${path} is shorter than it was when it was made.`)
      filled += got
    }
    return bytes
  } finally {
    closeSync(file)
  }
}
