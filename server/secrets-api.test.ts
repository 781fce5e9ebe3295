import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest, type Question } from './app-testing.ts'
import { getSecret, getSecretReport, listSecrets, revealSecret, sessionFindings } from './contract/secrets.ts'
import { previewExport } from './contract/sharing.ts'
import type { Deps } from './deps.ts'
import { line } from './ingest/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(31))
const PASSWORD = ['wu7', 'Kd!', 'qP0x', 'z9'].join('')

let folder: TemporaryFolder
let app: AppUnderTest
let deps: Deps

beforeEach(async () => {
  folder = createTemporaryFolder()
  const project = join(folder.path, 'home', '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 's.jsonl'), line('Hello') + line(`Push with ${TOKEN} please`) + line('Thanks'))
  writeFileSync(
    join(project, 'o.jsonl'),
    line(`export DB_PASSWORD='${PASSWORD}'`) + line(`Again ${TOKEN}, twice ${TOKEN}`),
  )
  app = await AppUnderTest.start(folder.path)
  deps = app.deps
  await deps.ingest.start()
  await expect.poll(() => deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
  await expect.poll(() => deps.places.counts().length, { timeout: 20_000 }).toBe(3)
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

async function ask<Reply extends z.ZodType>(reply: Reply, url: string, question?: Question): Promise<z.output<Reply>> {
  const answer = await app.ask(url, question)
  expect(answer.statusCode, answer.body).toBe(200)
  return reply.parse(answer.json())
}

test('secrets are listed once each, the gravest first, with where they stand and what to do', async () => {
  const { items, sums } = await ask(listSecrets.reply, '/api/secrets')

  expect(items).toMatchObject([
    {
      label: 'GitHub personal access token',
      provider: 'GitHub',
      tier: 'definite',
      severity: 'critical',
      state: 'open',
      hint: 'ghp_••••(40)',
      places: 3,
      sessions: 2,
      projects: ['/w/app'],
      advice: { url: 'https://github.com/settings/tokens' },
    },
    { label: 'Password', severity: 'medium', places: 1, sessions: 1, hint: '••••(12)' },
  ])
  expect(sums).toMatchObject({ all: 2, states: { open: 2 }, projects: [{ path: '/w/app', count: 2 }] })
})

test('a list is narrowed and paged', async () => {
  const ofSession = await ask(listSecrets.reply, '/api/secrets?session=claude-code:s')
  expect(ofSession.items.map(({ kind }) => kind)).toEqual(['github-pat'])
  const first = await ask(listSecrets.reply, '/api/secrets?limit=1')
  const second = await ask(listSecrets.reply, `/api/secrets?limit=1&cursor=${first.nextCursor}`)
  expect([first.items[0]?.kind, second.items[0]?.kind, second.nextCursor]).toEqual([
    'github-pat',
    'generic-password',
    null,
  ])
  expect((await ask(listSecrets.reply, '/api/secrets?q=personal+github')).items).toHaveLength(1)
})

test('its places show the text around it, masked, and one of them reveals it, unlogged and uncached', async () => {
  const { items } = await ask(listSecrets.reply, '/api/secrets?q=github')
  const { places } = await ask(getSecret.reply, `/api/secrets/${items[0]?.id}`)
  const inFirst = places.items.find(({ sessionId }) => sessionId === 'claude-code:s')

  expect(inFirst).toMatchObject({ seq: 1, eventKind: 'prompt', field: 'message › content' })
  expect(inFirst?.excerpt).toBe(`Push with ${items[0]?.placeholder} please`)

  const answer = await app.ask(`/api/secrets/places/${inFirst?.id}/reveal`, { method: 'POST' })
  expect(revealSecret.reply.parse(answer.json()).value).toBe(TOKEN)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(app.log).not.toContain(TOKEN)
  expect((await app.ask('/api/secrets/places/999/reveal', { method: 'POST' })).statusCode).toBe(404)
})

test('what was decided about a secret stays, and it stays masked', async () => {
  const { items } = await ask(listSecrets.reply, '/api/secrets?q=github')
  const url = `/api/secrets/${items[0]?.id}/state`
  await app.ask(url, { method: 'PUT', payload: { state: 'ignored', reason: 'Of a test' } })

  const again = await ask(listSecrets.reply, '/api/secrets?state=ignored')
  expect(again.items).toMatchObject([{ kind: 'github-pat', reason: 'Of a test' }])
  const events = await app.ask('/api/sessions/claude-code:s/events')
  expect(events.body).not.toContain(TOKEN)
  expect((await app.ask('/api/secrets/77/state', { method: 'PUT', payload: { state: 'open' } })).statusCode).toBe(404)
})

test('a session says where secrets stand in it, and the report what to rotate first', async () => {
  const findings = await ask(sessionFindings.reply, '/api/sessions/claude-code:o/findings')
  expect(findings.items.map(({ seq }) => seq)).toEqual([0, 1, 1])
  expect(findings.unchecked).toBe(0)
  await expect
    .poll(async () => (await ask(sessionFindings.reply, '/api/sessions/claude-code:o/findings')).isComplete, {
      timeout: 10_000,
    })
    .toBe(true)

  const report = await ask(getSecretReport.reply, '/api/secrets/report')
  expect(report.rows).toEqual([
    { project: '/w/app', agent: 'claude-code', secrets: 2, open: 2, worst: 'critical', sessions: 2 },
  ])
  expect(report.rotateFirst.map(({ kind }) => kind)).toEqual(['github-pat', 'generic-password'])
})

test('an export is refused while a secret stands where it must not be touched, and nothing is left of it', async () => {
  const path = join(folder.path, 'home', '.claude', 'projects', '-w-app', 'o.jsonl')
  appendFileSync(path, line('Signed', { signature: PASSWORD }))
  await expect.poll(() => deps.sessions.find('claude-code:o')?.events, { timeout: 20_000 }).toBe(3)

  const url = '/api/sessions/claude-code:o/export'
  const preview = await ask(previewExport.reply, `${url}/preview`, { method: 'POST', payload: {} })
  const answer = await app.ask(url, { method: 'POST', payload: {} })

  expect(preview.refusal).toContain('One part of this session could not be looked through')
  expect(answer.statusCode).toBe(409)
  expect(answer.body).not.toContain(PASSWORD)
  expect(readdirSync(join(folder.path, 'data', 'exports'))).toEqual([])
})

test('an export comes with its name and size, and nothing of it stays here', async () => {
  const answer = await app.ask('/api/sessions/claude-code:s/export', { method: 'POST', payload: {} })

  expect(answer.headers['content-disposition']).toBe("attachment; filename*=UTF-8''s.jsonl")
  expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length)
  expect(answer.body).not.toContain(TOKEN)
  expect(answer.body.split('\n')).toHaveLength(4)
  expect(readdirSync(join(folder.path, 'data', 'exports'))).toEqual([])
})
