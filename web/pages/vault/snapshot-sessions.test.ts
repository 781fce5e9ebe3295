// @vitest-environment node
import { expect, test } from 'vitest'
import { snapshotSessionWith, snapshotSource } from '../../testing/snapshot.ts'
import { countStandings, readSessionsFilter, standingOf, toSessionRows } from './snapshot-sessions.ts'

const everything = { words: '', standing: undefined }

test.each([
  [{}, 'same'],
  [{ bytesNow: 140 }, 'grown'],
  [{ bytesNow: 60 }, 'shorter'],
  [{ state: 'gone', bytesNow: 0 }, 'gone'],
  [{ state: 'rewritten', bytesNow: 140 }, 'rewritten'],
] as const)('a file with %j stands as %s', (parts, standing) => {
  expect(standingOf(snapshotSessionWith({ sources: [snapshotSource(parts)] }))).toBe(standing)
})

test('the worst of its files is how a session stands', () => {
  const sources = [snapshotSource(), snapshotSource({ bytesNow: 140 }), snapshotSource({ state: 'gone', bytesNow: 0 })]

  expect(standingOf(snapshotSessionWith({ sources }))).toBe('gone')
})

test('sessions stand below their project', () => {
  const rows = toSessionRows(
    [
      snapshotSessionWith({ id: 'a:1', projectPath: '/w/one' }),
      snapshotSessionWith({ id: 'a:2', projectPath: null }),
      snapshotSessionWith({ id: 'a:3', projectPath: '/w/one' }),
    ],
    everything,
  )

  expect(rows.map((row) => (row.kind === 'project' ? row.ids : row.key))).toEqual([
    ['a:1', 'a:3'],
    'a:1',
    'a:3',
    ['a:2'],
    'a:2',
  ])
})

test('all words must be in title, project or id', () => {
  const sessions = [
    snapshotSessionWith({ id: 'a:1', title: 'Fix the lexer', projectPath: '/w/harbor' }),
    snapshotSessionWith({ id: 'a:2', title: 'Fix the parser', projectPath: '/w/tides' }),
  ]

  const rows = toSessionRows(sessions, { words: 'FIX harbor', standing: undefined })

  expect(rows.map(({ key }) => key)).toEqual(['project:/w/harbor', 'a:1'])
})

test('sessions can be narrowed to those that stand in a way', () => {
  const sessions = [
    snapshotSessionWith({ id: 'a:1' }),
    snapshotSessionWith({ id: 'a:2', sources: [snapshotSource({ state: 'gone', bytesNow: 0 })] }),
  ]

  const filter = readSessionsFilter(new URLSearchParams('now=gone'))

  expect(toSessionRows(sessions, filter).map(({ key }) => key)).toEqual(['project:/home/me/src/atlas', 'a:2'])
  expect(countStandings(sessions)).toEqual({ gone: 1, rewritten: 0, shorter: 0, grown: 0, same: 1 })
})
