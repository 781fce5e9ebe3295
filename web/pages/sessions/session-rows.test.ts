// @vitest-environment node
import { expect, test } from 'vitest'
import { sessionWith } from '../../testing/session.ts'
import { toRows, type ListRow } from './session-rows.ts'

const now = new Date(2026, 10, 24, 12).getTime()

function at(day: number, hour: number): string {
  return new Date(2026, 10, day, hour).toISOString()
}

const names = new Map([
  ['/src/atlas', 'src/atlas'],
  ['/src/cli', 'cli'],
  ['/work/atlas', 'work/atlas'],
])

const sessions = [
  sessionWith({ id: 'claude-code:1', projectPath: '/src/atlas', endedAt: at(24, 9) }),
  sessionWith({ id: 'claude-code:2', projectPath: '/src/cli', endedAt: at(24, 1) }),
  sessionWith({ id: 'claude-code:3', projectPath: '/src/atlas', endedAt: at(23, 23) }),
  sessionWith({ id: 'claude-code:4', projectPath: null, startedAt: null, endedAt: null }),
  sessionWith({ id: 'claude-code:5', projectPath: '/work/atlas', endedAt: at(20, 8) }),
]

function texts(rows: ListRow[]): string[] {
  return rows.map((row) => (row.kind === 'group' ? `# ${row.label} ${row.count}` : row.key))
}

test('sessions stand below their project, the project with the newest first', () => {
  const rows = toRows(sessions, { grouping: 'project', folded: new Set(), names, now })

  expect(texts(rows)).toEqual([
    ...['# src/atlas 2', 'claude-code:1', 'claude-code:3'],
    ...['# cli 1', 'claude-code:2'],
    ...['# No project 1', 'claude-code:4'],
    ...['# work/atlas 1', 'claude-code:5'],
  ])
})

test('a folded group hides its sessions and keeps its count', () => {
  const rows = toRows(sessions, { grouping: 'project', folded: new Set(['project:/src/atlas']), names, now })

  expect(texts(rows).slice(0, 2)).toEqual(['# src/atlas 2', '# cli 1'])
})

test('by day, today and yesterday are named', () => {
  const rows = toRows(sessions, { grouping: 'day', folded: new Set(), names, now })

  expect(texts(rows)).toEqual([
    ...['# Today 2', 'claude-code:1', 'claude-code:2'],
    ...['# Yesterday 1', 'claude-code:3'],
    ...['# Without a time 1', 'claude-code:4'],
    ...['# Friday 20 November 2026 1', 'claude-code:5'],
  ])
})
