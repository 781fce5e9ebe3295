// @vitest-environment node
import { expect, test } from 'vitest'
import { ProjectTimeline, type ProjectSession } from '../../../server/contract/projects.ts'
import { sessionWith } from '../../testing/session.ts'
import { timelineWith } from '../../testing/timeline.ts'
import { lanesOf, marksOfGrowth, mergeMarks, readMarks, type Mark } from './marks.ts'

const session = (id: string, parentId: string | null = null): ProjectSession => sessionWith({ id, parentId })

const mark = (parts: Partial<Mark>): Mark => ({
  session: 0,
  seq: 0,
  at: 0,
  kind: 'prompt',
  text: '',
  files: [],
  ...parts,
})

test('columns become marks', () => {
  const timeline = ProjectTimeline.parse({
    path: '/p',
    folders: ['/p'],
    sessions: [session('a:1'), session('b:1')],
    leftOut: 0,
    session: [0, 1],
    seq: [0, 4],
    at: [1000, 2000],
    kind: [0, 1],
    texts: [[0, 'Hello']],
    edits: [
      [1, 0, 3, 1],
      [1, 1, 2, 0],
    ],
    paths: ['a.ts', 'b.ts'],
  })

  expect(readMarks(timeline)).toEqual([
    { session: 0, seq: 0, at: 1000, kind: 'prompt', text: 'Hello', files: [] },
    {
      session: 1,
      seq: 4,
      at: 2000,
      kind: 'edit',
      text: '',
      files: [
        { path: 'a.ts', added: 3, removed: 1 },
        { path: 'b.ts', added: 2, removed: 0 },
      ],
    },
  ])
})

test('what a session grew by becomes marks of its own, never earlier than those before', () => {
  const timeline = timelineWith({
    length: 13,
    at: [900, 3000, 4000],
    edits: [[11, 0, 2, 1]],
    paths: ['/p/src/a.ts'],
    errors: [12],
    prompts: [[10, 'Go on']],
  })
  const growth = { session: session('a:1'), index: 2, timeline, folders: ['/p'], latest: 1000 }

  expect(marksOfGrowth(growth)).toEqual([
    mark({ session: 2, seq: 10, at: 1000, text: 'Go on' }),
    mark({ session: 2, seq: 11, at: 3000, kind: 'edit', files: [{ path: 'src/a.ts', added: 2, removed: 1 }] }),
    mark({ session: 2, seq: 12, at: 4000, kind: 'error' }),
  ])
  expect(marksOfGrowth({ ...growth, session: session('a:1:x', 'a:1') }).map(({ kind }) => kind)).toEqual([
    'edit',
    'error',
  ])
})

test('new marks take their place among those of other sessions', () => {
  const merged = mergeMarks(
    [mark({ at: 1 }), mark({ at: 5, session: 1 })],
    [mark({ at: 3, seq: 1 }), mark({ at: 5, seq: 2 })],
  )

  expect(merged.map(({ at, session, seq }) => [at, session, seq])).toEqual([
    [1, 0, 0],
    [3, 0, 1],
    [5, 0, 2],
    [5, 1, 0],
  ])
})

test('a session has a lane, and its sub-agents stand in it', () => {
  const sessions = [session('a:1'), session('b:1'), session('a:1:sub', 'a:1')]
  const marks = [mark({}), mark({ session: 1 }), mark({ session: 2, kind: 'edit' })]

  const lanes = lanesOf(sessions, marks)

  expect(lanes.map(({ session, positions }) => [session.id, positions])).toEqual([
    ['a:1', [0, 2]],
    ['b:1', [1]],
  ])
  expect(lanes[0]?.byKind.edit).toEqual([2])
})
