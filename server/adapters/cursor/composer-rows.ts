import type { RowKey, RowReader, RowSession } from '../adapter.ts'
import { goneLine, hashOf, headOfLine, lineOf, parsedRow, unreadableLine, type RowNotes } from '../shared/row-line.ts'
import { listOf, shapeOf, textOf, timeOf, type Shape } from '../shared/shape.ts'
import { isMarker, timeOfBubble } from './bubble-time.ts'
import { contentsOf } from './contents.ts'
import { HEADERS, KV } from './tables.ts'

/** Rows of a composer other than its own and its bubbles: kept, and read by nobody yet. */
const SIDE_KINDS = [
  'agentKv:bubbleCheckpoint',
  'checkpointId',
  'codeBlockDiff',
  'messageRequestContext',
  'ofsContent',
] as const

/** All kinds of keys that go on with a composer's id. */
export const KINDS = ['composerData', 'bubbleId', 'agentKv:checkpoint', ...SIDE_KINDS] as const

/** Where a composer works, when its own row does not tell. */
export type FolderOf = (reader: RowReader, composer: Shape, header: Shape) => string | null

/** The rows of one composer, on their way to become lines. */
export class ComposerRows implements RowSession {
  readonly #id: string
  readonly #folderOf: FolderOf
  readonly #hashes = new Map<string, string>()
  readonly #versions = new Map<string, number>()
  /** Bubbles of the conversation in the order in which they were kept: without orphans and markers. */
  #chain: string[] = []

  constructor(id: string, folderOf: FolderOf) {
    this.#id = id
    this.#folderOf = folderOf
  }

