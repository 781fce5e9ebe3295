// @vitest-environment node
import { expect, test } from 'vitest'
import { pathOf, placeOf, replayPath, withQuery } from './routes.ts'

test.each([
  ['/', { page: 'live' }],
  ['/sessions', { page: 'sessions' }],
  ['/sessions/', { page: 'sessions' }],
  ['/settings', { page: 'settings' }],
  ['/sessions/claude-code:0b1c', { page: 'replay', sessionId: 'claude-code:0b1c' }],
  ['/sessions/claude-code%3A0b1c%3Aagent%2F1', { page: 'replay', sessionId: 'claude-code:0b1c:agent/1' }],
  ['/sessions/claude-code:0b1c/compaction/42', { page: 'compaction', sessionId: 'claude-code:0b1c', seq: 42 }],
  ['/sessions/claude-code:0b1c/compaction', { page: 'compaction', sessionId: 'claude-code:0b1c', seq: null }],
  ['/vault', { page: 'vault', snapshotId: null, compareWith: null }],
  ['/vault/7', { page: 'vault', snapshotId: 7, compareWith: null }],
  ['/vault/7/compare/9', { page: 'vault', snapshotId: 7, compareWith: 9 }],
  ['/vault/7/compare/now', { page: 'vault', snapshotId: 7, compareWith: 'now' }],
  ['/secrets', { page: 'secrets', secretId: null }],
  ['/secrets/12', { page: 'secrets', secretId: 12 }],
  ['/secrets/report', { page: 'secrets-report' }],
  ['/secrets/x', { page: 'unknown', path: '/secrets/x' }],
  ['/vault/seven', { page: 'unknown', path: '/vault/seven' }],
  ['/vault/7/compare', { page: 'unknown', path: '/vault/7/compare' }],
  ['/sessions/a/compaction/x', { page: 'unknown', path: '/sessions/a/compaction/x' }],
  ['/projects/%2Fw%2Fapp', { page: 'project', path: '/w/app' }],
  ['/projects', { page: 'unknown', path: '/projects' }],
  ['/projects/a/b', { page: 'unknown', path: '/projects/a/b' }],
  ['/nowhere', { page: 'unknown', path: '/nowhere' }],
  ['/settings/more', { page: 'unknown', path: '/settings/more' }],
  ['/sessions/a/b', { page: 'unknown', path: '/sessions/a/b' }],
  ['/sessions/%E0%A4%A', { page: 'unknown', path: '/sessions/%E0%A4%A' }],
])('%s is its page', (path, place) => {
  expect(placeOf(path)).toEqual(place)
})

test('a session id with any signs comes back from its path', () => {
  const sessionId = 'claude-code:a b/ü?#%:1'

  const path = pathOf({ page: 'replay', sessionId })

  expect(placeOf(path)).toEqual({ page: 'replay', sessionId })
  expect(new URL(path, 'http://x').search).toBe('')
})

test.each([
  { page: 'compaction', sessionId: 'claude-code:a/b', seq: 42 },
  { page: 'compaction', sessionId: 'claude-code:a/b', seq: null },
  { page: 'vault', snapshotId: null, compareWith: null },
  { page: 'vault', snapshotId: 7, compareWith: null },
  { page: 'vault', snapshotId: 7, compareWith: 'now' },
] as const)('the path of $page $seq$snapshotId leads back to it', (place) => {
  expect(placeOf(pathOf(place))).toEqual(place)
})

test('a project comes back from its path, which no server takes for a file', () => {
  const place = { page: 'project', path: '/home/ada/Next.js app#1/site.js' } as const

  const path = pathOf(place)

  expect(placeOf(new URL(path, 'http://x').pathname)).toEqual(place)
  expect(path).toMatch(/^\/projects\/[^./]+$/)
})

test('a link to a moment says the moment', () => {
  expect(replayPath('claude-code:1', 0)).toBe('/sessions/claude-code:1?at=0')
  expect(replayPath('claude-code:1')).toBe('/sessions/claude-code:1')
})

test('a change of the query leaves the other keys', () => {
  expect(withQuery('/sessions?q=a&group=day', { q: 'b c', has: null })).toBe('/sessions?q=b+c&group=day')
})

test('an empty value takes a key out of the query', () => {
  expect(withQuery('/sessions?q=a', { q: '' })).toBe('/sessions')
})
