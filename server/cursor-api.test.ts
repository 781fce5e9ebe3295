import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest, type Question } from './app-testing.ts'
import type { Event } from './contract/event.ts'
import type { Session } from './contract/session.ts'
import { redactSessions } from './contract/redactions.ts'
import { ID, StateDatabase } from './ingest/cursor-testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(61))
const SESSION = `/api/sessions/cursor:${ID}`

let folder: TemporaryFolder
let state: StateDatabase
let app: AppUnderTest

beforeEach(async () => {
  folder = createTemporaryFolder()
  state = new StateDatabase(join(folder.path, 'home'))
  state.put({
    cursorDiskKV: { ...conversation(['b1', 'b2']), ...bubble('b1', 'Fix it'), ...bubble('b2', `Use ${TOKEN}`) },
  })
  app = await AppUnderTest.start(folder.path)
  await app.deps.ingest.start()
  await expect.poll(async () => (await app.ask(SESSION)).statusCode, { timeout: 20_000 }).toBe(200)
  await expect.poll(async () => (await get<Session>(SESSION)).events, { timeout: 20_000 }).toBe(2)
})

afterEach(async () => {
  await app.close()
  state.close()
  folder.remove()
})

function conversation(ids: readonly string[]): Record<string, unknown> {
  const headers = ids.map((bubbleId) => ({ bubbleId, type: 1 }))
  return { [`composerData:${ID}`]: { _v: 16, composerId: ID, name: 'Sums', fullConversationHeadersOnly: headers } }
}

function bubble(id: string, text: string): Record<string, unknown> {
  return { [`bubbleId:${ID}:${id}`]: { _v: 3, bubbleId: id, type: 1, text } }
}

async function get<Reply>(url: string, question: Question = {}): Promise<Reply> {
  const reply = await app.ask(url, question)
  expect(reply.statusCode, reply.body).toBe(200)
  return reply.json()
}

async function prompts(): Promise<(string | null)[]> {
  const { items } = await get<{ items: Event[] }>(`${SESSION}/events`)
  return items.map(({ text }) => text?.replace(/:[A-Z2-7]{4}\]/, ':TAG]') ?? null)
}

/** The bytes that are kept of the conversation. */
async function kept(): Promise<string> {
  const reply = await app.ask(`${SESSION}/source`)
  expect(reply.statusCode, reply.body).toBe(200)
  return reply.body
}

test('what leaves of a conversation is to be read, without its secrets; records and bundles are refused with a sentence', async () => {
  for (const format of ['markdown', 'json']) {
    const reply = await app.ask(`${SESSION}/export`, { method: 'POST', payload: { format } })
    expect(reply.statusCode, reply.body).toBe(200)
    expect(reply.body).not.toContain(TOKEN)
    expect(reply.body).toContain('[REDACTED:github-pat:')
  }
  for (const format of ['jsonl', 'bundle']) {
    const reply = await app.ask(`${SESSION}/export/preview`, { method: 'POST', payload: { format } })
    expect(reply.statusCode).toBe(409)
    expect(reply.json<{ message: string }>().message).toContain('rows of one database')
  }
})

test('a secret is taken out of what is kept; the editor’s database stays as it is, with a sentence, and brings none back', async () => {
  const before = state.sqlite.prepare('SELECT * FROM cursorDiskKV').all()
  const body = { sessions: [`cursor:${ID}`], scopes: ['own', 'kept'], before: 'none', skipRefused: true }
  const done = redactSessions.reply.parse(await get('/api/redactions', { method: 'POST', payload: body }))

  expect(done).toMatchObject({ applied: true })
  expect(done.files.filter(({ scope }) => scope === 'own').map(({ action, reason }) => [action, reason])).toEqual([
    ['refused', expect.stringContaining('Cursor')],
  ])
  expect(await kept()).not.toContain(TOKEN)
  expect(state.sqlite.prepare('SELECT * FROM cursorDiskKV').all()).toEqual(before)

  state.put({ cursorDiskKV: { ...conversation(['b1', 'b2', 'b3']), ...bubble('b3', 'Go on') } })
  await expect.poll(prompts, { timeout: 20_000 }).toEqual(['Fix it', 'Use [REDACTED:github-pat:TAG]', 'Go on'])
  await sleep(1500)
  expect(await kept()).not.toContain(TOKEN)
})
