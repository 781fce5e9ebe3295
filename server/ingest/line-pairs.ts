import type { AgentSource } from '../../db/stores/source-store.ts'
import type { Line } from '../adapters/shared/line-splitter.ts'
import type { Vault } from '../vault/vault.ts'
import { piecesOf, type EndedPiece, type SplitterFor } from './pieces-of.ts'
import { grainOf } from './redact-generation.ts'

/** Generations that hold the old and the new bytes of the same lines. */
export interface Sides {
  before: number
  after: number
}

/** A line, or what else is read at once, and what became of it. */
export interface LinePair {
  old: Line
  now: Line
  isChanged: boolean
}

/** Where the bytes are read, and how they are cut. */
export interface PairParts {
  vault: Pick<Vault, 'blocks' | 'readRange'>
  splitterFor: SplitterFor
}

/** Lines, or what else is read at once, that stand for each other, in order. */
export function* linePairs(parts: PairParts, source: AgentSource, sides: Sides): Generator<LinePair, void> {
  for (const [old, now] of piecePairs(parts, source, sides)) {
    yield { old: old.line, now: now.line, isChanged: Buffer.compare(old.line.bytes, now.line.bytes) !== 0 }
  }
}

/** Parts of a file that stand for each other: lines with their ends, or the whole where it was looked at as a whole. */
export function* partPairs(
  parts: PairParts,
  source: AgentSource,
  sides: Sides,
): Generator<{ old: Uint8Array; now: Uint8Array }, void> {
  const { vault } = parts
  if (isWhole(vault, source, sides.before)) {
    yield { old: wholeOf(vault, sides.before), now: wholeOf(vault, sides.after) }
    return
  }
  for (const [old, now] of piecePairs(parts, source, sides)) yield { old: bytesOf(old), now: bytesOf(now) }
}

/** Taking out a value makes no piece and ends none. Where it did all the same, nothing may be moved by these pairs. */
function* piecePairs(
  { vault, splitterFor }: PairParts,
  source: AgentSource,
  { before, after }: Sides,
): Generator<[EndedPiece, EndedPiece], void> {
  const nows = piecesOf(vault.blocks(after), splitterFor(source))
  for (const old of piecesOf(vault.blocks(before), splitterFor(source))) {
    const now = nows.next()
    if (now.done === true) throw fallsApart(source)
    yield [old, now.value]
  }
  if (nows.next().done !== true) throw fallsApart(source)
}

function fallsApart({ path }: AgentSource): Error {
  return new Error(`Without its secrets ${path} would be read as other parts than before.`)
}

function bytesOf({ line, end }: EndedPiece): Uint8Array {
  return Buffer.concat([line.bytes, end])
}

/**
 * Where offsets in the old bytes come to stand in the new ones. Those inside a changed part keep to what is the same at
 * its beginning or at its end.
 */
export function offsetsAfter(
  parts: PairParts,
  source: AgentSource,
  sides: Sides,
  offsets: readonly number[],
): Map<number, number> {
  const waiting = [...new Set(offsets)].sort((a, b) => a - b)
  const mapped = new Map<number, number>()
  if (waiting.length === 0) return mapped
  let ends = { old: 0, now: 0 }
  for (const { old, now } of partPairs(parts, source, sides)) {
    for (let at = waiting[0]; at !== undefined && at <= ends.old + old.length; at = waiting[0]) {
      mapped.set(at, ends.now + offsetIn(old, now, at - ends.old))
      waiting.shift()
    }
    ends = { old: ends.old + old.length, now: ends.now + now.length }
  }
  for (const at of waiting) mapped.set(at, ends.now + at - ends.old)
  return mapped
}

function isWhole(vault: PairParts['vault'], source: AgentSource, generationId: number): boolean {
  if (source.role !== 'companion') return false
  let length = 0
  for (const { offset, bytes } of vault.blocks(generationId)) length = offset + bytes.length
  return grainOf(source, length, vault.readRange(generationId, 0, 8192)) === 'whole'
}

function wholeOf(vault: PairParts['vault'], generationId: number): Uint8Array {
  return Buffer.concat([...vault.blocks(generationId)].map(({ bytes }) => bytes))
}

function offsetIn(old: Uint8Array, now: Uint8Array, at: number): number {
  const most = Math.min(old.length, now.length)
  let front = 0
  while (front < most && old[front] === now[front]) front += 1
  if (at <= front) return at
  let back = 0
  while (back < most - front && old[old.length - 1 - back] === now[now.length - 1 - back]) back += 1
  return old.length - at <= back ? now.length - (old.length - at) : front
}
