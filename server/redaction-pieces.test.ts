import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import type { Event } from './contract/event.ts'
import { redactSessions, undoRedaction } from './contract/redactions.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

// Files that are not read line by line: what the index says of their pieces follows when their bytes change.

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(81))
const KEY = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEow'.repeat(9), 'q8Zt'.repeat(12), '-----END RSA PRIVATE KEY-----']

let folder: TemporaryFolder
let app: AppUnderTest

beforeEach(async () => {
  folder = createTemporaryFolder()
  mkdirSync(join(folder.path, 'home'))
  app = await AppUnderTest.start(folder.path)
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

/** Writes a file that nobody has touched for a minute. */
function place(path: string, text: string): string {
  const file = join(folder.path, 'home', path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  utimesSync(file, new Date(), new Date(Date.now() - 60_000))
  return file
}

async function sessionIds(): Promise<string[]> {
  const { items } = (await app.ask('/api/sessions')).json<{ items: { id: string }[] }>()
  return items.map(({ id }) => id).sort()
}

async function stateOf(id: string): Promise<string> {
  return (await app.ask(`/api/sessions/${encodeURIComponent(id)}`)).json<{ sourceState: string }>().sourceState
}

async function textsOf(id: string): Promise<(string | null)[]> {
  const { items } = (await app.ask(`/api/sessions/${encodeURIComponent(id)}/events`)).json<{ items: Event[] }>()
  return items.map(({ text }) => text?.trim() ?? null)
}

async function post(url: string, payload: object): Promise<unknown> {
  const reply = await app.ask(url, { method: 'POST', payload })
  expect(reply.statusCode, reply.body).toBe(200)
  return reply.json()
}

async function redact(sessions: string[], scopes = ['own', 'kept']): Promise<number> {
  const body = { sessions, scopes, before: 'keep' }
  const done = redactSessions.reply.parse(await post('/api/redactions', body))
  expect(done).toMatchObject({ applied: true })
  return done.redactionId ?? 0
}

async function undo(id: number): Promise<void> {
  expect(undoRedaction.reply.parse(await post(`/api/redactions/${id}/undo`, {}))).toMatchObject({ applied: true })
}

test('a history that runs share is left as it is, with a sentence, and shown masked', async () => {
  const user = (...lines: string[]) => `\n${lines.map((line) => `#### ${line}  \n`).join('')}`
  const file = place(
    '.aider.chat.history.md',
    `\n# aider chat started at 2026-09-01 10:00:00\n\n${user(`Push with ${TOKEN}`, ...KEY)}\nPushed.\n\n` +
      `\n# aider chat started at 2026-09-02 10:00:00\n\n${user('Hello')}\nHi.\n\n`,
  )
  const before = readFileSync(file, 'utf8')
  await app.deps.ingest.start()
  await expect.poll(sessionIds, { timeout: 20_000 }).toHaveLength(2)
  const [first = ''] = await sessionIds()
  await expect.poll(() => textsOf(first), { timeout: 20_000 }).toContain('Pushed.')

  const body = { sessions: [first], scopes: ['own', 'kept'], before: 'keep' }
  const done = redactSessions.reply.parse(await post('/api/redactions', body))

  expect(done).toMatchObject({ applied: false })
  expect(done.files.map(({ scope, action, reason }) => [scope, action, reason])).toEqual([
    ['own', 'refused', expect.stringContaining('all runs of a folder into this file')],
    ['kept', 'refused', expect.stringContaining('all runs of a folder into this file')],
  ])
  expect(readFileSync(file, 'utf8')).toBe(before)
  const url = `/api/sessions/${encodeURIComponent(first)}/export`
  const kept = await app.ask(url, { method: 'POST', payload: {} })
  expect([kept.statusCode, kept.json<{ message: string }>().message]).toEqual([
    409,
    expect.stringContaining('one run cannot leave by itself'),
  ])
  const shown = (await textsOf(first)).join('\n')
  expect(shown).toMatch(/\[REDACTED:private-key-block:[A-Z2-7]{4}\]/)
  expect([TOKEN, ...KEY].filter((value) => shown.includes(value))).toEqual([])
})

test('messages of a document show the same after a redaction and its undo, without the values', async () => {
  const message = (id: string, content: string) => ({
    id,
    type: 'user',
    timestamp: '2026-01-01T10:00:01.000Z',
    content,
  })
  const document = {
    sessionId: 'bbbbbbbb-0000-4000-8000-000000000001',
    projectHash: 'p',
    startTime: '2026-01-01T10:00:00.000Z',
    lastUpdated: '2026-01-01T10:00:05.000Z',
    messages: [message('m1', `Push with ${TOKEN}`), message('m2', `${TOKEN} twice ${TOKEN}`), message('m3', 'Thanks')],
  }
  const file = place('.gemini/tmp/app/chats/session-2026-01-01T10-00-bbbbbbbb.json', JSON.stringify(document, null, 2))
  const before = readFileSync(file, 'utf8')
  await app.deps.ingest.start()
  await expect.poll(sessionIds, { timeout: 20_000 }).toHaveLength(1)
  const [session = ''] = await sessionIds()
  await expect.poll(() => textsOf(session), { timeout: 20_000 }).toContain('Thanks')
  const shown = await textsOf(session)

  const id = await redact([session])

  expect(readFileSync(file, 'utf8')).not.toContain(TOKEN)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ messages: [{ id: 'm1' }, { id: 'm2' }, { id: 'm3' }] })
  expect(await textsOf(session)).toEqual(shown)

  await undo(id)

  expect(readFileSync(file, 'utf8')).toBe(before)
  await expect.poll(() => textsOf(session), { timeout: 20_000 }).toEqual(shown)
})

test.each([
  ['a redaction', ['own', 'kept']],
  ['its own file alone was redacted', ['own']],
])('a session whose agent gives its records no ids tells each event once after %s', async (_, scopes) => {
  const at = (second: number) => `2026-09-01T10:00:0${second}.000Z`
  const record = (second: number, type: string, payload: object) =>
    `${JSON.stringify({ timestamp: at(second), type, payload })}\n`
  const id = '019a0000-0000-7000-8000-0000000000aa'
  const said = (role: string, type: string, text: string) => ({ type: 'message', role, content: [{ type, text }] })
  const file = place(
    `.codex/sessions/2026/09/01/rollout-2026-09-01T10-00-00-${id}.jsonl`,
    record(0, 'session_meta', {
      id,
      timestamp: at(0),
      cwd: '/w/app',
      originator: 'codex_cli',
      cli_version: '0.118.0',
    }) +
      record(1, 'response_item', said('user', 'input_text', `Push with ${TOKEN}`)) +
      record(1, 'event_msg', { type: 'user_message', message: `Push with ${TOKEN}` }) +
      record(2, 'response_item', said('assistant', 'output_text', `Pushed with ${TOKEN}`)) +
      record(2, 'event_msg', { type: 'agent_message', message: `Pushed with ${TOKEN}` }) +
      record(3, 'event_msg', { type: 'user_message', message: 'Thanks' }),
  )
  await app.deps.ingest.start()
  await expect.poll(sessionIds, { timeout: 20_000 }).toHaveLength(1)
  const [session = ''] = await sessionIds()
  await expect.poll(() => textsOf(session), { timeout: 20_000 }).toContain('Thanks')
  const shown = await textsOf(session)

  await redact([session], scopes)
  await app.deps.ingest.keepNow([file])

  expect(readFileSync(file, 'utf8')).not.toContain(TOKEN)
  await expect.poll(() => stateOf(session)).toBe('rewritten')
  expect(await textsOf(session)).toEqual(shown)
})

test('items without ids and times are told once after their own file alone was redacted', async () => {
  const id = '5f0c1a52-6a0e-4b7e-9d5e-0a4c7d1b2c3e'
  const said = (role: string, type: string, text: string) =>
    `${JSON.stringify({ type: 'message', role, content: [{ type, text }] })}\n`
  const file = place(
    `.codex/sessions/2025/08/01/rollout-2025-08-01T10-00-00-${id}.jsonl`,
    `${JSON.stringify({ id, timestamp: '2025-08-01T10:00:00.000Z', instructions: null })}\n` +
      said('user', 'input_text', `Push with ${TOKEN}`) +
      said('assistant', 'output_text', 'Done.') +
      said('user', 'input_text', 'Again') +
      said('assistant', 'output_text', 'Done.'),
  )
  await app.deps.ingest.start()
  await expect.poll(sessionIds, { timeout: 20_000 }).toHaveLength(1)
  const [session = ''] = await sessionIds()
  await expect.poll(() => textsOf(session), { timeout: 20_000 }).toHaveLength(4)
  const shown = await textsOf(session)

  await redact([session], ['own'])
  await app.deps.ingest.keepNow([file])

  expect(readFileSync(file, 'utf8')).not.toContain(TOKEN)
  await expect.poll(() => stateOf(session)).toBe('rewritten')
  expect(await textsOf(session)).toEqual(shown)
})
