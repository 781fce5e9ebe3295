import { describe, expect, it } from 'vitest'
import type { Timeline } from '../../../server/contract/sessions.ts'
import { ALL_GROUPS, DEFAULT_GROUPS, type KindGroup } from './kinds.ts'
import { buildTrack, nextIn, type TrackFilter } from './track.ts'

const KINDS = ['prompt', 'answer', 'tool_call', 'tool_result', 'hook', 'thinking', 'brand_new']

/** A timeline of the named kinds, one second apart. */
function timelineOf(kinds: string[], more: Partial<Timeline> = {}): Timeline {
  return {
    length: kinds.length,
    at: kinds.map((_, seq) => 1_000 * seq),
    kind: kinds.map((kind) => KINDS.indexOf(kind)),
    kinds: KINDS,
    branch: kinds.map(() => 0),
    errors: [],
    context: [],
    edits: [],
    paths: [],
    compactions: [],
    commits: [],
    prompts: [],
    ...more,
  }
}

function filterOf(groups: readonly KindGroup[] = DEFAULT_GROUPS, openBranches: number[] = []): TrackFilter {
  return { groups: new Set(groups), openBranches: new Set(openBranches) }
}

const stepsOf = (timeline: Timeline, filter: TrackFilter) => {
  const track = buildTrack(timeline, filter)
  return Array.from({ length: track.length }, (_, position) => track.stepAt(position)?.seq)
}

describe('buildTrack', () => {
  it('shows a call and its result as one step that ends with the result', () => {
    const kinds = ['prompt', 'tool_call', 'tool_call', 'tool_result', 'tool_result', 'answer']
    const results: [number, number][] = [
      [1, 4],
      [2, 3],
    ]
    const track = buildTrack(timelineOf(kinds, { results }), filterOf())

    expect(track.length).toBe(4)
    expect(track.stepAt(1)).toEqual({ kind: 'step', seq: 1, end: 4, branch: 0 })
    expect(track.stepAt(2)).toEqual({ kind: 'step', seq: 2, end: 3, branch: 0 })
  })

  it('finds the step of a result by the result, whatever came between', () => {
    const kinds = ['tool_call', 'tool_call', 'answer', 'tool_result']
    const track = buildTrack(timelineOf(kinds, { results: [[0, 3]] }), filterOf())

    expect(track.positionOf(3)).toBe(0)
    expect(track.positionOf(2)).toBe(2)
  })

  it('keeps a result whose call is not in the session as a step of its own', () => {
    expect(stepsOf(timelineOf(['prompt', 'tool_result']), filterOf())).toEqual([0, 1])
  })

  it('leaves noise out unless it is asked for, and shows kinds that no group knows with the notices', () => {
    const timeline = timelineOf(['prompt', 'hook', 'answer', 'brand_new'])

    expect(stepsOf(timeline, filterOf())).toEqual([0, 2, 3])
    expect(stepsOf(timeline, filterOf(ALL_GROUPS))).toEqual([0, 1, 2, 3])
    expect(stepsOf(timeline, filterOf(['prompts', 'answers']))).toEqual([0, 2])
  })

  it('stands on the last shown step before an event that is hidden, and on the first when none is before', () => {
    const track = buildTrack(timelineOf(['hook', 'prompt', 'hook', 'answer']), filterOf())

    expect(track.positionOf(2)).toBe(0)
    expect(track.positionOf(0)).toBe(0)
    expect(track.positionOf(99)).toBe(1)
    expect([0, 1, 2, 3].map((seq) => track.shows(seq))).toEqual([false, true, false, true])
  })

  it('folds a branch that a rewind left behind one row until it is opened', () => {
    const timeline = timelineOf(['prompt', 'answer', 'prompt', 'answer', 'prompt'], { branch: [0, 1, 1, 1, 0] })
    const closed = buildTrack(timeline, filterOf())

    expect(closed.rows).toEqual([
      { kind: 'step', seq: 0, end: 0, branch: 0 },
      { kind: 'branch', seq: 1, branch: 1, steps: 3, isOpen: false },
      { kind: 'step', seq: 4, end: 4, branch: 0 },
    ])
    expect(closed.length).toBe(2)
    expect(buildTrack(timeline, filterOf(DEFAULT_GROUPS, [1])).length).toBe(5)
  })

  it('is empty for a session without events', () => {
    const track = buildTrack(timelineOf([]), filterOf())

    expect(track.length).toBe(0)
    expect(track.positionOf(0)).toBe(0)
    expect(track.stepAt(0)).toBeUndefined()
  })
})

describe('nextIn', () => {
  it('finds the neighbour on each side and nothing beyond the ends', () => {
    expect(nextIn([2, 5, 9], 5, 1)).toBe(9)
    expect(nextIn([2, 5, 9], 5, -1)).toBe(2)
    expect(nextIn([2, 5, 9], 9, 1)).toBeUndefined()
    expect(nextIn([2, 5, 9], 2, -1)).toBeUndefined()
  })
})
