import { expect, test } from 'vitest'
import { ProjectTimeline } from '../../../server/contract/projects.ts'
import type { Timeline } from '../../../server/contract/sessions.ts'
import { sessionWith } from '../../testing/session.ts'
import { timelineWith } from '../../testing/timeline.ts'
import { Moments } from './moments.ts'
import { ProjectView } from './project-view.svelte.ts'

const minute = 60_000

/** Three sessions: `a` at minutes 0 and 10, `b` at 5 and 20, `c` without a mark. */
const PROJECT = ProjectTimeline.parse({
  path: '/p',
  folders: ['/p'],
  sessions: ['a', 'c', 'b'].map((id) => sessionWith({ id: `codex:${id}`, events: 5 })),
  leftOut: 0,
  session: [0, 2, 0, 2],
  seq: [0, 1, 4, 3],
  at: [0, 5, 10, 20].map((at) => 1_000_000 + at * minute),
  kind: [0, 1, 1, 2],
  texts: [[0, 'Begin']],
  edits: [
    [1, 0, 1, 0],
    [2, 1, 2, 0],
  ],
  paths: ['one.ts', 'two.ts'],
})

async function viewOf(growth?: Timeline): Promise<ProjectView> {
  const view = new ProjectView({
    getProject: () => Promise.resolve(PROJECT),
    getGrowth: () => (growth ? Promise.resolve(growth) : Promise.reject(new Error('Nothing was to be read.'))),
    moments: new Moments(),
    code: { getCode: never, getCodeFile: never, getCodeDiff: never },
  })
  await view.sessions.read()
  view.apply({ at: null, file: null, isFollowing: false })
  return view
}

const never = () => new Promise<never>(() => undefined)

test('the playhead goes over the marks of all sessions, and stops at the ends', async () => {
  const view = await viewOf()
  expect([view.position, view.session?.id]).toEqual([3, 'codex:b'])

  view.step(1)
  expect(view.position).toBe(3)
  view.step(-1)
  expect([view.position, view.session?.id]).toEqual([2, 'codex:a'])
  view.jumpTo('edit', -1)
  expect(view.position).toBe(1)
  view.jumpTo('commit', 1)
  expect(view.position).toBe(1)
})

test('another row is entered at the nearest time, and rows without marks are passed over', async () => {
  const view = await viewOf()

  view.stepLane(-1)
  expect([view.position, view.lane]).toEqual([2, 0])
  view.seek(0)
  view.stepLane(1)
  expect([view.position, view.lane]).toEqual([1, 2])
  view.stepLane(1)
  expect(view.position).toBe(1)
})

test('the open file is the one edited last by any session, until one is chosen', async () => {
  const view = await viewOf()

  expect(view.openPath).toBe('two.ts')
  view.seek(1)
  expect(view.openPath).toBe('one.ts')
  view.seek(0)
  expect(view.openPath).toBeNull()
  view.pinned = 'two.ts'
  expect(view.openPath).toBe('two.ts')
})

test('an address names an event; the last mark up to it is shown', async () => {
  const view = await viewOf()

  view.apply({ at: { sessionId: 'codex:b', seq: 2 }, file: 'one.ts', isFollowing: false })
  expect([view.position, view.openPath]).toEqual([1, 'one.ts'])
  view.apply({ at: { sessionId: 'codex:gone', seq: 2 }, file: null, isFollowing: false })
  expect(view.position).toBe(3)
})

test('what comes before the playhead does not move it from its mark, and following goes to the end', async () => {
  const late = timelineWith({
    length: 7,
    at: [1_000_000 + 12 * minute, 1_000_000 + 30 * minute],
    prompts: [
      [5, 'More'],
      [6, 'End'],
    ],
  })
  const view = await viewOf(late)

  view.sessions.heard('codex:a', 7)
  await expect.poll(() => view.marks.length).toBe(6)
  expect([view.position, view.mark?.kind]).toEqual([4, 'error'])

  const following = await viewOf(late)
  following.follow()
  following.sessions.heard('codex:a', 7)
  await expect.poll(() => following.mark?.text).toBe('End')
})
