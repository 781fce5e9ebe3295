import type { AgentSource } from '../../db/stores/source-store.ts'
import type { Line } from '../adapters/shared/line-splitter.ts'
import type { Vault } from '../vault/vault.ts'
import { grainOf, linesOf } from './redact-generation.ts'

/** Generations that hold the old and the new bytes of the same lines. */
export interface Sides {
  before: number
  after: number
}

/** A line and what became of it. */
export interface LinePair {
  old: Line
  now: Line
  isChanged: boolean
}

type Kept = Pick<Vault, 'blocks' | 'readRange'>

/** Lines that stand for each other, in order. */
export function* linePairs(vault: Kept, { before, after }: Sides): Generator<LinePair, void> {
  const nows = linesOf(vault.blocks(after))
  for (const { line: old } of linesOf(vault.blocks(before))) {
    const next = nows.next()
    if (next.done === true) return
    const now = next.value.line
    yield { old, now, isChanged: Buffer.compare(old.bytes, now.bytes) !== 0 }
  }
}

/** Parts of a file that stand for each other: lines with their ends, or the whole where it was looked at as a whole. */
export function* partPairs(
  vault: Kept,
  source: AgentSource,
  { before, after }: Sides,
): Generator<{ old: Uint8Array; now: Uint8Array }, void> {
  if (isWhole(vault, source, before)) {
    yield { old: wholeOf(vault, before), now: wholeOf(vault, after) }
    return
  }
  const nows = linesOf(vault.blocks(after))
  for (const { line, end } of linesOf(vault.blocks(before))) {
    const next = nows.next()
    if (next.done === true) return
    yield { old: Buffer.concat([line.bytes, end]), now: Buffer.concat([next.value.line.bytes, next.value.end]) }
  }
}

/**
 * Where offsets in the old bytes come to stand in the new ones. Those inside a changed part keep to what is the same at
 * its beginning or at its end.
 */
export function offsetsAfter(
  vault: Kept,
  source: AgentSource,
  sides: Sides,
  offsets: readonly number[],
): Map<number, number> {
  const waiting = [...new Set(offsets)].sort((a, b) => a - b)
  const mapped = new Map<number, number>()
  if (waiting.length === 0) return mapped
  let ends = { old: 0, now: 0 }
  for (const { old, now } of partPairs(vault, source, sides)) {
    for (let at = waiting[0]; at !== undefined && at <= ends.old + old.length; at = waiting[0]) {
      mapped.set(at, ends.now + offsetIn(old, now, at - ends.old))
      waiting.shift()
    }
    ends = { old: ends.old + old.length, now: ends.now + now.length }
  }
  for (const at of waiting) mapped.set(at, ends.now + at - ends.old)
  return mapped
}

function isWhole(vault: Kept, source: AgentSource, generationId: number): boolean {
  if (source.role !== 'companion') return false
  let length = 0
  for (const { offset, bytes } of vault.blocks(generationId)) length = offset + bytes.length
  return grainOf(source, length, vault.readRange(generationId, 0, 8192)) === 'whole'
}

function wholeOf(vault: Kept, generationId: number): Uint8Array {
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
