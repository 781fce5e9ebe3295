import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import type { Event } from './contract/event.ts'
import { redactSessions } from './contract/redactions.ts'
import type { Session } from './contract/session.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

// Rollouts that Codex has compressed.

const ID = '019a0000-0000-7000-8000-0000000000bb'
const SESSION = `codex:${ID}`
const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(82))

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

function rollout(): string {
  return join(folder.path, `home/.codex/sessions/2026/09/01/rollout-2026-09-01T10-00-00-${ID}.jsonl`)
}

function place(path: string, bytes: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  utimesSync(path, new Date(), new Date(Date.now() - 60_000))
}

function linesOf(...prompts: string[]): string {
  const at = (second: number) => `2026-09-01T10:00:0${second}.000Z`
  const head = { id: ID, timestamp: at(0), cwd: '/w/app', originator: 'codex_cli', cli_version: '0.169.0' }
  const records = prompts.map((message, index) => ({
    timestamp: at(index + 1),
    type: 'event_msg',
    payload: { type: 'user_message', message },
  }))
  return [{ timestamp: at(0), type: 'session_meta', payload: head }, ...records]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('')
}

async function session(): Promise<Session | undefined> {
  const { items } = (await app.ask('/api/sessions')).json<{ items: Session[] }>()
  return items.find(({ id }) => id === SESSION)
}

async function texts(): Promise<(string | null)[]> {
  const reply = await app.ask(`/api/sessions/${encodeURIComponent(SESSION)}/events`)
  return reply.statusCode === 200 ? reply.json<{ items: Event[] }>().items.map(({ text }) => text) : []
}

async function troubles(): Promise<string> {
  const { items } = (await app.ask('/api/agents')).json<{ items: { id: string; unreadable: unknown[] }[] }>()
  return JSON.stringify(items.find(({ id }) => id === 'codex')?.unreadable)
}

test('a compressed rollout is shown as any other, and its file is not touched', async () => {
  const packed = zstdCompressSync(linesOf(`Push with ${TOKEN}`, 'Thanks'))
  place(`${rollout()}.zst`, packed)

  await app.deps.ingest.start()

  await expect.poll(texts, { timeout: 20_000 }).toEqual([expect.stringContaining('[REDACTED:'), 'Thanks'])
  expect(await session()).toMatchObject({ sourceState: 'present', prompts: 2 })
  expect(readFileSync(`${rollout()}.zst`).equals(packed)).toBe(true)
})

test('the agent compresses a session and unpacks it again: it is one session, and goes on', async () => {
  const before = linesOf('Hello', 'Thanks')
  place(rollout(), before)
  await app.deps.ingest.start()
  await expect.poll(texts, { timeout: 20_000 }).toEqual(['Hello', 'Thanks'])

  place(`${rollout()}.zst`, zstdCompressSync(before))
  rmSync(rollout())
  await app.deps.ingest.keepNow()
  await expect.poll(async () => (await session())?.sourceState, { timeout: 20_000 }).toBe('present')
  expect(await texts()).toEqual(['Hello', 'Thanks'])

  place(rollout(), linesOf('Hello', 'Thanks', 'One more'))
  rmSync(`${rollout()}.zst`)
  await app.deps.ingest.keepNow()

  await expect.poll(texts, { timeout: 20_000 }).toEqual(['Hello', 'Thanks', 'One more'])
  expect(await session()).toMatchObject({ sourceState: 'present', prompts: 3 })
})

test('one that is not written to its end is shown as far as it goes, and told', async () => {
  const prompts = Array.from({ length: 9 }, (_, index) => `${index} ${'abcdefghij'.repeat(index)}`)
  const packed = zstdCompressSync(linesOf(...prompts), { params: {} })
  place(`${rollout()}.zst`, packed.subarray(0, packed.length - 6))

  await app.deps.ingest.start()

  await expect.poll(troubles, { timeout: 20_000 }).toContain('damaged')
  expect(await troubles()).toContain('.jsonl.zst')
})

test('nothing is taken out of a session while the agent has it compressed, with a sentence', async () => {
  const packed = zstdCompressSync(linesOf(`Push with ${TOKEN}`))
  place(`${rollout()}.zst`, packed)
  await app.deps.ingest.start()
  await expect.poll(texts, { timeout: 20_000 }).toHaveLength(1)

  const payload = { sessions: [SESSION], scopes: ['own', 'kept'], before: 'keep' }
  const reply = await app.ask('/api/redactions', { method: 'POST', payload })

  const done = redactSessions.reply.parse(reply.json())
  expect(done).toMatchObject({ applied: false })
  expect(done.files.map(({ action, reason }) => [action, reason])).toEqual([
    ['refused', expect.stringContaining('Resume the session in the agent once')],
  ])
  expect(readFileSync(`${rollout()}.zst`).equals(packed)).toBe(true)
})
