import { expect, it } from 'vitest'
import type { Timeline } from '../../../server/contract/sessions.ts'
import { joinTimelines } from './timeline.ts'

const base: Timeline = {
  length: 3,
  at: [10, 20, 30],
  kind: [0, 1, 2],
  kinds: ['prompt', 'answer', 'tool_call'],
  branch: [0, 0, 0],
  errors: [1],
  context: [[1, 500]],
  edits: [[2, 0, 4, 1]],
  paths: ['a.ts'],
  compactions: [],
  commits: [],
  prompts: [[0, 'Do it']],
  results: [],
}

const later: Timeline = {
  length: 5,
  at: [40, 50],
  kind: [0, 1],
  kinds: ['tool_result', 'answer'],
  branch: [0, 1],
  errors: [3],
  context: [[4, 700]],
  edits: [[3, 0, 2, 0]],
  paths: ['b.ts'],
  compactions: [{ seq: 4, pre: 9, post: 1 }],
  commits: [3],
  prompts: [],
  results: [[2, 3]],
}

it('joins a later part whose kinds and paths are numbered anew', () => {
  const joined = joinTimelines(base, later)

  expect(joined.length).toBe(5)
  expect(joined.at).toEqual([10, 20, 30, 40, 50])
  expect(joined.kind.map((kind) => joined.kinds[kind])).toEqual([
    'prompt',
    'answer',
    'tool_call',
    'tool_result',
    'answer',
  ])
  expect(joined.edits.map(([seq, path]) => [seq, joined.paths[path]])).toEqual([
    [2, 'a.ts'],
    [3, 'b.ts'],
  ])
  expect(joined.results).toEqual([[2, 3]])
  expect(joined.branch).toEqual([0, 0, 0, 0, 1])
})

it('counts nothing twice when the later part reaches back over what is here', () => {
  const overlapping: Timeline = {
    ...later,
    at: [30, 40, 50],
    kind: [2, 0, 1],
    kinds: ['tool_result', 'answer', 'tool_call'],
    branch: [0, 0, 1],
    edits: [
      [2, 1, 4, 1],
      [3, 0, 2, 0],
    ],
    paths: ['b.ts', 'a.ts'],
  }
  const joined = joinTimelines(base, overlapping)

  expect(joined.at).toEqual([10, 20, 30, 40, 50])
  expect(joined.edits).toHaveLength(2)
})

it('refuses a part that leaves a gap', () => {
  expect(() => joinTimelines(base, { ...later, length: 6 })).toThrow('does not reach back')
})