  take(line: Uint8Array): void {
    const head = headOfLine(line)
    if (head === null) return
    const left = textOf(head.place['left'])
    if (left !== null) this.#leave(left)
    const bubble = this.#bubbleOf(head.key)
    const isBeside = head.place['aside'] === true || head.place['marker'] === true
    if (bubble !== null && !isBeside && head.hash !== '' && !this.#chain.includes(bubble)) this.#chain.push(bubble)
    if (head.hash === '') this.#hashes.delete(head.key)
    else this.#hashes.set(head.key, head.hash)
  }

  *news(reader: RowReader): Generator<Buffer> {
    const own = `composerData:${this.#id}`
    const [ownKey] = reader.keys(KV, own, `${own}\0`)
    const row = ownKey && reader.row(KV, own)
    if (ownKey === undefined || !row) return
    const composer = ('bytes' in row ? parsedRow(row.bytes) : null) ?? {}
    const listed = headersOf(composer)
    const bubbles = reader.keys(KV, `bubbleId:${this.#id}:`, `bubbleId:${this.#id};`)
    if (this.#hashes.size === 0 && bubbles.length === 0 && listed.length === 0 && isEmpty(composer, 'bytes' in row))
      return

    const header = this.#header(reader)
    const folder = this.#folderOf(reader, composer, header.value)
    const left = this.#leftBy(listed, { bubbles, ownVersion: ownKey.version })
    const about = { ...(folder === null ? {} : { folder }) }
    yield* this.#line(own, row, { ...(left === null ? {} : { place: { left } }), about }, left !== null)
    if (header.row) yield* this.#line(`composerHeaders:${this.#id}`, header.row, {})
    const surroundings = { reader, composer, folder, times: timesOf(composer), ownVersion: ownKey.version }
    yield* this.#bubbles(listed, bubbles, surroundings)
    yield* this.#sides(reader)
    yield* this.#gone(reader, bubbles)
  }

  *#bubbles(listed: readonly string[], rows: readonly RowKey[], around: Surroundings): Generator<Buffer> {
    const versions = new Map(rows.map(({ key, version }) => [this.#bubbleOf(key) ?? '', version]))
    const isListed = new Set(listed)
    const beside = [...versions.keys()].filter((id) => !isListed.has(id) && this.#isNews(id, versions.get(id)))
    const placed = beside.map((id) => this.#besideOf(id, versions.get(id) ?? 0, around))
    for (const id of inOrder(listed, placed, (bubble) => this.#timeOf(bubble, around))) {
      const version = versions.get(id)
      if (version === undefined || !this.#isNews(id, version)) continue
      const key = this.#keyOf(id)
      const row = around.reader.row(KV, key)
      if (row === null) continue
      const place = placed.find((one) => one.id === id)?.place ?? {}
      const about = 'bytes' in row ? aboutBubble(row.bytes, id, around) : {}
      yield* this.#line(key, row, { place, about })
      this.#versions.set(key, version)
    }
  }

  /** A bubble that the list does not name: a marker, one that is named in a moment, or one that was left. */
  #besideOf(id: string, version: number, around: Surroundings): Beside {
    const row = around.reader.row(KV, this.#keyOf(id))
    const bubble = row && 'bytes' in row ? parsedRow(row.bytes) : null
    const at = bubble === null ? null : timeOfBubble(bubble)
    if (bubble !== null && isMarker(bubble)) return { id, at, place: { marker: true } }
    if (version > around.ownVersion || this.#chain.includes(id)) return { id, at: null, place: {} }
    return { id, at, place: { aside: true } }
  }

  #timeOf(id: string, around: Surroundings): number | null {
    const told = around.times.get(id)
    if (told !== undefined) return told
    const row = around.reader.row(KV, this.#keyOf(id))
    const bubble = row && 'bytes' in row ? parsedRow(row.bytes) : null
    return bubble === null ? null : timeOfBubble(bubble)
  }

  *#sides(reader: RowReader): Generator<Buffer> {
    for (const kind of SIDE_KINDS) {
      const start = `${kind}:${this.#id}`
      for (const { key, version } of reader.keys(KV, `${start}:`, `${start};`)) yield* this.#side(reader, key, version)
    }
    const pointer = `agentKv:checkpoint:${this.#id}`
    for (const { key, version } of reader.keys(KV, pointer, `${pointer}\0`)) yield* this.#side(reader, key, version)
  }

  *#side(reader: RowReader, key: string, version: number): Generator<Buffer> {
    if (this.#versions.get(key) === version) return
    const row = reader.row(KV, key)
    if (row !== null) yield* this.#line(key, row, {})
    this.#versions.set(key, version)
  }

  /** Rows that were kept and are there no more. */
  *#gone(reader: RowReader, bubbles: readonly RowKey[]): Generator<Buffer> {
    const present = new Set(bubbles.map(({ key }) => key))
    for (const key of [...this.#hashes.keys()]) {
      if (present.has(key) || key.startsWith('composerHeaders:')) continue
      if (reader.keys(KV, key, `${key}\0`).length > 0) continue
      const line = goneLine(key)
      this.take(line)
      this.#versions.delete(key)
      yield line
    }
  }

  *#line(
    key: string,
    row: { bytes: Uint8Array; isText: boolean } | { problem: string },
    notes: RowNotes,
    isWanted = false,
  ): Generator<Buffer> {
    const hashed = 'problem' in row ? hashOf(Buffer.from(row.problem)) : hashOf(row.bytes)
    if (this.#hashes.get(key) === hashed && !isWanted) return
    const line = 'problem' in row ? unreadableLine(key, row.problem) : lineOf(key, row, notes)
    this.take(line)
    yield line
  }

  #header(reader: RowReader): { row: { bytes: Uint8Array; isText: boolean } | null; value: Shape } {
    const row = reader.row(HEADERS, this.#id)
    if (!row || 'problem' in row) return { row: null, value: {} }
    return { row, value: parsedRow(row.bytes) ?? {} }
  }

  /** The first of the bubbles at the end of the conversation that are in it no more; null when it only grew. */
  #leftBy(listed: readonly string[], rows: { bubbles: readonly RowKey[]; ownVersion: number }): string | null {
    if (listed.length === 0) return null
    const stays = new Set(listed)
    for (const { key, version } of rows.bubbles) {
      if (version > rows.ownVersion) stays.add(this.#bubbleOf(key) ?? '')
    }
    let first: string | null = null
    for (const id of this.#chain.toReversed()) {
      if (stays.has(id)) break
      first = id
    }
    return first
  }

  #leave(from: string): void {
    const at = this.#chain.indexOf(from)
    if (at !== -1) this.#chain = this.#chain.slice(0, at)
  }

  #isNews(id: string, version: number | undefined): boolean {
    return version !== undefined && this.#versions.get(this.#keyOf(id)) !== version
  }

  #keyOf(bubble: string): string {
    return `bubbleId:${this.#id}:${bubble}`
  }

  #bubbleOf(key: string): string | null {
    const start = `bubbleId:${this.#id}:`
    return key.startsWith(start) ? key.slice(start.length) : null
  }
}

interface Surroundings {
  reader: RowReader
  composer: Shape
  folder: string | null
  /** By bubble, as the list of headers tells them. */
  times: ReadonlyMap<string, number>
  /** A row that was written after the composer's own may be listed in a moment. */
  ownVersion: number
}

interface Beside {
  id: string
  at: number | null
  place: Record<string, true>
}

/** Ids of the bubbles that make the conversation, in order. */
function headersOf(composer: Shape): string[] {
  return listOf(composer['fullConversationHeadersOnly']).flatMap((header) => textOf(shapeOf(header)['bubbleId']) ?? [])
}

function timesOf(composer: Shape): Map<string, number> {
  const times = new Map<string, number>()
  for (const header of listOf(composer['fullConversationHeadersOnly']).map(shapeOf)) {
    const id = textOf(header['bubbleId'])
    const at = timeOf(header['createdAt'])
    if (id !== null && at !== null) times.set(id, at)
  }
  return times
}

/** The listed bubbles; each other one before the first of them that is later, and at the end when its time is not known. */
function inOrder(listed: readonly string[], beside: readonly Beside[], time: (id: string) => number | null): string[] {
  if (beside.length === 0) return [...listed]
  const timed = beside.flatMap(({ id, at }) => (at === null ? [] : [{ id, at }])).sort((a, b) => a.at - b.at)
  const order: string[] = []
  for (const id of listed) {
    const at = timed.length === 0 ? null : time(id)
    while (at !== null && timed[0] !== undefined && timed[0].at < at) order.push(timed.shift()?.id ?? '')
    order.push(id)
  }
  return [...order, ...timed.map(({ id }) => id), ...beside.flatMap(({ id, at }) => (at === null ? [id] : []))]
}

/** A chat that was opened and never used. */
function isEmpty(composer: Shape, isReadable: boolean): boolean {
  return isReadable && textOf(composer['composerId']) !== null && listOf(composer['conversation']).length === 0
}

/** What a bubble's line has to tell so that it can be read by itself. */
function aboutBubble(bytes: Uint8Array, id: string, around: Surroundings): Shape {
  const { reader, composer, folder, times } = around
  const about: Shape = {}
  const at = times.get(id)
  if (at !== undefined) about['at'] = at
  const model = textOf(shapeOf(composer['modelConfig'])['modelName'])
  if (model !== null && model !== 'default') about['model'] = model
  const bubble = parsedRow(bytes)
  if (bubble === null || textOf(shapeOf(bubble['toolFormerData'])['name']) === null) return about
  if (folder !== null) about['folder'] = folder
  return { ...about, ...contentsOf(bubble, { reader, composer, id }) }
}
