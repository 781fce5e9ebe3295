// @vitest-environment node
import { expect, test } from 'vitest'
import { readSnapshotFilter, readTicked, toggleTick } from './snapshot-filter.ts'

test('a filter is read from the address; a reason that there is not is left out', () => {
  expect(readSnapshotFilter(new URLSearchParams('reason=compaction&session=claude-code:1'))).toEqual({
    reason: 'compaction',
    session: 'claude-code:1',
  })
  expect(readSnapshotFilter(new URLSearchParams('reason=boredom'))).toEqual({ reason: undefined, session: undefined })
})

test.each([
  ['', []],
  ['tick=3', [3]],
  ['tick=3,9', [3, 9]],
  ['tick=3,3', [3]],
  ['tick=3,x,9,12', [3, 9]],
  ['tick=-1', []],
])('of “%s” the ticked ones are %j', (query, ids) => {
  expect(readTicked(new URLSearchParams(query))).toEqual(ids)
})

test('ticking adds up to two, a third takes the place of the second, and again unticks', () => {
  expect(toggleTick([], 3)).toEqual([3])
  expect(toggleTick([3], 9)).toEqual([3, 9])
  expect(toggleTick([3, 9], 12)).toEqual([3, 12])
  expect(toggleTick([3, 9], 3)).toEqual([9])
})
