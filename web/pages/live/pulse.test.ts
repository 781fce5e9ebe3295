// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { timelineWith } from '../../testing/timeline.ts'
import { emptyPulse, growPulse } from './pulse.ts'

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

test('the last compaction stays the last until another one comes', () => {
  const first = growPulse(
    emptyPulse,
    timelineWith({ length: 3, compactions: [{ seq: 2, pre: 171_000, post: 21_000 }] }),
  )
  const second = growPulse(first, timelineWith({ length: 5 }))
  const third = growPulse(second, timelineWith({ length: 9, compactions: [{ seq: 8, pre: 180_000, post: null }] }))

  expect(second.lastCompaction).toEqual({ seq: 2, pre: 171_000, post: 21_000 })
  expect(third.lastCompaction).toEqual({ seq: 8, pre: 180_000, post: null })
})
