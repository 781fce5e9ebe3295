import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryDatabases, type TemporaryDatabases } from '../testing.ts'
import { ProjectStore } from './project-store.ts'

let databases: TemporaryDatabases
let projects: ProjectStore

beforeEach(() => {
  databases = createTemporaryDatabases()
  projects = new ProjectStore(databases.index)
  const session = databases.index.prepare(
    `INSERT INTO sessions (key, id, agent, native_id, project_path, parent_id, started_at, ended_at, active_at, events)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  session.run(1, 'claude-code:a', 'claude-code', 'a', '/p', null, 100, 300, 300, 5)
  session.run(2, 'codex:b', 'codex', 'b', '/p', null, 200, 400, 400, 0)
  session.run(3, 'claude-code:c', 'claude-code', 'c', '/p/inside', null, 50, 60, 60, 0)
  session.run(4, 'claude-code:a:sub', 'claude-code', 'sub', '/elsewhere', 'claude-code:a', 150, 160, 160, 0)
  session.run(5, 'claude-code:d', 'claude-code', 'd', '/p', null, null, null, 250, 0)
  const event = databases.index.prepare(
    `INSERT INTO events (session_key, seq, id, at, kind, generation_id, offset, length, part, preview, is_error, is_commit)
     VALUES (1, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?, ?)`,
  )
  event.run(0, 'e0', 100, 'prompt', 'Do it', 0, 0)
  event.run(1, 'e1', 110, 'answer', 'I will', 0, 0)
  event.run(2, 'e2', null, 'tool_result', 'failed', 1, 0)
  event.run(3, 'e3', 130, 'tool_result', 'done', 0, 1)
  event.run(4, 'e4', 140, 'compaction', null, 0, 0)
  databases.index.prepare("INSERT INTO event_changes VALUES (1, 3, '/p/a.ts', 4, 1), (1, 3, '/p/b.ts', 2, 0)").run()
  databases.index.prepare('INSERT INTO compactions VALUES (1, 4, 1000, 100)').run()
})

afterEach(() => databases.close())

test('folders are counted by agent, the last active first, sub-agents left out', () => {
  expect(projects.countByFolder()).toEqual([
    { path: '/p', agent: 'codex', sessions: 1, startedAt: 200, endedAt: 400, activeAt: 400 },
    { path: '/p', agent: 'claude-code', sessions: 2, startedAt: 100, endedAt: 300, activeAt: 300 },
    { path: '/p/inside', agent: 'claude-code', sessions: 1, startedAt: 50, endedAt: 60, activeAt: 60 },
  ])
})

test('the sessions of a folder are those of all agents, without those of folders inside', () => {
  expect(projects.sessionsIn(['/p'], 10).map(({ id }) => id)).toEqual(['codex:b', 'claude-code:a', 'claude-code:d'])
  expect(projects.sessionsIn(['/p', '/p/inside'], 2).map(({ id }) => id)).toEqual(['codex:b', 'claude-code:a'])
  expect(projects.sessionsIn(['/none'], 10)).toEqual([])
})

test('sub-agents belong to their session, wherever they worked', () => {
  expect(projects.subagentsOf(['codex:b', 'claude-code:a'], 10)).toMatchObject([
    { id: 'claude-code:a:sub', parentId: 'claude-code:a', title: 'sub' },
  ])
})

test('marks are read in parts, each once', () => {
  const whole = { session: 1, after: -1, until: 100 }
  expect(projects.markedEvents(whole)).toEqual([
    { seq: 0, at: 100, isPrompt: 1, isError: 0, isCommit: 0, preview: 'Do it' },
    { seq: 2, at: null, isPrompt: 0, isError: 1, isCommit: 0, preview: 'failed' },
    { seq: 3, at: 130, isPrompt: 0, isError: 0, isCommit: 1, preview: 'done' },
  ])
  expect(projects.changes(whole)).toEqual([
    { seq: 3, at: 130, path: '/p/a.ts', added: 4, removed: 1 },
    { seq: 3, at: 130, path: '/p/b.ts', added: 2, removed: 0 },
  ])
  expect(projects.compactions(whole)).toEqual([{ seq: 4, at: 140 }])
  expect(projects.markedEvents({ session: 1, after: 0, until: 2 }).map(({ seq }) => seq)).toEqual([2])
  expect(projects.changes({ session: 1, after: 3, until: 9 })).toEqual([])
  expect(projects.compactions({ session: 1, after: 3, until: 4 })).toHaveLength(1)
})
