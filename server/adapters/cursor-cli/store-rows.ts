import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { KeyTable, RowKey, RowReader, RowSession } from '../adapter.ts'
import { hashOf, headOfLine, lineOf, parsedRow, unreadableLine, type RowNotes } from '../shared/row-line.ts'
import { shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { messagesOfNode } from './nodes.ts'

/** Everything that was said, by the SHA-256 of each piece. */
export const BLOBS: KeyTable = { name: 'blobs', key: 'id', value: 'data' }
export const META: KeyTable = { name: 'meta', key: 'key', value: 'value' }

const OPEN_OBJECT = 0x7b

/** Sorts after every key. */
const END = '\u{10ffff}'

/** The rows of one session, on their way to become lines. Blobs never change: what is known is not looked at again. */
export class StoreRows implements RowSession {
  readonly #database: string
  readonly #hashes = new Map<string, string>()
  /** Messages that were written before the node that will name them: told once more then. */
  readonly #early = new Set<string>()
  /** Messages of the conversation in the order in which they were kept. */
  #chain: string[] = []

  constructor(database: string) {
    this.#database = database
  }

  take(line: Uint8Array): void {
    const head = headOfLine(line)
    if (head === null) return
    const left = textOf(head.place['left'])
    const at = left === null ? -1 : this.#chain.indexOf(left)
    if (at !== -1) this.#chain = this.#chain.slice(0, at)
    const id = idOf(head.key)
    if (id !== null && head.place['early'] === true) {
      this.#early.add(id)
      return
    }
    if (id !== null && head.place['listed'] === true && !this.#chain.includes(id)) this.#chain.push(id)
    this.#hashes.set(head.key, head.hash)
  }

  *news(reader: RowReader): Generator<Buffer> {
    const metas = reader.keys(META, '', END)
    const blobs = reader.keys(BLOBS, '', END)
    if (blobs.length === 0 && this.#hashes.size === 0) return
    const meta = metaOf(reader)
    const folder = textOf(meta['workspacePath']) ?? this.#folderBeside()
    const about = folder === null ? {} : { folder }
    const listed = this.#listed(reader, textOf(meta['latestRootBlobId']))
    yield* this.#metas(reader, metas, { meta, about, left: this.#leftBy(listed) })
    const model = textOf(meta['lastUsedModel'])
    const spoken = { ...about, ...(model === null || model === 'default' ? {} : { model }) }
    const has = new Set(blobs.map(({ key }) => key))
    for (const id of listed) {
      if (has.has(id)) yield* this.#blob(reader, id, { place: { listed: true }, about: spoken })
    }
    const rootVersion = blobs.find(({ key }) => key === meta['latestRootBlobId'])?.version ?? 0
    for (const blob of blobs) yield* this.#beside(reader, blob, { rootVersion, about: spoken })
  }

  /** What the list does not name: nodes, messages that it names in a moment, and those that it left. */
  *#beside(
    reader: RowReader,
    { key, version }: RowKey,
    known: { rootVersion: number; about: Shape },
  ): Generator<Buffer> {
    if (this.#hashes.has(`blob:${key}`)) return
    const row = reader.row(BLOBS, key)
    const isMessage = row !== null && 'bytes' in row && row.bytes[0] === OPEN_OBJECT
    if (!isMessage) return yield* this.#blob(reader, key, {})
    const isEarly = version > known.rootVersion
    if (isEarly && this.#early.has(key)) return
    yield* this.#blob(reader, key, { place: isEarly ? { early: true } : {}, about: known.about })
  }

  *#metas(
    reader: RowReader,
    keys: readonly RowKey[],
    { meta, about, left }: { meta: Shape; about: Shape; left: string | null },
  ): Generator<Buffer> {
    for (const { key } of keys) {
      const row = reader.row(META, key)
      if (row === null) continue
      const isMain = key === '0'
      const notes: RowNotes = isMain ? { ...(left === null ? {} : { place: { left } }), about: { ...about, meta } } : {}
      yield* this.#line(`meta:${key}`, row, notes)
    }
  }

  *#blob(reader: RowReader, id: string, notes: RowNotes): Generator<Buffer> {
    if (this.#hashes.has(`blob:${id}`)) return
    const row = reader.row(BLOBS, id)
    if (row !== null) yield* this.#line(`blob:${id}`, row, notes)
  }

  *#line(
    key: string,
    row: { bytes: Uint8Array; isText: boolean } | { problem: string },
    notes: RowNotes,
  ): Generator<Buffer> {
    const hashed = 'problem' in row ? hashOf(Buffer.from(row.problem)) : hashOf(row.bytes)
    if (this.#hashes.get(key) === hashed) return
    const line = 'problem' in row ? unreadableLine(key, row.problem) : lineOf(key, row, notes)
    this.take(line)
    yield line
  }

  /** Messages in the order in which the agent goes on from them; in that of the rows where nothing names one. */
  #listed(reader: RowReader, rootId: string | null): string[] {
    const root = rootId === null ? null : reader.row(BLOBS, rootId)
    const named = root && 'bytes' in root ? messagesOfNode(root.bytes) : []
    if (named.length > 0) return named
    return reader.since(BLOBS, 0).map(({ key }) => key)
  }

  /**
   * The first of the messages at the end that are not among those that the agent goes on from. When none of the
   * conversation is, it was summarised and not left.
   */
  #leftBy(listed: readonly string[]): string | null {
    const stays = new Set(listed)
    if (!this.#chain.slice(1).some((id) => stays.has(id))) return null
    let first: string | null = null
    for (const id of this.#chain.toReversed()) {
      if (stays.has(id)) break
      first = id
    }
    return first
  }

  #folderBeside(): string | null {
    try {
      return textOf(shapeOf(JSON.parse(readFileSync(join(dirname(this.#database), 'meta.json'), 'utf8')))['cwd'])
    } catch {
      return null
    }
  }
}

/** What a session says of itself: JSON, written in hexadecimal digits or as it is. */
function metaOf(reader: RowReader): Shape {
  const row = reader.row(META, '0')
  if (row === null || 'problem' in row) return {}
  const text = Buffer.from(row.bytes).toString('utf8').trim()
  return parsedRow(/^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text)) ?? {}
}

function idOf(key: string): string | null {
  return key.startsWith('blob:') ? key.slice('blob:'.length) : null
}
