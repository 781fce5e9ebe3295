import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import type { Event } from './contract/event.ts'
import type { Session } from './contract/session.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

let folder: TemporaryFolder
let project: string
let history: string
let app: AppUnderTest

async function start(projects: string[]): Promise<void> {
  app = await AppUnderTest.start(folder.path, { projects })
  await app.deps.ingest.start()
}

beforeEach(() => {
  folder = createTemporaryFolder()
  project = join(folder.path, 'app')
  history = join(project, '.aider.chat.history.md')
  mkdirSync(join(folder.path, 'home'), { recursive: true })
  mkdirSync(project)
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

// How Aider writes: see the README of the adapter.
const header = (at: string) => `\n# aider chat started at ${at}\n\n`
const user = (text: string) => `\n#### ${text}  \n`
const tool = (...lines: string[]) => lines.map((line) => `> ${line}  \n`).join('')
const answer = (text: string) => `\n${text}\n\n`
const block = (path: string, old: string, next: string) =>
  `${path}\n\`\`\`\n<<<<<<< SEARCH\n${old}=======\n${next}>>>>>>> REPLACE\n\`\`\``

function git(...args: string[]): string {
  return execFileSync('git', ['-C', project, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

async function get<Reply>(url: string): Promise<Reply> {
  const reply = await app.ask(url)
  expect(reply.statusCode, reply.body).toBe(200)
  return reply.json()
}

async function sessions(): Promise<Session[]> {
  const { items } = await get<{ items: Session[] }>('/api/sessions')
  return items.filter(({ agent }) => agent === 'aider').sort((a, b) => a.id.localeCompare(b.id))
}

async function events(id: string): Promise<Event[]> {
  return (await get<{ items: Event[] }>(`/api/sessions/${encodeURIComponent(id)}/events?limit=200`)).items
}

async function until<Found>(look: () => Promise<Found>, isThere: (found: Found) => boolean): Promise<Found> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await look()
    if (isThere(found)) return found
    await sleep(25)
  }
  throw new Error('It did not come.')
}

async function contentAt(id: string, at: number, path: string): Promise<[string | null, string]> {
  const query = new URLSearchParams({ path, at: String(at) })
  const url = `/api/sessions/${encodeURIComponent(id)}/code/file?${query.toString()}`
  const file = await get<{ text: string | null; confidence: string }>(url)
  return [file.text, file.confidence]
}

test('one history is as many sessions as there were runs, and a run that goes on is followed', async () => {
  writeFileSync(
    history,
    header('2026-09-01 10:00:00') +
      tool('Aider v0.86.1', 'Main model: m/one with diff edit format') +
      user('first') +
      answer('One.') +
      tool('Tokens: 1.0k sent, 20 received. Cost: $0.01 message, $0.01 session.') +
      header('2026-09-02 10:00:00') +
      tool('Main model: m/two with whole edit format') +
      user('second') +
      answer('Two.') +
      tool('Tokens: 2.0k sent, 30 received. Cost: $0.02 message, $0.02 session.'),
  )
  await start([project])
  const [one, two] = await until(sessions, (found) => found.length === 2 && found[1]?.events === 4)
  expect(one).toMatchObject({ title: 'first', projectPath: project, models: ['m/one'], events: 4, prompts: 1 })
  expect(two).toMatchObject({ title: 'second', projectPath: project, models: ['m/two'], events: 4, prompts: 1 })
  expect(await get(`/api/sessions/${encodeURIComponent(one?.id ?? '')}`)).toMatchObject({ version: '0.86.1' })
  expect([one?.costUsd, two?.costUsd]).toEqual([0.01, 0.02])

  appendFileSync(history, user('third'))
  appendFileSync(history, answer('Three.'))
  appendFileSync(history, tool('Tokens: 2.0k sent, 30 received. Cost: $0.02 message, $0.04 session.'))
  const [, grown] = await until(sessions, (found) => found[1]?.events === 7)
  expect(grown).toMatchObject({ prompts: 2, problems: 0 })
  expect((await events(two?.id ?? '')).map(({ kind, text }) => [kind, text])).toEqual([
    ['notice', 'aider chat started at 2026-09-02 10:00:00'],
    ['prompt', 'second'],
    ['answer', 'Two.'],
    ['progress', 'Tokens: 2.0k sent, 30 received. Cost: $0.02 message, $0.02 session.'],
    ['prompt', 'third'],
    ['answer', 'Three.'],
    ['progress', 'Tokens: 2.0k sent, 30 received. Cost: $0.02 message, $0.04 session.'],
  ])
  expect((await sessions())[0]).toMatchObject({ events: 4 })

  rmSync(history)
  await until(sessions, (found) => found.every(({ sourceState }) => sourceState === 'gone'))
})

test('a project that another agent’s session names is looked into', async () => {
  const claude = join(folder.path, 'home', '.claude', 'projects', '-app')
  mkdirSync(claude, { recursive: true })
  writeFileSync(history, header('2026-09-01 10:00:00') + user('hi') + answer('Hello.'))
  await start([])
  expect(await sessions()).toEqual([])
  const record = {
    type: 'user',
    uuid: 'u1',
    parentUuid: null,
    sessionId: 's',
    cwd: project,
    message: { role: 'user', content: 'x' },
  }
  writeFileSync(join(claude, 's.jsonl'), `${JSON.stringify(record)}\n`)
  const [found] = await until(sessions, (list) => list.length === 1)
  expect(found?.title).toBe('hi')
})

test('runs that write at the same time are kept and told, and what follows is read', async () => {
  writeFileSync(
    history,
    header('2026-09-01 10:00:00') +
      user('of the first') +
      header('2026-09-01 10:00:05') +
      answer('To the first.') +
      tool('Tokens: 1.0k sent, 20 received. Cost: $0.50 message, $2.50 session.') +
      user('of the second') +
      answer('To the second.') +
      tool('Tokens: 1.0k sent, 20 received. Cost: $0.10 message, $0.10 session.') +
      header('2026-09-02 10:00:00') +
      user('later') +
      answer('Fine.'),
  )
  await start([project])
  const [first, second, later] = await until(sessions, (list) => list.length === 3 && list[2]?.events === 3)
  expect([first?.problems, second?.problems, later?.problems]).toEqual([0, 3, 0])
  const detail = await get<{ problemList: { reason: string }[] }>(
    `/api/sessions/${encodeURIComponent(second?.id ?? '')}`,
  )
  expect(detail.problemList.map(({ reason }) => reason.split(':')[0])).toEqual([
    'An answer stands here that nobody asked for in this run, while the run before it waits for one',
    'The costs told here are not those of this run',
    'The costs told here are not those of this run',
  ])
  expect((await events(second?.id ?? '')).map(({ text }) => text)).toContain('To the first.')
})

test('secrets are masked in what a history says', async () => {
  const value = sampleOf('ghp_{a62:30}{crc62}', seeded(5))
  writeFileSync(
    history,
    header('2026-09-01 10:00:00') + user(`use ${value}`) + answer(`I use ${value}.`) + tool(`Run ${value}`),
  )
  await start([project])
  const [session] = await until(sessions, (list) => list[0]?.events === 4)
  expect(session?.title).toMatch(/^use \[REDACTED:github-pat:\w+\]$/)
  const shown = await events(session?.id ?? '')
  const mark = session?.title.slice(4) ?? ''
  expect(shown.slice(1).map(({ text }) => text)).toEqual([`use ${mark}`, `I use ${mark}.`, `Run ${mark}`])
  expect(readFileSync(join(folder.path, 'data', 'index.db')).includes(value)).toBe(false)
})

test('the code is exact at every step, by the commits that the history names', async () => {
  git('init', '-q')
  const path = join(project, 'a.py')
  const commit = (message: string): string => {
    git('add', '-A', '.')
    git('commit', '-q', '-m', message)
    return git('rev-parse', '--short', 'HEAD')
  }
  writeFileSync(join(project, '.gitignore'), '.aider*\n')
  writeFileSync(path, 'x = 1\nz = 3\n')
  commit('start')
  writeFileSync(path, 'y = 1\nz = 3\n')
  const first = commit('rename')
  // The block is indented otherwise than the file: Aider finds its place all the same.
  writeFileSync(path, 'y = 1\nif y:\n    z = 4\n')
  writeFileSync(join(project, 'new.py'), 'n = 0\n')
  const second = commit('more')
  writeFileSync(
    history,
    header('2026-09-01 10:00:00') +
      user('rename') +
      answer(block('a.py', 'x = 1\n', 'y = 1\n')) +
      tool('Tokens: 1.0k sent, 20 received.', 'Applied edit to a.py', `Commit ${first} rename`) +
      user('more') +
      answer(`${block('a.py', '  z = 3\n', '  if y:\n      z = 4\n')}\n\n${block('new.py', '', 'n = 0\n')}`) +
      tool(
        'Tokens: 1.0k sent, 20 received.',
        'Applied edit to a.py',
        'Applied edit to new.py',
        `Commit ${second} more`,
      ) +
      user('/undo') +
      tool(`Removed: ${second} more`, `Now at:  ${first} rename`) +
      user('thanks'),
  )
  await start([project])
  const [session] = await until(sessions, (list) => list[0]?.prompts === 3)
  const id = session?.id ?? ''
  const steps = await events(id)
  const seqOf = (text: string) => steps.find((event) => event.text?.startsWith(text))?.seq ?? -1
  const applied = steps.filter(({ text }) => text === 'Applied edit to a.py').map(({ seq }) => seq)

  // Before the session touched it nobody had looked.
  expect(await contentAt(id, seqOf('rename'), path)).toEqual(['x = 1\nz = 3\n', 'probable'])
  expect(await contentAt(id, applied[0] ?? -1, path)).toEqual(['y = 1\nz = 3\n', 'exact'])
  expect(await contentAt(id, seqOf(`Commit ${first}`), path)).toEqual(['y = 1\nz = 3\n', 'exact'])
  expect(await contentAt(id, applied[1] ?? -1, path)).toEqual(['y = 1\nif y:\n    z = 4\n', 'exact'])
  expect(await contentAt(id, seqOf('Applied edit to new.py'), join(project, 'new.py'))).toEqual(['n = 0\n', 'exact'])
  expect(await contentAt(id, seqOf('thanks'), path)).toEqual(['y = 1\nz = 3\n', 'exact'])
  expect(session).toMatchObject({ toolCalls: 6, errors: 0 })

  // What git said is kept: the same is known when the repository is gone and the index is made anew.
  await app.close()
  rmSync(join(project, '.git'), { recursive: true })
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder.path, 'data', `index.db${end}`), { force: true })
  await start([project])
  await until(sessions, (list) => list[0]?.prompts === 3)
  expect(await contentAt(id, applied[1] ?? -1, path)).toEqual(['y = 1\nif y:\n    z = 4\n', 'exact'])
})

test('a run is forked into a history of its own, which is read as its fork', async () => {
  const run =
    header('2026-09-02 10:00:00').trimStart() +
    tool('Added a.py to the chat.') +
    user('second') +
    answer(block('a.py', 'x\n', 'y\n')) +
    tool('Tokens: 1.0k sent, 20 received.', 'Applied edit to a.py')
  writeFileSync(history, header('2026-09-01 10:00:00') + user('first') + answer('One.') + `\n${run}` + user('not this'))
  await start([project])
  const [, origin] = await until(sessions, (list) => list[1]?.prompts === 2)
  const id = encodeURIComponent(origin?.id ?? '')
  const reply = await app.ask(`/api/sessions/${id}/fork`, { method: 'POST', payload: { at: '6' } })
  expect(reply.statusCode, reply.body).toBe(200)
  const fork = reply.json<{ path: string; endsAt: number; warnings: string[]; resume: { command: string } }>()
  expect(readFileSync(fork.path, 'utf8')).toBe(run)
  expect(fork.path.startsWith(join(project, '.aider.forks', 'fork-'))).toBe(true)
  expect(fork.resume.command).toBe(`cd ${project} && aider --restore-chat-history --chat-history-file ${fork.path}`)
  expect(fork.warnings).toContain('Files in the chat here: /add a.py')
  const copy = (await until(sessions, (list) => list.length === 3)).find(({ nativeId }) => fork.path.includes(nativeId))
  expect(copy).toMatchObject({ events: 7, forkOf: origin?.id })

  // Aider goes on in the same file: that is a run of its own.
  appendFileSync(fork.path, header('2026-09-03 10:00:00') + user('go on'))
  await until(sessions, (list) => list.length === 4 && list.some(({ title }) => title === 'go on'))
})
