// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { timelineWith } from '../../testing/timeline.ts'
import { emptyPulse, growPulse, turnsToCompaction, type Pulse } from './pulse.ts'

describe('the tool call that runs now', () => {
  // 0 is a prompt, 2 a tool call, 3 its result.
  const begun = growPulse(
    emptyPulse,
    timelineWith({ length: 4, kind: [0, 2, 3, 2], prompts: [[0, 'Fix it']], results: [[1, 2]] }),
  )

  test('is the one without a result', () => {
    expect(begun.openCalls).toEqual([3])
  })

  test('is done when its result comes with a later reading', () => {
    const grown = growPulse(begun, timelineWith({ length: 6, kind: [3, 1], results: [[3, 4]] }))

    expect(grown.openCalls).toEqual([])
    expect(grown.length).toBe(6)
  })

  test('is given up when the next prompt comes', () => {
    const grown = growPulse(begun, timelineWith({ length: 6, kind: [0, 2], prompts: [[4, 'Stop, do this']] }))

    expect(grown.openCalls).toEqual([5])
    expect(grown.lastPrompt).toBe('Stop, do this')
  })

  test('is found whatever number its kind has in a reading', () => {
    const grown = growPulse(begun, timelineWith({ length: 5, kind: [0], kinds: ['tool_call'] }))

    expect(grown.openCalls).toEqual([3, 4])
  })
})

test('a later reading goes on where the first one ended', () => {
  const first = growPulse(
    emptyPulse,
    timelineWith({ length: 3, kind: [0, 1, 1], prompts: [[0, 'A']], context: [[1, 900]] }),
  )
  const second = growPulse(first, timelineWith({ length: 5, kind: [0, 1], context: [[4, 1_200]], prompts: [[3, 'B']] }))

  expect(second.context).toEqual([
    [1, 900],
    [4, 1_200],
  ])
  expect(second.prompts).toEqual([0, 3])
  expect(second.lastPrompt).toBe('B')
})

describe('turns to compaction', () => {
  const steady: Pulse = {
    ...emptyPulse,
    context: [
      [1, 100_000],
      [11, 110_000],
      [21, 120_000],
    ],
    prompts: [0, 10, 20],
  }

  test('are what is left at the pace so far', () => {
    // 10 000 a turn, 184 000 is the edge, 64 000 are left.
    expect(turnsToCompaction(steady, 200_000)).toBe(6)
  })

  test('count from the last compaction', () => {
    const compacted: Pulse = {
      ...steady,
      context: [[1, 180_000], ...steady.context.map(([seq, tokens]): [number, number] => [seq + 10, tokens])],
      prompts: [0, 10, 20, 30],
      lastCompaction: 5,
    }

    expect(turnsToCompaction(compacted, 200_000)).toBe(6)
  })

  test('are not told after one turn, when the context does not grow, or when it is far away', () => {
    expect(turnsToCompaction({ ...steady, prompts: [0, 10] }, 200_000)).toBeUndefined()
    expect(
      turnsToCompaction(
        {
          ...steady,
          context: [
            [1, 9],
            [21, 9],
          ],
        },
        200_000,
      ),
    ).toBeUndefined()
    expect(turnsToCompaction(steady, 1_000_000)).toBeUndefined()
    expect(turnsToCompaction(emptyPulse, 200_000)).toBeUndefined()
  })

  test('are none when the edge is passed', () => {
    expect(turnsToCompaction(steady, 120_000)).toBe(0)
  })
})
