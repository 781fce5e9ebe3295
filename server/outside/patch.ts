import { open } from 'node:fs/promises'
import { formatPatch, FILE_HEADERS_ONLY, structuredPatch } from 'diff'
import { readAt, type Difference } from './compare.ts'
import { lengthOf, rangeOf, type Content } from './content.ts'

/** More than this of a file, from a few lines before the first difference on, is not shown. */
const MOST_BYTES = 256 * 1024
const MOST_EDITS = 2000
/** The event loop is held no longer than this, in milliseconds. */
const MOST_TIME = 25

/**
 * A unified diff from a file on disk to a content; null when either is no text, or when what differs is too large to
 * be shown. Costs what lies after the first difference, not the size of the file.
 */
export async function patchOf(
  path: string,
  file: { path: string; size: number },
  content: Content,
  found: Difference,
): Promise<string | null> {
  if (!found.isText) return null
  const start = found.contextStart
  if (file.size - start > MOST_BYTES || lengthOf(content) - start > MOST_BYTES) return null
  const after = decode(rangeOf(content, start, MOST_BYTES))
  const before = decode(await readTail(file.path, start, file.size - start))
  if (before === null || after === null) return null
  return unified(path, before, after, found.linesBefore)
}

/** A unified diff of two texts whose first lines have the number `hidden` + 1; null when they differ too much. */
export function unified(path: string, before: string, after: string, hidden = 0): string | null {
  const patch = structuredPatch(path, path, before, after, undefined, undefined, {
    context: 3,
    maxEditLength: MOST_EDITS,
    timeout: MOST_TIME,
  })
  if (!patch) return null
  for (const hunk of patch.hunks) {
    hunk.oldStart += hidden
    hunk.newStart += hidden
  }
  return formatPatch(patch, FILE_HEADERS_ONLY)
}

async function readTail(path: string, start: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    return await readAt(file, start, length)
  } finally {
    await file.close()
  }
}

function decode(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
