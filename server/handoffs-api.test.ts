import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { buildApp } from './app.ts'
import type { handOffSession } from './contract/handoff.ts'
import type { Event } from './contract/event.ts'
import { buildDeps, type Deps } from './deps.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

type Reply = z.infer<typeof handOffSession.reply>

const ID = 'claude-code:s'
const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(9))

let folder: TemporaryFolder
let project: string
let deps: Deps
let app: FastifyInstance

beforeEach(async () => {
  folder = createTemporaryFolder()
  project = join(folder.path, 'app')
  const dataDir = join(folder.path, 'data')
  const sessions = join(folder.path, 'home', '.claude', 'projects', '-app')
  for (const made of [project, dataDir, sessions]) mkdirSync(made, { recursive: true })
  writeFileSync(join(sessions, 's.jsonl'), `${linesOf().join('\n')}\n`)
  deps = buildDeps({
    version: '1.2.3',
    token: 'secret-token',
    homeDir: join(folder.path, 'home'),
    dataDir,
    vaultFile: join(dataDir, 'vault.db'),
    indexFile: join(dataDir, 'index.db'),
    agentEnv: {},
    isDemo: false,
    log: pino({ level: 'silent' }),
    webDir: join(import.meta.dirname, '../web'),
  })
  app = await buildApp(deps)
  await deps.ingest.start()
  await until(() => deps.sessions.find(ID)?.events === 9)
})

afterEach(async () => {
  await app.close()
  await deps.close()
  folder.remove()
})

/** Two prompts, a thought, an edit with its result, two answers, and a third turn that is not handed over. */
function linesOf(name = 'a.txt'): string[] {
  const edit = {
    type: 'tool_use',
    id: 't1',
    name: 'Write',
    input: { file_path: join(project, name), content: 'one\n' },
  }
  const messages: [string, unknown][] = [
    ['user', `First, with ${TOKEN}.`],
    ['assistant', [{ type: 'thinking', thinking: 'Hm.', signature: 's' }]],
    ['assistant', [{ type: 'text', text: 'I write it.\n\n# A heading\n> quoted' }]],
    ['assistant', [edit]],
    ['user', [{ type: 'tool_result', tool_use_id: 't1', content: 'File created' }]],
    ['assistant', [{ type: 'text', text: 'Done.' }]],
    ['user', 'Second.'],
    ['assistant', [{ type: 'text', text: 'Fine.' }]],
    ['user', 'Third.'],
  ]
  return messages.map(([role, content], n) => {
    const timestamp = new Date(Date.UTC(2026, 8, 1, 10, 0, n)).toISOString()
    const about = { parentUuid: n === 0 ? null : `u${n - 1}`, isSidechain: false, sessionId: 's', cwd: project }
    const body = { id: `m${n}`, type: 'message', role, model: 'claude-opus-4-1', content }
    const message = role === 'user' ? { role, content } : body
    return JSON.stringify({ ...about, type: role, uuid: `u${n}`, timestamp, message })
  })
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (isSo()) return
    await sleep(25)
  }
  throw new Error('It did not come.')
}

async function ask(method: 'GET' | 'POST', url: string, payload?: object) {
  const headers = { host: 'localhost', authorization: 'Bearer secret-token' }
  return app.inject({ method, url, headers, ...(payload ? { payload } : {}) })
}

async function handOff(body: object): Promise<Reply> {
  const reply = await ask('POST', `/api/sessions/${ID}/handoff`, body)
  expect(reply.statusCode, reply.body).toBe(200)
  return reply.json()
}

async function textsOf(id: string, count: number): Promise<[string, string | null][]> {
  await until(() => deps.sessions.find(id)?.events === count)
  const reply = await ask('GET', `/api/sessions/${encodeURIComponent(id)}/events?limit=100`)
  return reply.json<{ items: Event[] }>().items.map(({ kind, text }) => [kind, text])
}

test('a dry run says what is lost and writes nothing; the same is written afterwards, and undone', async () => {
  const planned = await handOff({ to: 'gemini-cli', at: 7, dryRun: true })
  expect(planned).toMatchObject({ form: 'session', changeId: null, endsAt: 7, prompts: 2, answers: 3, calls: 1 })
  expect(planned.losses.map(({ text }) => text)).toEqual([
    'One call of a tool becomes text, with what went in and what came out.',
    'One piece of thinking stays behind.',
  ])
  expect(planned.warnings).toEqual([
    'The code on disk may be newer than this point: restore the code of this event first if it shall match.',
  ])
  expect(() => readFileSync(planned.path ?? '')).toThrow('ENOENT')

  const done = await handOff({ to: 'gemini-cli', at: 7 })
  expect([done.path, done.nativeId]).toEqual([planned.path, planned.nativeId])
  expect(done.resume.command).toBe(`cd ${project} && gemini --session-file ${done.path}`)
  expect(readFileSync(done.path ?? '', 'utf8')).not.toContain(TOKEN)

  const undone = await ask('POST', `/api/changes/${done.changeId}/undo`, {})
  expect(undone.statusCode, undone.body).toBe(200)
  expect(() => readFileSync(done.path ?? '')).toThrow('ENOENT')
})

