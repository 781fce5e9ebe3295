import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import { listSecrets } from './contract/secrets.ts'
import { previewExport } from './contract/sharing.ts'
import { line } from './ingest/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(71))

let folder: TemporaryFolder
let app: AppUnderTest

beforeEach(async () => {
  folder = createTemporaryFolder()
  const project = join(folder.path, 'home/.claude/projects/-w-app')
  mkdirSync(project, { recursive: true })
  const cwd = { cwd: '/home/grace/app' }
  writeFileSync(join(project, 's.jsonl'), line(`Push with ${TOKEN}, ask grace@navy.mil`, cwd) + line('Thanks', cwd))
  writeFileSync(join(project, 'o.jsonl'), line('ls /home/hopper /home/grace', cwd))
  await start()
}, 30_000)

afterEach(async () => {
  await app.close()
  folder.remove()
})

async function start(): Promise<void> {
  app = await AppUnderTest.start(folder.path)
  await app.deps.ingest.start()
  await expect.poll(() => app.deps.sessions.find('claude-code:o')?.events, { timeout: 20_000 }).toBe(1)
  await expect.poll(() => app.deps.places.counts().length, { timeout: 20_000 }).toBe(1)
}

async function exported(session: string, payload: object): Promise<string> {
  const answer = await app.ask(`/api/sessions/claude-code:${session}/export`, { method: 'POST', payload })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.body
}

test('an export exchanges personal data when it is asked to, the same names for the same pseudonyms, also after a restart', async () => {
  expect(await exported('s', {})).toContain('"/home/grace/app"')

  const preview = await app.ask('/api/sessions/claude-code:s/export/preview', {
    method: 'POST',
    payload: { personal: true },
  })
  expect(previewExport.reply.parse(preview.json())).toMatchObject({ personal: 3, refusal: null, changedLines: 2 })
  const first = await exported('s', { personal: true })
  expect(first).toContain('"/home/user1/app"')
  expect(first).toMatch(/Push with \[REDACTED:github-pat:[A-Z2-7]{4}\], ask mail1@example\.invalid/)
  expect(first).not.toMatch(/grace|navy/)

  await app.close()
  await start()
  expect(await exported('o', { personal: true })).toContain('ls /home/user2 /home/user1')
  expect(listSecrets.reply.parse((await app.ask('/api/secrets')).json()).items).toHaveLength(1)
})

test.each(['markdown', 'json', 'html'])('as %s no name leaves either', async (format) => {
  expect(await exported('s', { format })).toMatch(/grace@navy\.mil/)
  const text = await exported('s', { format, personal: true })

  expect(text).toContain('mail1@example.invalid')
  expect(text).not.toMatch(/grace|navy/)
})

test('a bundle cannot do without the names of folders, and says so', async () => {
  const answer = await app.ask('/api/sessions/claude-code:s/export/preview', {
    method: 'POST',
    payload: { format: 'bundle', personal: true },
  })

  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ message: expect.stringContaining('A bundle says where its files lay') })
})

test('a secret that is ignored stays so after the index is made anew, is open again on demand, and leaves in no export by itself', async () => {
  const list = async (query: string) => listSecrets.reply.parse((await app.ask(`/api/secrets${query}`)).json()).items
  const [secret] = await list('')
  const url = `/api/secrets/${secret?.id}/state`
  await app.ask(url, { method: 'PUT', payload: { state: 'ignored', reason: 'Of a test' } })

  await app.close()
  for (const name of ['index.db', 'index.db-wal', 'index.db-shm'])
    rmSync(join(folder.path, 'data', name), { force: true })
  await start()

  expect(await list('?state=ignored')).toMatchObject([{ placeholder: secret?.placeholder, reason: 'Of a test' }])
  expect(await exported('s', {})).not.toContain(TOKEN)
  expect(await exported('s', { redactions: { keep: [secret?.id] } })).toContain(TOKEN)
  await app.ask(url, { method: 'PUT', payload: { state: 'open' } })
  expect(await list('?state=ignored')).toEqual([])
})
