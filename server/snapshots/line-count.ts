import { hash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'

/** Reads bytes of a generation; shorter where it ends. */
export type ReadRange = (generationId: number, offset: number, length: number) => Uint8Array

/** The first bytes of a generation. */
export interface Range {
  generationId: number
  length: number
}

const PART = 512 * 1024
const LINE_FEED = 0x0a

/** Counts the line feeds between two positions, leaving others their turn. */
export async function countLines(read: ReadRange, generationId: number, from: number, to: number): Promise<number> {
  let lines = 0
  for await (const bytes of partsOf(read, generationId, from, to)) {
    for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1
  }
  return lines
}

/** Counts whole lines that only one of two texts has, whatever their order. */
export async function compareLines(
  read: ReadRange,
  before: Range,
  after: Range,
): Promise<{ added: number; removed: number }> {
  const left = new Map<string, number>()
  for await (const line of linesOf(read, before)) left.set(line, (left.get(line) ?? 0) + 1)
  let added = 0
  for await (const line of linesOf(read, after)) {
    const count = left.get(line) ?? 0
    if (count > 0) left.set(line, count - 1)
    else added += 1
  }
  let removed = 0
  for (const count of left.values()) removed += count
  return { added, removed }
}

/** The hash of each whole line. */
async function* linesOf(read: ReadRange, { generationId, length }: Range): AsyncGenerator<string, void> {
  let begun: Uint8Array[] = []
  for await (const bytes of partsOf(read, generationId, 0, length)) {
    let from = 0
    for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, from)) {
      const line = bytes.subarray(from, at)
      yield hash('sha1', begun.length === 0 ? line : Buffer.concat([...begun, line]), 'base64')
      begun = []
      from = at + 1
    }
    begun.push(bytes.subarray(from))
  }
}

async function* partsOf(
  read: ReadRange,
  generationId: number,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void> {
  for (let at = from; at < to;) {
    const bytes = read(generationId, at, Math.min(PART, to - at))
    if (bytes.length === 0) return
    yield bytes
    at += bytes.length
    await turn()
  }
}
