import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import { createOwnPattern, listOwnPatterns, testOwnPattern } from './contract/own-patterns.ts'
import { getSecret, listSecrets } from './contract/secrets.ts'
import type { Deps } from './deps.ts'
import { line } from './ingest/testing.ts'
import { TextScan } from './ingest/text-scan.ts'

/** What no rule knows: an ordinary word and a number. */
const STAFF = ['staff', 'number', '48151623'].join('-')
/** What rules take for a guess. */
const GUESS = ['umbrella', 'Qz7Lk2Vb9Xw4Rt6Yp1Mn8Kc3'].join('_')
const draft = { name: 'Staff number', pattern: 'staff-number-\\d{8}', keyword: 'staff-number' }

let folder: TemporaryFolder
let file: string
let deps: Deps
let app: AppUnderTest

beforeEach(async () => {
  folder = createTemporaryFolder()
  const project = join(folder.path, 'home', '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  file = join(project, 's.jsonl')
  writeFileSync(file, line('Hello') + line(`I am ${STAFF}, mind`) + line(`Take ${GUESS} then`))
  await startApp()
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

async function startApp(): Promise<void> {
  app = await AppUnderTest.start(folder.path)
  deps = app.deps
  await deps.ingest.start()
  await expect.poll(() => deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
  await expect.poll(() => deps.sessions.find('claude-code:s')?.events, { timeout: 20_000 }).toBeGreaterThan(2)
}

async function request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) {
  return app.ask(url, { method, payload })
}

async function ask<Reply extends z.ZodType>(
  reply: Reply,
  ...given: Parameters<typeof request>
): Promise<z.output<Reply>> {
  const answer = await request(...given)
  expect(answer.statusCode, answer.body).toBe(200)
  return reply.parse(answer.json())
}

async function shown(): Promise<string> {
  const views = ['events', 'timeline'].map((view) => request('GET', `/api/sessions/claude-code:s/${view}`))
  return (await Promise.all(views)).map(({ body }) => body).join('\n')
}

test('a new pattern finds what was read before and what comes, and its findings are masked and called by its name', async () => {
  expect(await shown()).toContain(STAFF)

  expect(await ask(createOwnPattern.reply, 'POST', '/api/secrets/patterns', draft)).toEqual({
    ...draft,
    id: 1,
    kind: 'own-staff-number',
  })
  await expect.poll(shown, { timeout: 20_000 }).not.toContain(STAFF)
  expect(await shown()).toMatch(/I am \[REDACTED:own-staff-number:[A-Z2-7]{4}\], mind/)

  const [secret] = (await ask(listSecrets.reply, 'GET', '/api/secrets?kind=own-staff-number')).items
  expect(secret).toMatchObject({
    label: 'Staff number',
    tier: 'definite',
    severity: 'high',
    places: 1,
    hint: '••••(21)',
  })
  expect(secret?.advice.text).toBe('Revoke it where it was issued, make a new one, and replace it where it is used.')

  const other = STAFF.replace('4815', '7777')
  appendFileSync(file, line(`Ask ${other}`))
  await expect.poll(() => deps.sessions.find('claude-code:s')?.events, { timeout: 20_000 }).toBe(4)
  expect(await shown()).not.toContain(other)
  expect(app.log).not.toContain(STAFF)
  expect((await ask(listOwnPatterns.reply, 'GET', '/api/secrets/patterns')).items).toMatchObject([{ secrets: 2 }])
})

test('what was a mere guess before, and shown, is masked when a pattern says that it is a secret', async () => {
  const before = await ask(listSecrets.reply, 'GET', '/api/secrets?tier=candidate')
  expect(before.items).toHaveLength(1)
  expect(await shown()).toContain(GUESS)

  await ask(createOwnPattern.reply, 'POST', '/api/secrets/patterns', {
    name: 'Umbrella',
    pattern: 'umbrella_\\w+',
    keyword: 'umbrella_',
  })

  await expect.poll(shown, { timeout: 20_000 }).not.toContain(GUESS)
  const { secret, places } = await ask(getSecret.reply, 'GET', `/api/secrets/${before.items[0]?.id}`)
  expect(secret).toMatchObject({ tier: 'definite', kind: 'own-umbrella', label: 'Umbrella' })
  expect(places.items.map(({ excerpt }) => excerpt)).toEqual([`Take ${secret.placeholder} then`])
  expect((await ask(listOwnPatterns.reply, 'GET', '/api/secrets/patterns')).items).toMatchObject([{ secrets: 1 }])
})

test('a pattern that is deleted finds nothing more, and what it found stays masked, also after the next start', async () => {
  const { id } = await ask(createOwnPattern.reply, 'POST', '/api/secrets/patterns', draft)
  await expect.poll(shown, { timeout: 20_000 }).not.toContain(STAFF)

  expect((await request('DELETE', `/api/secrets/patterns/${id}`)).statusCode).toBe(200)
  expect((await request('DELETE', `/api/secrets/patterns/${id}`)).statusCode).toBe(404)
  await app.close()
  await startApp()
  const other = STAFF.replace('4815', '8888')
  appendFileSync(file, line(`Ask ${other}, not ${STAFF}`))
  await expect.poll(() => deps.sessions.find('claude-code:s')?.events, { timeout: 20_000 }).toBe(4)

  expect(await shown()).toMatch(new RegExp(`Ask ${other}, not \\[REDACTED:own-staff-number:`))
  expect(await shown()).not.toContain(STAFF)
})

test('a pattern is changed under its name, and another one cannot take the name', async () => {
  const { id } = await ask(createOwnPattern.reply, 'POST', '/api/secrets/patterns', { ...draft, pattern: 'staff-x' })
  expect((await request('POST', '/api/secrets/patterns', { ...draft, name: 'STAFF number' })).json()).toEqual({
    code: 'conflict',
    message: 'There is a pattern called “STAFF number” already. Choose another name.',
  })

  await ask(createOwnPattern.reply, 'PUT', `/api/secrets/patterns/${id}`, draft)
  await expect.poll(shown, { timeout: 20_000 }).not.toContain(STAFF)
  expect((await request('PUT', '/api/secrets/patterns/99', { ...draft, name: 'Other' })).statusCode).toBe(404)
})

test('what cannot be a pattern is refused with a sentence', async () => {
  const refused = async (change: object) => {
    const answer = await request('POST', '/api/secrets/patterns', { ...draft, ...change })
    return [answer.statusCode, (answer.json() as { message: string }).message]
  }

  expect(await refused({ pattern: 'staff-(' })).toEqual([400, 'A parenthesis is opened and not closed.'])
  expect(await refused({ keyword: 'st' })).toEqual([400, expect.stringContaining('keyword')])
  expect(await refused({ pattern: 'x'.repeat(501) })).toEqual([400, expect.stringContaining('pattern')])
  expect(await refused({ name: '  ' })).toEqual([400, expect.stringContaining('name')])
  expect((await ask(listOwnPatterns.reply, 'GET', '/api/secrets/patterns')).items).toEqual([])
})

test('a pattern is tried on a text, and nothing of it is noted or logged', async () => {
  const text = `${STAFF} and again ${STAFF}`
  const trial = (change: object) =>
    ask(testOwnPattern.reply, 'POST', '/api/secrets/patterns/test', { draft: { ...draft, ...change }, text })

  expect(await trial({})).toEqual({
    problem: null,
    hasKeyword: true,
    hits: [
      { start: 0, end: 21 },
      { start: 32, end: 53 },
    ],
    masked: '[REDACTED] and again [REDACTED]',
    isComplete: true,
  })
  expect(await trial({ keyword: 'elsewhere' })).toMatchObject({ hasKeyword: false, hits: [], masked: text })
  expect(await trial({ pattern: '*' })).toMatchObject({
    problem: 'There is nothing before a repetition that it could repeat: *',
    masked: '',
  })
  expect((await ask(listSecrets.reply, 'GET', '/api/secrets?q=staff')).items).toEqual([])
  expect(app.log).not.toContain(STAFF)
})

test('a prompt is looked through with the patterns that there are, and with those that come', async () => {
  const [dataDir, vaultPath, indexPath] = ['', 'vault.db', 'index.db'].map((name) => join(folder.path, 'data', name))
  const scan = new TextScan({ dataDir: dataDir ?? '', vaultPath: vaultPath ?? '', indexPath: indexPath ?? '' })
  const other = STAFF.replace('4815', '9999')
  try {
    expect((await scan.scan(`Ask ${other}`)).found).toEqual([])
    await ask(createOwnPattern.reply, 'POST', '/api/secrets/patterns', draft)
    scan.rulesChanged()
    expect((await scan.scan(`Ask ${other}`)).found).toMatchObject([{ kind: 'own-staff-number', start: 4, end: 25 }])
  } finally {
    await scan.close()
  }
})
