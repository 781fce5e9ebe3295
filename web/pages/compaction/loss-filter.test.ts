// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { lostItemWith } from '../../testing/compaction.ts'
import { countLoss, filterLoss, isNarrowed, readLossFilter, toggled, type LossFilter } from './loss-filter.ts'

const all: LossFilter = { coverage: [], kinds: [], words: '', order: 'importance' }

const items = [
  lostItemWith({ seq: 1, coverage: 'kept', importance: 0.9, text: 'Use tabs' }),
  lostItemWith({
    seq: 2,
    coverage: 'lost',
    importance: 0.2,
    kind: 'command',
    id: 'b',
    text: 'npm test',
    detail: 'exit 1',
  }),
  lostItemWith({ seq: 3, coverage: 'partly', importance: 0.5, text: 'Never touch the lock file' }),
  lostItemWith({ seq: 4, coverage: 'lost', importance: 0.8, kind: 'decision', id: 'd', text: 'Keep the old lexer' }),
]

const seqs = (filter: Partial<LossFilter>): number[] => filterLoss(items, { ...all, ...filter }).map(({ seq }) => seq)

describe('the list', () => {
  test('has what is lost first, the important before the rest', () => {
    expect(seqs({})).toEqual([4, 2, 3, 1])
  })

  test('may stand in the order of the session', () => {
    expect(seqs({ order: 'time' })).toEqual([1, 2, 3, 4])
  })

  test('shows what has one of the chosen coverages and one of the chosen kinds', () => {
    expect(seqs({ coverage: ['lost', 'partly'] })).toEqual([4, 2, 3])
    expect(seqs({ coverage: ['lost'], kinds: ['command', 'instruction'] })).toEqual([2])
  })

  test('is searched in text and detail, all words, in any order', () => {
    expect(seqs({ words: 'lock NEVER' })).toEqual([3])
    expect(seqs({ words: 'exit' })).toEqual([2])
    expect(seqs({ words: ' ' })).toEqual([4, 2, 3, 1])
  })
})

test('each button counts what it would show beside the other choices', () => {
  const counts = countLoss(items, { ...all, coverage: ['lost'] })

  expect(counts.coverage).toEqual({ lost: 2, partly: 1, kept: 1 })
  expect(counts.kinds).toMatchObject({ command: 1, decision: 1, instruction: 0 })
})

test('the address says the filter, and what it does not know counts as absent', () => {
  expect(readLossFilter(new URLSearchParams('coverage=lost,never&kind=todo&q=a+b&order=time'))).toEqual({
    coverage: ['lost'],
    kinds: ['todo'],
    words: 'a b',
    order: 'time',
  })
  expect(readLossFilter(new URLSearchParams('order=up'))).toEqual(all)
})

test('a choice is added to the others and taken away again', () => {
  expect(toggled(['lost'], 'kept')).toBe('lost,kept')
  expect(toggled(['lost', 'kept'], 'lost')).toBe('kept')
  expect(toggled(['lost'], 'lost')).toBeNull()
})

test('an order leaves nothing out', () => {
  expect(isNarrowed({ ...all, order: 'time' })).toBe(false)
  expect(isNarrowed({ ...all, kinds: ['todo'] })).toBe(true)
})
