import { appendFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { buildApp } from './app.ts'
import { getSecret, getSecretReport, listSecrets, revealSecret, sessionFindings } from './contract/secrets.ts'
import { previewExport } from './contract/sharing.ts'
import { buildDeps, type Deps } from './deps.ts'
import { line } from './ingest/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(31))
const PASSWORD = ['wu7', 'Kd!', 'qP0x', 'z9'].join('')
const headers = { host: '127.0.0.1:4177', authorization: 'Bearer secret-token' }

let folder: TemporaryFolder
let deps: Deps
let app: FastifyInstance
let log = ''

beforeEach(async () => {
  folder = createTemporaryFolder()
  log = ''
  const home = join(folder.path, 'home')
  const webDir = join(folder.path, 'web')
  const project = join(home, '.claude', 'projects', '-w-app')
  for (const made of [project, webDir]) mkdirSync(made, { recursive: true })
  cpSync(join(import.meta.dirname, '../web/index.html'), join(webDir, 'index.html'))
  writeFileSync(join(project, 's.jsonl'), line('Hello') + line(`Push with ${TOKEN} please`) + line('Thanks'))
  writeFileSync(
    join(project, 'o.jsonl'),
    line(`export DB_PASSWORD='${PASSWORD}'`) + line(`Again ${TOKEN}, twice ${TOKEN}`),
  )
  deps = buildDeps({
    version: '1.2.3',
    token: 'secret-token',
    homeDir: home,
    dataDir: folder.path,
    vaultFile: join(folder.path, 'vault.db'),
    indexFile: join(folder.path, 'index.db'),
    agentEnv: {},
    isDemo: false,
    log: pino({ level: 'trace' }, { write: (text: string) => void (log += text) }),
    webDir,
  })
  app = await buildApp(deps)
  await app.ready()
  await deps.ingest.start()
  await expect.poll(() => deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
  await expect.poll(() => deps.places.counts().length, { timeout: 20_000 }).toBe(3)
})

afterEach(async () => {
  await app.close()
  await deps.close()
  folder.remove()
})

async function ask<Reply extends z.ZodType>(
  reply: Reply,
  url: string,
  options: { method?: 'POST' | 'PUT'; payload?: object } = {},
): Promise<z.output<Reply>> {
  const answer = await app.inject({
    method: options.method ?? 'GET',
    url,
    headers,
    ...(options.payload && { payload: options.payload }),
  })
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

  const answer = await app.inject({ method: 'POST', url: `/api/secrets/places/${inFirst?.id}/reveal`, headers })
  expect(revealSecret.reply.parse(answer.json()).value).toBe(TOKEN)
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(log).not.toContain(TOKEN)
  expect((await app.inject({ method: 'POST', url: '/api/secrets/places/999/reveal', headers })).statusCode).toBe(404)
})

test('what was decided about a secret stays, and it stays masked', async () => {
  const { items } = await ask(listSecrets.reply, '/api/secrets?q=github')
  const url = `/api/secrets/${items[0]?.id}/state`
  await app.inject({ method: 'PUT', url, headers, payload: { state: 'ignored', reason: 'Of a test' } })

  const again = await ask(listSecrets.reply, '/api/secrets?state=ignored')
  expect(again.items).toMatchObject([{ kind: 'github-pat', reason: 'Of a test' }])
  const events = await app.inject({ url: '/api/sessions/claude-code:s/events', headers })
  expect(events.body).not.toContain(TOKEN)
  expect(
    (await app.inject({ method: 'PUT', url: '/api/secrets/77/state', headers, payload: { state: 'open' } })).statusCode,
  ).toBe(404)
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
  const answer = await app.inject({ method: 'POST', url, headers, payload: {} })

  expect(preview.refusal).toContain('One part of this session could not be looked through')
  expect(answer.statusCode).toBe(409)
  expect(answer.body).not.toContain(PASSWORD)
  expect(readdirSync(join(folder.path, 'exports'))).toEqual([])
})

test('an export comes with its name and size, and nothing of it stays here', async () => {
  const answer = await app.inject({ method: 'POST', url: '/api/sessions/claude-code:s/export', headers, payload: {} })

  expect(answer.headers['content-disposition']).toBe("attachment; filename*=UTF-8''s.jsonl")
  expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length)
  expect(answer.body).not.toContain(TOKEN)
  expect(answer.body.split('\n')).toHaveLength(4)
  expect(readdirSync(join(folder.path, 'exports'))).toEqual([])
})
