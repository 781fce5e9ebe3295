import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import { listCompactions, writeBrief } from './contract/compaction.ts'
import type { Deps } from './deps.ts'
import { line } from './ingest/testing.ts'

let folder: TemporaryFolder
let app: AppUnderTest
let deps: Deps
let file: string

beforeEach(async () => {
  folder = createTemporaryFolder()
  const project = join(folder.path, 'home', '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  file = join(project, 's.jsonl')
  app = await AppUnderTest.start(folder.path)
  deps = app.deps
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

async function ask(method: 'GET' | 'POST', path: string, payload?: object) {
  const reply = await app.ask(`/api/sessions/claude-code:s/${path}`, { method, payload })
  return { status: reply.statusCode, body: reply.json() as unknown }
}

function boundary(uuid: string, meta: object): string {
  return line('', {
    type: 'system',
    subtype: 'compact_boundary',
    uuid,
    content: 'Conversation compacted',
    compactMetadata: meta,
  })
}

function summary(text: string): string {
  return line(text, { isCompactSummary: true })
}

test('a real session file tells what its compaction dropped, before and after it grows, and gives a brief', async () => {
  writeFileSync(
    file,
    line('Add the export, and never write into /etc') +
      line('use semicolons as separators in the export') +
      boundary('b-1', { trigger: 'manual', preTokens: 9000, postTokens: 700 }) +
      summary('The user wants: "Add the export, and never write into /etc"'),
  )
  await deps.ingest.start()
  await expect.poll(() => deps.sessions.find('claude-code:s')?.events, { timeout: 20_000 }).toBe(4)

  const listed = listCompactions.reply.parse((await ask('GET', 'compactions')).body)
  expect(listed.items).toMatchObject([
    {
      seq: 2,
      id: 'b-1',
      trigger: 'manual',
      preTokens: 9000,
      postTokens: 700,
      summary: 'The user wants: "Add the export, and never write into /etc"',
      items: [
        { text: 'Add the export, and never write into /etc', coverage: 'kept' },
        { text: 'use semicolons as separators in the export', coverage: 'lost' },
      ],
    },
  ])

  const brief = writeBrief.reply.parse((await ask('POST', 'brief', { budget: 1000 })).body)
  expect(brief.text).toContain('- “use semicolons as separators in the export” [@1](/sessions/claude-code:s?at=1)')
  expect(brief.text).not.toContain('“Add the export')
  expect(brief.included).toHaveLength(1)
  expect(brief.tokens).toBeLessThanOrEqual(1000)

  appendFileSync(file, line('no pipes in names, please') + boundary('b-2', { trigger: 'auto' }))
  await expect.poll(() => deps.sessions.find('claude-code:s')?.events, { timeout: 20_000 }).toBe(6)
  const grown = listCompactions.reply.parse((await ask('GET', 'compactions')).body)
  expect(grown.items[1]).toMatchObject({
    id: 'b-2',
    summary: null,
    items: [{ text: 'no pipes in names, please', coverage: 'lost' }],
  })
}, 60_000)

test('wrong requests are answered with a code and a sentence', async () => {
  writeFileSync(file, line('Add the export'))
  await deps.ingest.start()
  await expect.poll(() => deps.sessions.find('claude-code:s')?.events, { timeout: 20_000 }).toBe(1)
  expect(await ask('GET', 'compactions')).toEqual({ status: 200, body: { items: [] } })
  expect(await ask('POST', 'brief', { budget: 5 })).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  expect(await ask('POST', 'brief', { budget: 500, compaction: 'x' })).toMatchObject({ status: 404 })
  expect(await ask('POST', 'brief', { budget: 500, items: ['todo:x:0'] })).toMatchObject({
    status: 400,
    body: { code: 'bad_request', message: expect.stringMatching(/has no item/) as string },
  })
}, 60_000)
