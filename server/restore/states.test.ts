import { expect, test } from 'vitest'
import type { KeptSource } from '../../db/stores/kept-file-store.ts'
import { chooseStates, grewJustNow, isKnownSame } from './states.ts'

function source(lengths: number[], more: Partial<KeptSource> = {}): KeptSource {
  return {
    id: 1,
    agent: 'claude-code',
    path: '/s.jsonl',
    role: 'session',
    nativeId: 's',
    subagentId: null,
    state: 'present',
    mode: 0o600,
    stamp: { identity: '1:2', size: lengths.at(-1) ?? 0, mtimeNs: '3' },
    mtimeMs: 5,
    lastKeptAt: 1000,
    generations: lengths.map((length, n) => ({ id: n + 10, number: n + 1, length, createdAt: 1000 })),
    ...more,
  }
}

function chosen(one: KeptSource, choice: { generation?: number; newest?: boolean } = {}) {
  return chooseStates([one], { newest: false, ...choice }).map(({ generationId, length, mtimeMs }) => [
    generationId,
    length,
    mtimeMs,
  ])
}

test('of a transcript the longest state counts, the later of two that are as long, or the one that is asked for', () => {
  expect(chosen(source([900, 40]))).toEqual([[10, 900, null]])
  expect(chosen(source([900, 40, 900]))).toEqual([[12, 900, 5]])
  expect(chosen(source([900, 40]), { newest: true })).toEqual([[11, 40, 5]])
  expect(chosen(source([900, 40, 50]), { generation: 2 })).toEqual([[11, 40, null]])
  expect(chosen(source([900]), { generation: 3 })).toEqual([])
  expect(chosen(source([]))).toEqual([])
})

test('of a side file the last state counts that holds anything, whatever generation of the session is asked for', () => {
  const side = { role: 'companion' as const }
  expect(chosen(source([900, 40], side))).toEqual([[11, 40, 5]])
  expect(chosen(source([900, 0], side))).toEqual([[10, 900, null]])
  expect(chosen(source([900, 40], side), { generation: 1 })).toEqual([[11, 40, 5]])
})

test('only what was seen to be appended just now counts as growing', () => {
  const old = [{ id: 1, number: 1, length: 9, createdAt: 0 }]
  const grown = { generations: old, mtimeMs: 50_000, lastKeptAt: 50_100 }
  expect(grewJustNow(source([], grown), 51_000)).toBe(true)
  expect(grewJustNow(source([], grown), 53_000)).toBe(false)
  expect(grewJustNow(source([], { ...grown, state: 'gone' }), 51_000)).toBe(false)
  expect(grewJustNow(source([], { ...grown, lastKeptAt: 20_000 }), 51_000), 'only touched').toBe(false)
  const fresh = [{ id: 1, number: 1, length: 9, createdAt: 50_050 }]
  expect(grewJustNow(source([], { ...grown, generations: fresh }), 51_000), 'just rewritten').toBe(false)
})

test('a file is known to be the same only when nothing about it changed since it was kept whole', () => {
  const kept = source([900])
  const wanted = { source: kept, generationId: 10, length: 900, mode: null, mtimeMs: null }
  const seen = { stamp: '1:2 900 3 77', size: 900, mode: 0, mtimeMs: 0, uid: 0, gid: 0 }
  expect(isKnownSame(wanted, seen)).toBe(true)
  expect(isKnownSame(wanted, { ...seen, stamp: '1:2 900 4 77' })).toBe(false)
  expect(isKnownSame({ ...wanted, length: 800 }, { ...seen, size: 800 })).toBe(false)
  expect(isKnownSame({ ...wanted, source: source([900, 900]) }, seen)).toBe(false)
  expect(isKnownSame({ ...wanted, source: source([900], { stamp: null }) }, seen)).toBe(false)
})
