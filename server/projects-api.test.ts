import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import { CodexSession } from './codex-testing.ts'
import { listProjects, MARK_KINDS, ProjectTimeline } from './contract/projects.ts'
import { getCode, getCodeFile } from './contract/replay.ts'

const CLAUDE = 'claude-code:c1'
const THREAD = '01a201f6-4ddb-7141-b29c-a2fce24d4b09'
const at = (minute: number) => `2026-03-01T10:${String(minute).padStart(2, '0')}:00.000Z`
const time = (minute: number) => Date.parse(at(minute))

let folder: TemporaryFolder
let home: string
let app: AppUnderTest
let serial: number

beforeEach(() => {
  folder = createTemporaryFolder()
  home = join(folder.path, 'home')
  serial = 0
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

/** Two agents that write the same file in turns, and one that works in a folder inside of the project. */
async function startWithTwo(): Promise<CodexSession> {
  writeClaude('-w-app', 'c1', '/w/app', [
    record(at(0), 'Begin the list'),
    ...written(at(1), '/w/app/list.txt', null, 'one\n'),
    ...written(at(10), '/w/app/list.txt', 'one\ntwo\n', 'one\n2\n'),
    ...failed(at(20)),
  ])
  writeClaude('-w-app-inside', 'c2', '/w/app/inside', [record(at(2), 'Something else')])
  const codex = new CodexSession(home, { thread: THREAD, cwd: '/w/app', startsAt: at(4) })
  codex.wait(60).prompt('Go on with the list\nand more')
  codex.update('list.txt', '@@ -1 +1,2 @@\n one\n+two\n')
  codex.wait(600).add('other.txt', 'x\ny\n')
  await start()
  return codex
}

async function start(): Promise<void> {
  app = await AppUnderTest.start(folder.path)
  await app.deps.ingest.start()
  await expect.poll(() => app.deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
}

function writeClaude(name: string, id: string, cwd: string, records: object[]): void {
  const project = join(home, '.claude', 'projects', name)
  mkdirSync(project, { recursive: true })
  const lines = records.map((one) => `${JSON.stringify({ sessionId: id, cwd, isSidechain: false, ...one })}\n`)
  writeFileSync(join(project, `${id}.jsonl`), lines.join(''))
}

function record(timestamp: string, content: unknown, extra: object = {}): object {
  serial += 1
  return { type: 'user', uuid: `u${serial}`, parentUuid: null, timestamp, message: { role: 'user', content }, ...extra }
}

function called(timestamp: string, name: string, input: object): { id: string; line: object } {
  const id = `toolu_${serial + 1}`
  const content = [{ type: 'tool_use', id, name, input }]
  return { id, line: record(timestamp, '', { type: 'assistant', message: { role: 'assistant', content } }) }
}

function written(timestamp: string, path: string, before: string | null, content: string): object[] {
  const { id, line } = called(timestamp, 'Write', { file_path: path, content })
  const result = [{ type: 'tool_result', tool_use_id: id, content: 'written' }]
  const hunk = { oldStart: 2, oldLines: 1, newStart: 2, newLines: 1, lines: ['-two', '+2'] }
  const structuredPatch = before === null ? [] : [hunk]
  const type = before === null ? 'create' : 'update'
  const toolUseResult = { type, filePath: path, content, structuredPatch, originalFile: before }
  return [line, record(timestamp, result, { toolUseResult })]
}

function failed(timestamp: string): object[] {
  const { id, line } = called(timestamp, 'Bash', { command: 'false' })
  return [line, record(timestamp, [{ type: 'tool_result', tool_use_id: id, content: 'Exit code 1', is_error: true }])]
}

async function timeline(path: string): Promise<ProjectTimeline> {
  const reply = await app.ask(`/api/projects/timeline?path=${encodeURIComponent(path)}`)
  expect(reply.statusCode, reply.body).toBe(200)
  return ProjectTimeline.parse(reply.json())
}

function rows({ session, sessions, at, kind }: ProjectTimeline): unknown[][] {
  return session.map((index, row) => [at[row], sessions[index]?.id, MARK_KINDS[kind[row] ?? -1]])
}

async function listAt(session: string, seq: number): Promise<string | null> {
  const url = `/api/sessions/${session}/code/file?path=list.txt&at=${seq}`
  return getCodeFile.reply.parse((await app.ask(url)).json()).text
}

test('what two agents did in one project stands in one order of time', async () => {
  const codex = await startWithTwo()

  const found = await timeline('/w/app')

  expect(found.sessions.map(({ id, agent }) => [id, agent])).toEqual([
    [CLAUDE, 'claude-code'],
    [codex.id, 'codex'],
  ])
  expect(rows(found)).toEqual([
    [time(0), CLAUDE, 'prompt'],
    [time(1), CLAUDE, 'edit'],
    [time(5), codex.id, 'prompt'],
    [time(5), codex.id, 'edit'],
    [time(10), CLAUDE, 'edit'],
    [time(15), codex.id, 'edit'],
    [time(20), CLAUDE, 'error'],
  ])
  expect(found.texts).toEqual([
    [0, 'Begin the list'],
    [2, 'Go on with the list and more'],
    [6, 'Exit code 1'],
  ])
  expect(found.edits).toEqual([
    [1, 0, 1, 0],
    [3, 0, 1, 0],
    [4, 0, 1, 1],
    [5, 1, 2, 0],
  ])
  expect(found.paths).toEqual(['list.txt', 'other.txt'])
  expect(found).toMatchObject({ path: '/w/app', folders: ['/w/app'], leftOut: 0 })
})

test('at each of its marks the file is what both agents had made of it', async () => {
  const codex = await startWithTwo()
  const { sessions, session, seq } = await timeline('/w/app')
  const texts = await Promise.all(seq.slice(1).map((at, row) => listAt(sessions[session[row + 1] ?? -1]?.id ?? '', at)))

  expect(texts).toEqual(['one\n', 'one\n', 'one\ntwo\n', 'one\n2\n', 'one\n2\n', 'one\n2\n'])

  const files = async (row: number) => {
    const url = `/api/sessions/${sessions[session[row] ?? -1]?.id}/code?at=${seq[row]}`
    return getCode.reply.parse((await app.ask(url)).json()).files.map(({ path, source }) => ({ path, source }))
  }
  expect(await files(5)).toMatchObject([
    { path: 'list.txt', source: { session: CLAUDE, sessionEvent: seq[4] } },
    { path: 'other.txt', source: { event: seq[5] } },
  ])
  expect(await files(6)).toMatchObject([
    { path: 'list.txt', source: { event: seq[4] } },
    { path: 'other.txt', source: { session: codex.id, sessionEvent: seq[5] } },
  ])
})

test('projects are listed with their agents; a folder inside is one of its own', async () => {
  await startWithTwo()

  const { items } = listProjects.reply.parse((await app.ask('/api/projects')).json())

  expect(items).toEqual([
    { path: '/w/app', agents: ['claude-code', 'codex'], sessions: 2, startedAt: at(0), endedAt: at(20) },
    { path: '/w/app/inside', agents: ['claude-code'], sessions: 1, startedAt: at(2), endedAt: at(2) },
  ])
})

test('a project that moved is one, by whichever of its paths it is asked for', async () => {
  await startWithTwo()
  const moved = join(folder.path, 'moved')
  mkdirSync(moved)
  for (const from of ['/w/app', '/w/app/inside']) {
    const reply = await app.ask('/api/path-mappings', { method: 'PUT', payload: { from, to: moved } })
    expect(reply.statusCode, reply.body).toBe(200)
  }

  const found = await timeline(moved)

  expect(found).toMatchObject({ path: moved, folders: ['/w/app', '/w/app/inside'] })
  expect(found.sessions.map(({ id }) => id)).toEqual([CLAUDE, 'claude-code:c2', `codex:${THREAD}`])
  expect(await timeline('/w/app')).toEqual(found)
  expect(await timeline('/w/app/inside')).toEqual(found)
  const { items } = listProjects.reply.parse((await app.ask('/api/projects')).json())
  expect(items).toMatchObject([{ path: moved, agents: ['claude-code', 'codex'], sessions: 3 }])
})

test('an unknown project is told, and one without a mark is empty', async () => {
  writeClaude('-w-app', 'c1', '/w/app', [record(at(0), 'Only a command', { isMeta: true })])
  await start()

  expect((await app.ask('/api/projects/timeline?path=/w/no')).statusCode).toBe(404)
  expect((await app.ask('/api/projects/timeline')).statusCode).toBe(400)
  expect(await timeline('/w/app')).toMatchObject({ sessions: [{ id: CLAUDE }], session: [], seq: [], paths: [] })
})

test('a session without times stands before all others, in the order of its events', async () => {
  writeClaude('-w-app', 'c1', '/w/app', [record('', 'First'), record('', 'Second')])
  writeClaude('-w-app', 'c2', '/w/app', [record(at(1), 'Later')])
  await start()

  const found = await timeline('/w/app')

  expect(found.texts.map(([, text]) => text)).toEqual(['First', 'Second', 'Later'])
  expect(found.at).toEqual([0, 0, time(1)])
})
