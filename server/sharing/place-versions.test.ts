import { expect, test } from 'vitest'
import type { FileVersion } from '../code-state/ledger.ts'
import { placeVersions } from './place-versions.ts'

const OURS = 1
const OTHERS = 2

function version(session: number, at: number, seq: number, content: number | null): FileVersion {
  const stamp = { session, at, seq, n: 0 }
  return { ...stamp, content, by: 'write', exactFrom: stamp, confirmed: stamp, doubtedAt: null }
}

function placed(versions: FileVersion[], from = 0): [number, number | null | undefined][] {
  const track = { session: OURS, at: [100, 200, 300, 400], from }
  return placeVersions(versions, track).map(({ seq, version: { content } }) => [seq, content])
}

test('a session’s own versions stand at their event, those of others at the last one before them', () => {
  const versions = [version(OTHERS, 50, 0, 10), version(OURS, 200, 1, 11), version(OTHERS, 350, 7, 12)]
  expect(placed(versions)).toEqual([
    [-1, 10],
    [1, 11],
    [2, 12],
  ])
})

test('of several at one event the last counts, and what is as before is left out', () => {
  const versions = [version(OURS, 200, 1, 10), version(OURS, 200, 1, 11), version(OTHERS, 320, 1, 11)]
  expect(placed(versions)).toEqual([[1, 11]])
  expect(placed([version(OURS, 100, 0, 10), version(OURS, 300, 2, null)])).toEqual([
    [0, 10],
    [2, null],
  ])
})

test('what was before a range is one state', () => {
  const versions = [version(OURS, 100, 0, 10), version(OURS, 200, 1, 11), version(OURS, 400, 3, 12)]
  expect(placed(versions, 2)).toEqual([
    [-1, 11],
    [3, 12],
  ])
})
