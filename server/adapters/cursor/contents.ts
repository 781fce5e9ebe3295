import { isUtf8 } from 'node:buffer'
import type { RowReader } from '../adapter.ts'
import { isShape, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { KV } from './tables.ts'

/** A file above this many bytes is not kept with an edit of it. */
const LARGEST = 4_000_000

/**
 * Texts of files that a tool's bubble refers to: `contents` by the key of their row, and `base`, the file before the first
 * edit of it, when this is that edit; null when there was none.
 */
export function contentsOf(
  bubble: Shape,
  { reader, composer, id }: { reader: RowReader; composer: Shape; id: string },
) {
  const result = jsonIn(shapeOf(bubble['toolFormerData'])['result'])
  const contents: Record<string, string> = {}
  for (const field of ['beforeContentId', 'afterContentId']) {
    const key = textOf(result[field])
    const text = key === null ? null : textAt(reader, key)
    if (key !== null && text !== null) contents[key] = text
  }
  const base: Record<string, string | null> = {}
  for (const [uri, state] of Object.entries(shapeOf(composer['originalFileStates']))) {
    if (!isShape(state) || state['firstEditBubbleId'] !== id) continue
    if (state['isNewlyCreated'] === true) {
      base[uri] = null
      continue
    }
    const key = textOf(state['contentKey'])
    const text = typeof state['content'] === 'string' ? state['content'] : key === null ? null : textAt(reader, key)
    if (text !== null) base[uri] = text
  }
  return {
    ...(Object.keys(contents).length > 0 ? { contents } : {}),
    ...(Object.keys(base).length > 0 ? { base } : {}),
  }
}

/** What a text that should be a JSON object says; an empty object where it is something else. */
export function jsonIn(text: unknown): Shape {
  if (isShape(text)) return text
  if (typeof text !== 'string' || !text.trimStart().startsWith('{')) return {}
  try {
    return shapeOf(JSON.parse(text))
  } catch {
    return {}
  }
}

function textAt(reader: RowReader, key: string): string | null {
  const row = reader.row(KV, key)
  if (row === null || 'problem' in row || row.bytes.length > LARGEST || !isUtf8(row.bytes)) return null
  return Buffer.from(row.bytes.buffer, row.bytes.byteOffset, row.bytes.byteLength).toString('utf8')
}
