import { expect, test } from 'vitest'
import { Chunker, CHUNK_MAX, CHUNK_MIN } from './chunker.ts'
import { noise } from './testing.ts'

function cutsOf(bytes: Uint8Array): number[] {
  const chunker = new Chunker()
  const cuts: number[] = []
  for (let position = 0; ;) {
    position = chunker.cut(bytes, position, bytes.length)
    if (position === -1) return cuts
    cuts.push(position)
  }
}

test('chunks of noise are neither smaller than the least nor larger than the most, and near 128 KiB on average', () => {
  const cuts = cutsOf(noise(8_000_000, 1))
  const sizes = cuts.map((cut, position) => cut - (cuts[position - 1] ?? 0))
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(CHUNK_MIN)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(CHUNK_MAX)
  expect(cuts.length).toBeGreaterThan(30)
  expect(cuts.length).toBeLessThan(70)
})

test('bytes without any boundary are cut at the largest size', () => {
  expect(cutsOf(Buffer.alloc(3 * 512 * 1024 + 5))).toEqual([512 * 1024, 2 * 512 * 1024, 3 * 512 * 1024])
})

test('the cuts do not depend on the parts in which the bytes arrive', () => {
  const bytes = noise(2_000_000, 2)
  const whole = cutsOf(bytes)
  for (const step of [1000, 40_001, 65_535, 300_000]) {
    const chunker = new Chunker()
    const cuts: number[] = []
    for (let from = 0; from < bytes.length; from += step) {
      const end = Math.min(bytes.length, from + step)
      for (let position = from; ;) {
        position = chunker.cut(bytes, position, end)
        if (position === -1) break
        cuts.push(position)
      }
    }
    expect(cuts).toEqual(whole)
  }
})

test('a chunker that goes on within a chunk cuts where one that read it from the start does', () => {
  const bytes = noise(1_500_000, 3)
  const whole = cutsOf(bytes)
  const first = whole[0] ?? 0
  for (const within of [0, 1, 31, 32, 5000, CHUNK_MIN - 33, CHUNK_MIN - 31, CHUNK_MIN - 1, CHUNK_MIN, CHUNK_MIN + 7]) {
    const from = first + within
    const chunker = new Chunker(within, bytes.subarray(Math.max(0, from - 4096), from))
    expect(chunker.cut(bytes, from, bytes.length)).toBe(whole[1])
  }
})

test('inserted bytes move the cuts only where they stand', () => {
  const bytes = noise(4_000_000, 4)
  const changed = Buffer.concat([bytes.subarray(0, 1_000_000), Buffer.from('inserted'), bytes.subarray(1_000_000)])
  const before = new Set(cutsOf(bytes))
  const moved = cutsOf(changed).filter((cut) => !before.has(cut > 1_000_000 ? cut - 8 : cut))
  expect(moved.length).toBeLessThanOrEqual(3)
})
