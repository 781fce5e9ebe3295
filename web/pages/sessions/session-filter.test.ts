// @vitest-environment node
import { expect, test } from 'vitest'
import { sessionWith } from '../../testing/session.ts'
import { countFacets, isNarrowed, passes, readFilter } from './session-filter.ts'

const atlas = sessionWith({ id: 'claude-code:1', projectPath: '/src/atlas', compactions: 2, models: ['opus'] })
const live = sessionWith({ id: 'claude-code:2', projectPath: '/src/atlas', isLive: true, models: ['opus', 'haiku'] })
const gone = sessionWith({ id: 'claude-code:3', projectPath: null, sourceState: 'gone', filesChanged: 3, models: [] })
const failed = sessionWith({ id: 'claude-code:4', projectPath: '/src/cli', errors: 1, models: ['haiku'] })
const all = [atlas, live, gone, failed]

function shown(query: string): string[] {
  const filter = readFilter(new URLSearchParams(query))
  return all.filter((session) => passes(session, filter)).map((session) => session.id.replace('claude-code:', ''))
}

test.each([
  ['', ['1', '2', '3', '4']],
  ['project=/src/atlas', ['1', '2']],
  ['project=none', ['3']],
  ['model=haiku', ['2', '4']],
  ['has=live', ['2']],
  ['has=kept', ['3']],
  ['has=compactions', ['1']],
  ['has=edits', ['3']],
  ['has=errors', ['4']],
  ['has=live,compactions', []],
  ['has=unheard-of', ['1', '2', '3', '4']],
  ['q=anything', ['1', '2', '3', '4']],
])('with “%s” the list shows %j', (query, ids) => {
  expect(shown(query)).toEqual(ids)
})

test('a facet counts what its choice would show, the other choices kept', () => {
  const counts = countFacets(all, readFilter(new URLSearchParams('project=/src/atlas')))

  expect(counts.projects).toEqual([
    { key: '/src/atlas', count: 2 },
    { key: '/src/cli', count: 1 },
    { key: 'none', count: 1 },
  ])
  expect(counts.models).toEqual([
    { key: 'opus', count: 2 },
    { key: 'haiku', count: 1 },
  ])
  expect(counts.traits).toEqual({ live: 1, kept: 0, compactions: 1, edits: 0, errors: 0 })
})

test('words alone do not narrow: the server has looked them up', () => {
  expect(isNarrowed(readFilter(new URLSearchParams('q=a')))).toBe(false)
  expect(isNarrowed(readFilter(new URLSearchParams('has=live')))).toBe(true)
})
