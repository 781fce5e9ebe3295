// @vitest-environment node
import { describe, expect, test } from 'vitest'
import {
  distinctFolderNames,
  durationOf,
  folderName,
  formatAgo,
  formatBytes,
  formatCountOf,
  formatDuration,
  formatModel,
  formatMoney,
  formatTokens,
} from './format.ts'

test.each([
  [0, '0'],
  [950, '950'],
  [999, '999'],
  [1_000, '1k'],
  [1_250, '1.3k'],
  [9_949, '9.9k'],
  [9_999, '10k'],
  [171_204, '171k'],
  [999_499, '999k'],
  [999_600, '1M'],
  [3_400_000, '3.4M'],
  [19_000_000_000, '19B'],
])('%d tokens are %s', (tokens, text) => {
  expect(formatTokens(tokens)).toBe(text)
})

test.each([
  [null, 'no price'],
  [0, '$0.00'],
  [0.004, '<$0.01'],
  [0.04, '$0.04'],
  [12.3, '$12.30'],
  [1_204.4, '$1,204'],
])('%s dollars are %s', (dollars, text) => {
  expect(formatMoney(dollars)).toBe(text)
})

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [4_300, '4.3 kB'],
  [60_000_000, '60 MB'],
  [999_700, '1 MB'],
  [1_230_000_000, '1.2 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test.each([
  [0, '0 s'],
  [45_000, '45 s'],
  [12 * 60_000, '12 min'],
  [59.8 * 60_000, '1 h'],
  [192 * 60_000, '3 h 12 min'],
  [52 * 3_600_000, '2 d 4 h'],
])('%d ms last %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

describe('how long ago', () => {
  const now = Date.parse('2026-11-24T12:00:00Z')

  test.each([
    ['2026-11-24T12:00:20Z', 'just now'],
    ['2026-11-24T11:59:30Z', 'just now'],
    ['2026-11-24T11:56:00Z', '4 min ago'],
    ['2026-11-24T09:00:00Z', '3 h ago'],
    ['2026-11-23T10:00:00Z', 'yesterday'],
    ['2026-11-19T12:00:00Z', '5 d ago'],
    ['2026-10-03T12:00:00Z', '3 Oct'],
    ['2025-10-03T12:00:00Z', '3 Oct 2025'],
  ])('%s is %s', (at, text) => {
    expect(formatAgo(at, now)).toBe(text)
  })
})

test('one is not many', () => {
  expect(formatCountOf(1, 'session')).toBe('1 session')
  expect(formatCountOf(1_902, 'session')).toBe('1,902 sessions')
})

test('a clock that ran backwards gives no duration', () => {
  expect(durationOf({ startedAt: '2026-11-24T12:00:00Z', endedAt: '2026-11-24T11:00:00Z' })).toBeUndefined()
  expect(durationOf({ startedAt: null, endedAt: '2026-11-24T11:00:00Z' })).toBeUndefined()
  expect(durationOf({ startedAt: '2026-11-24T11:00:00Z', endedAt: '2026-11-24T11:00:03Z' })).toBe(3_000)
})

test.each([
  ['claude-opus-4-5-20251101', 'Opus 4.5'],
  ['claude-sonnet-4-20250514', 'Sonnet 4'],
  ['claude-3-5-sonnet-20241022', 'Sonnet 3.5'],
  ['claude-3-opus-latest', 'Opus 3'],
  ['claude-opus-4-1', 'Opus 4.1'],
  ['claude-sonnet-4-5[1m]', 'Sonnet 4.5'],
  ['<synthetic>', '<synthetic>'],
  ['gpt-5.2-codex', 'gpt-5.2-codex'],
])('%s is called %s', (model, text) => {
  expect(formatModel(model)).toBe(text)
})

test('a folder is named by its last part, on every system', () => {
  expect(folderName('/home/me/src/atlas/')).toBe('atlas')
  expect(folderName('C:\\Users\\me\\game')).toBe('game')
  expect(folderName('/')).toBe('/')
})

test('folders of one name are told apart by what stands before it', () => {
  const names = distinctFolderNames([
    '/Users/soph/Work/cli',
    '/Users/alex/cli',
    '/Users/alex/cli/.worktrees/1',
    '/home/alex/cli',
    'C:\\src\\game',
    '/',
  ])

  expect([...names]).toEqual(
    expect.arrayContaining([
      ['/Users/soph/Work/cli', 'Work/cli'],
      ['/Users/alex/cli', 'Users/alex/cli'],
      ['/home/alex/cli', 'home/alex/cli'],
      ['/Users/alex/cli/.worktrees/1', '.worktrees/1'],
      ['C:\\src\\game', 'game'],
      ['/', '/'],
    ]),
  )
})

test('folders that differ only in the kind of slash keep their whole path', () => {
  const names = distinctFolderNames(['/src/a', '\\src\\a'])

  expect([...names.values()]).toEqual(['/src/a', '\\src\\a'])
})