test.each([
  ['gemini-cli', ['prompt', 'answer', 'prompt', 'answer']],
  ['aider', ['notice', 'prompt', 'answer', 'prompt', 'answer']],
] as const)('in %s the session has every text in order, secrets masked', async (to, kinds) => {
  const done = await handOff({ to, at: 7 })
  const texts = await textsOf(`${to}:${done.nativeId}`, kinds.length)
  expect(texts.map(([kind]) => kind)).toEqual(kinds)
  const [first, second, third, fourth] = texts.slice(to === 'aider' ? 1 : 0).map(([, text]) => text ?? '')
  expect(first).toMatch(/^\(This conversation began in Claude Code and goes on here\./)
  expect(first).toMatch(/First, with \[REDACTED:github-pat:\w+\]\.$/)
  expect(first).toContain(`Files changed up to here: ${join(project, 'a.txt')}.`)
  const order = ['I write it.', 'A heading', 'quoted', '[Tool Write:', 'File created', 'Done.']
  const places = order.map((part) => second?.indexOf(part) ?? -1)
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect([third, fourth]).toEqual(['Second.', 'Fine.'])
})

test('what Aider would take for its own lines is indented, and told', async () => {
  const done = await handOff({ to: 'aider', at: 7 })
  const lines = readFileSync(done.path ?? '', 'utf8').split('\n')
  // By Aider's own reader: lines of a run, of Aider and of the user begin like this, all others are an answer.
  const ofAnswers = lines.filter((line) => !/^(?:# |> |#### )/.test(line)).join('\n')
  expect(ofAnswers).toContain(' # A heading\n > quoted')
  expect(done.losses.at(-1)?.text).toBe(
    '2 lines of answers are indented by a blank: Aider would take them for prompts or its own.',
  )
  expect(done.resume.command).toBe(`cd ${project} && aider --restore-chat-history --chat-history-file ${done.path}`)
})

test('Claude Code gets one chain of records in the folder of its project', async () => {
  // From another agent, so that both ways are gone.
  const there = await handOff({ to: 'gemini-cli', at: 7 })
  await textsOf(`gemini-cli:${there.nativeId}`, 4)
  const reply = await ask('POST', `/api/sessions/gemini-cli:${there.nativeId}/handoff`, { to: 'claude-code' })
  expect(reply.statusCode, reply.body).toBe(200)
  const back = reply.json<Reply>()
  const records = readFileSync(back.path ?? '', 'utf8')
    .trimEnd()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as { uuid: string; parentUuid: string | null; sessionId: string; cwd: string; type: string },
    )
  expect(records.map(({ type }) => type)).toEqual(['user', 'assistant', 'user', 'assistant'])
  expect(records.map(({ parentUuid }) => parentUuid)).toEqual([null, ...records.slice(0, -1).map(({ uuid }) => uuid)])
  expect(new Set(records.map(({ sessionId }) => sessionId))).toEqual(new Set([back.nativeId]))
  expect(new Set(records.map(({ cwd }) => cwd))).toEqual(new Set([project]))
  expect(back.path).toContain(project.replace(/[^a-zA-Z0-9]/g, '-'))
  expect(back.resume.command).toBe(`cd ${project} && claude --resume ${back.nativeId}`)
})

test('a brief keeps to its budget: details go first, then what is oldest', async () => {
  const whole = await handOff({ to: 'brief', at: 7 })
  expect(whole).toMatchObject({ form: 'brief', path: null, nativeId: null, changeId: null })
  expect(whole.text).toMatch(/^# Hand-off: First, with \[REDACTED:github-pat:\w+\]\.\n/)
  expect(whole.text?.match(/^## .*/gm)).toEqual(['## User', '## Claude Code', '## User', '## Claude Code'])
  expect(whole.text).not.toContain(TOKEN)

  const small = await handOff({ to: 'brief', at: 7, budget: 200 })
  expect(small.tokens).toBeLessThanOrEqual(200 - 150)
  expect(small.text).toContain('Fine.')
  expect(small.text).not.toContain('File created')
  expect(small.losses.map(({ text }) => text)).toContain('One call of a tool becomes text, by name and subject alone.')
})

test('what cannot be handed over is refused with a reason', async () => {
  const missing = await ask('POST', '/api/sessions/claude-code:nothing/handoff', { to: 'aider' })
  expect(missing.statusCode).toBe(404)
  const noEvent = await ask('POST', `/api/sessions/${ID}/handoff`, { to: 'aider', at: 99 })
  expect(noEvent.statusCode).toBe(404)
  const unknown = await ask('POST', `/api/sessions/${ID}/handoff`, { to: 'nobody' })
  expect(unknown.statusCode).toBe(400)
})

test('a secret in the name of a file is masked too', async () => {
  const sessions = join(folder.path, 'home', '.claude', 'projects', '-app')
  // Records of their own: with the same ids it would be the same session once more.
  const own = (line: string) =>
    line
      .replaceAll('"sessionId":"s"', '"sessionId":"named"')
      .replaceAll('"t1"', '"t2"')
      .replace(/"u(\d)"/g, '"v$1"')
  const lines = linesOf(`${TOKEN}.txt`).map(own)
  writeFileSync(join(sessions, 'named.jsonl'), `${lines.join('\n')}\n`)
  await deps.ingest.keepNow()
  await until(() => deps.sessions.find('claude-code:named')?.events === 9)

  const reply = await ask('POST', '/api/sessions/claude-code:named/handoff', { to: 'brief' })

  expect(reply.json<Reply>().text).toMatch(/Files changed up to here: \S*\[REDACTED:github-pat:\w+\]\.txt\./)
  expect(reply.body).not.toContain(TOKEN)
})
