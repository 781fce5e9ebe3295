import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { buildApp } from './app.ts'
import { listChanges } from './contract/change.ts'
import { restoreSession } from './contract/restore.ts'
import type { LiveMessage } from './contract/live.ts'
import { buildDeps, type Deps } from './deps.ts'
import { line } from './ingest/testing.ts'

const SESSION = '11111111-aaaa-4aaa-8aaa-111111111111'
const ID = `claude-code:${SESSION}`
/** In seconds. */
const HOUR_AGO = Math.floor(Date.now() / 1000) - 3600

let folder: TemporaryFolder
let home: string
let project: string
let deps: Deps
let app: FastifyInstance
let messages: LiveMessage[]

beforeEach(async () => {
  folder = createTemporaryFolder()
  home = join(folder.path, 'home')
  project = join(home, '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  await open()
})

afterEach(async () => {
  await app.close()
  await deps.close()
  folder.remove()
})

async function open(homeDir = home): Promise<void> {
  const dataDir = join(folder.path, 'data')
  mkdirSync(dataDir, { recursive: true })
  deps = buildDeps({
    version: '1.2.3',
    token: 'secret-token',
    homeDir,
    dataDir,
    vaultFile: join(dataDir, 'vault.db'),
    indexFile: join(dataDir, 'index.db'),
    agentEnv: {},
    isDemo: false,
    log: pino({ level: 'silent' }),
    webDir: join(import.meta.dirname, '../web'),
  })
  messages = []
  deps.live.listen((message) => messages.push(message))
  app = await buildApp(deps)
  await deps.ingest.start()
}

/** A session with a sub-agent and an output beside it, kept and read. */
async function makeSession(): Promise<{ own: string; agent: string; output: string; bytes: string }> {
  const own = join(project, `${SESSION}.jsonl`)
  const beside = join(project, SESSION)
  const agent = join(beside, 'subagents', 'agent-x1.jsonl')
  const output = join(beside, 'tool-results', 'b1.txt')
  for (const path of [agent, output]) mkdirSync(join(path, '..'), { recursive: true })
  const bytes = Array.from({ length: 20 }, (_, n) => line(`Prompt ${n}`, { sessionId: SESSION })).join('')
  writeFileSync(own, bytes, { mode: 0o600 })
  writeFileSync(agent, line('Look', { isSidechain: true, agentId: 'x1', sessionId: SESSION }))
  writeFileSync(output, 'output')
  utimesSync(own, HOUR_AGO, HOUR_AGO)
  await deps.ingest.keepNow()
  await expect.poll(() => deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(20)
  return { own, agent, output, bytes }
}

async function post(url: string, payload: object = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { host: '127.0.0.1:4177', authorization: 'Bearer secret-token' }
  const reply = await app.inject({ method: 'POST', url, headers, payload })
  return { status: reply.statusCode, body: reply.json() }
}

async function restore(payload: object = {}, id = ID) {
  const { status, body } = await post(`/api/sessions/${id}/restore`, payload)
  expect(status, JSON.stringify(body)).toBe(200)
  return restoreSession.reply.parse(body)
}

async function changes() {
  const headers = { host: '127.0.0.1:4177', authorization: 'Bearer secret-token' }
  return listChanges.reply.parse((await app.inject({ url: '/api/changes', headers })).json()).items
}

function actions(reply: { files: { path: string; action: string }[] }): Record<string, string> {
  return Object.fromEntries(reply.files.map(({ path, action }) => [path.slice(path.lastIndexOf('/') + 1), action]))
}

describe('a session comes back byte for byte', () => {
  test('after its files were deleted, with its sub-agent and its outputs', async () => {
    const { own, agent, output, bytes } = await makeSession()
    rmSync(own)
    rmSync(join(project, SESSION), { recursive: true })

    const plan = await restore({ dryRun: true })
    expect(actions(plan)).toEqual({ [`${SESSION}.jsonl`]: 'create', 'agent-x1.jsonl': 'create', 'b1.txt': 'create' })
    expect(existsSync(own)).toBe(false)

    const done = await restore({ plan: plan.plan })
    expect(done.applied).toBe(true)
    expect(readFileSync(own, 'utf8')).toBe(bytes)
    expect(statSync(own).mode & 0o777).toBe(0o600)
    expect(statSync(own).mtimeMs).toBe(HOUR_AGO * 1000)
    expect([existsSync(agent), readFileSync(output, 'utf8')]).toEqual([true, 'output'])
    expect(done.resume).toEqual([{ sessionId: ID, cwd: '/w/app', command: `cd /w/app && claude --resume ${SESSION}` }])
    expect(messages.some((message) => message.kind === 'vault')).toBe(true)
    expect(await restore({ dryRun: true })).toMatchObject({
      files: [{ action: 'unchanged' }, { action: 'unchanged' }, { action: 'unchanged' }],
    })
  })

  const harms: [string, (path: string) => void][] = [
    ['its end was cut', (path) => truncateSync(path, 700)],
    ['its last line was torn', (path) => truncateSync(path, statSync(path).size - 9)],
    ['it was emptied', (path) => truncateSync(path, 0)],
    ['a stub took its place', (path) => writeFileSync(path, '{"type":"summary","summary":"x","leafUuid":"y"}\n')],
    ['something shorter took its place and was kept', (path) => writeFileSync(path, line('Another'))],
  ]
  test.each(harms)('after %s, and undo brings that back', async (_name, harm) => {
    const { own, bytes } = await makeSession()
    harm(own)
    const harmed = readFileSync(own, 'utf8')
    await deps.ingest.keepNow()

    const done = await restore()
    expect(actions(done)[`${SESSION}.jsonl`]).toBe('replace')
    expect(readFileSync(own, 'utf8')).toBe(bytes)
    expect(statSync(own).mode & 0o777).toBe(0o600)

    const undone = await post(`/api/changes/${done.changeId}/undo`)
    expect(undone.body['applied']).toBe(true)
    expect(readFileSync(own, 'utf8')).toBe(harmed)
    expect((await changes())[0]).toMatchObject({ kind: 'restore', state: 'undone' })

    await restore()
    expect(readFileSync(own, 'utf8')).toBe(bytes)
  })

  test('with what it overwrites named by a snapshot before', async () => {
    const { own } = await makeSession()
    writeFileSync(own, line('Only this'))
    await restore()
    const headers = { host: '127.0.0.1:4177', authorization: 'Bearer secret-token' }
    const reply = await app.inject({ url: '/api/snapshots?reason=restore', headers })
    expect(reply.json()).toMatchObject({ items: [{ reason: 'restore', scope: { sessions: [ID] } }] })
  })

  test('in the last state or an earlier generation, when that is wished', async () => {
    const { own, bytes } = await makeSession()
    const other = line('Another')
    writeFileSync(own, other)
    await deps.ingest.keepNow()
    rmSync(own)

    await restore({ newest: true })
    expect(readFileSync(own, 'utf8')).toBe(other)
    await restore({ generation: 1 })
    expect(readFileSync(own, 'utf8')).toBe(bytes)
    expect((await post(`/api/sessions/${ID}/restore`, { generation: 7 })).status).toBe(404)
  })

  test('from a snapshot, as it was then', async () => {
    const { own, bytes } = await makeSession()
    const snapshot = await post('/api/snapshots', { scope: { all: true } })
    const id = String(snapshot.body['id'])
    renameSync(own, `${own}.aside`)
    writeFileSync(own, bytes + line('Later'))
    await deps.ingest.keepNow()

    const { status, body } = await post(`/api/snapshots/${id}/restore`, { sessions: [ID] })
    expect([status, body['applied']]).toEqual([200, true])
    expect(readFileSync(own, 'utf8')).toBe(bytes)
    expect(
      (await post(`/api/snapshots/${id}/restore`, { projects: ['/w/app'], dryRun: true })).body['files'],
    ).toHaveLength(3)
    expect((await post(`/api/snapshots/${id}/restore`, { sessions: ['claude-code:other'] })).status).toBe(404)
    expect((await post('/api/snapshots/99/restore')).status).toBe(404)
  })

  test('into a folder, laid out as below the agent’s own', async () => {
    const { bytes } = await makeSession()
    const to = join(folder.path, 'out')
    const done = await restore({ to })
    expect(done).toMatchObject({ applied: true, resume: [] })
    expect(readFileSync(join(to, 'projects', '-w-app', `${SESSION}.jsonl`), 'utf8')).toBe(bytes)
    expect(readFileSync(join(to, 'projects', '-w-app', SESSION, 'tool-results', 'b1.txt'), 'utf8')).toBe('output')
    await post(`/api/changes/${done.changeId}/undo`)
    expect(existsSync(to)).toBe(false)
  })

  test('below the home of today, when the vault comes from another one', async () => {
    const { own, bytes } = await makeSession()
    await app.close()
    await deps.close()
    const other = join(folder.path, 'other')
    mkdirSync(other)
    await open(other)
    rmSync(own)

    const done = await restore()
    const there = join(other, '.claude', 'projects', '-w-app', `${SESSION}.jsonl`)
    expect(done.files.map(({ path }) => path)).toContain(there)
    expect(readFileSync(there, 'utf8')).toBe(bytes)
    expect(existsSync(own)).toBe(false)
  })
})

describe('a restore is refused with a sentence, and nothing is changed', () => {
  test('where a running agent has the session open', async () => {
    const { own } = await makeSession()
    rmSync(own)
    const registry = join(home, '.claude', 'sessions')
    mkdirSync(registry)
    const entry = { pid: process.pid, sessionId: SESSION, cwd: '/w/app', startedAt: Date.now() }
    writeFileSync(join(registry, `${process.pid}.json`), JSON.stringify(entry))

    const reply = await restore()
    expect(reply).toMatchObject({ applied: false, changeId: null, resume: [] })
    const refused = reply.files.filter(({ action }) => action === 'refused')
    expect(refused.map(({ path }) => path)).toEqual([own])
    expect(refused[0]?.reason).toContain(`Claude Code (process ${process.pid}) has this session open`)
    expect(existsSync(own)).toBe(false)
    expect(await changes()).toEqual([])
  })

  test('where a folder, a link or a file stands in the way', async () => {
    const { own } = await makeSession()
    const aside = join(folder.path, 'aside')
    const reasonOf = async () => (await restore()).files.find(({ path }) => path === own)?.reason

    rmSync(own)
    mkdirSync(own)
    expect(await reasonOf()).toBe('It is a folder, not a file.')
    rmSync(own, { recursive: true })

    writeFileSync(aside, 'theirs')
    symlinkSync(aside, own)
    expect(await reasonOf()).toContain('symbolic link')
    expect(readFileSync(aside, 'utf8')).toBe('theirs')

    rmSync(project, { recursive: true })
    mkdirSync(join(folder.path, 'elsewhere'))
    symlinkSync(join(folder.path, 'elsewhere'), project)
    expect(await reasonOf()).toContain('leads out of')

    rmSync(project)
    writeFileSync(project, 'a file')
    expect(await reasonOf()).toContain('is a file, where a folder')
    expect(await changes()).toEqual([])
  })

  test('when something changed since the plan was shown', async () => {
    const { own } = await makeSession()
    truncateSync(own, 500)
    const { plan } = await restore({ dryRun: true })
    appendFileSync(own, 'more\n')
    const { status, body } = await post(`/api/sessions/${ID}/restore`, { plan })
    expect([status, body['code']]).toEqual([409, 'conflict'])
    expect(statSync(own).size).toBe(505)
  })

  test('into a folder that an agent reads, that is no whole path, or that is our own', async () => {
    await makeSession()
    expect((await post(`/api/sessions/${ID}/restore`, { to: 'out' })).status).toBe(400)
    expect((await post(`/api/sessions/${ID}/restore`, { to: join(project, 'copy') })).status).toBe(400)
    const own = await restore({ to: join(folder.path, 'data', 'out') })
    expect(own.applied).toBe(false)
    expect(own.files[0]?.reason).toContain('own data')
  })
})

test('a session that grew a moment ago is left alone, and can be restored soon after', async () => {
  const { own, bytes } = await makeSession()
  const { id } = (await post('/api/snapshots', { scope: { all: true } })).body
  // The generation is older than a moment, as that of a session in work is.
  await new Promise((resolve) => setTimeout(resolve, 10_100))
  appendFileSync(own, line('Later'))

  const soon = await post(`/api/snapshots/${String(id)}/restore`)
  expect(soon.body['applied']).toBe(false)
  expect(JSON.stringify(soon.body['files'])).toContain('grew a moment ago')

  await new Promise((resolve) => setTimeout(resolve, 2100))
  expect((await post(`/api/snapshots/${String(id)}/restore`)).body['applied']).toBe(true)
  expect(readFileSync(own, 'utf8')).toBe(bytes)
})

test('a session so old that its agent would delete it at its next start comes back with a time of now', async () => {
  const { own, bytes } = await makeSession()
  utimesSync(own, HOUR_AGO - 40 * 86_400, HOUR_AGO - 40 * 86_400)
  await deps.ingest.keepNow()
  rmSync(own)

  await restore()
  expect(readFileSync(own, 'utf8')).toBe(bytes)
  expect(Date.now() - statSync(own).mtimeMs).toBeLessThan(600_000)
  const to = join(folder.path, 'out')
  await restore({ to })
  const copy = statSync(join(to, 'projects', '-w-app', `${SESSION}.jsonl`))
  expect(Date.now() - copy.mtimeMs).toBeLessThan(600_000)
})

test('rights that another gave to the file since are those of the restored one', async () => {
  const { own } = await makeSession()
  chmodSync(own, 0o640)
  await deps.ingest.keepNow()
  rmSync(own)
  await restore()
  expect(statSync(own).mode & 0o777).toBe(0o640)
})
