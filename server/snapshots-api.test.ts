import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openVaultDb } from '../db/client.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import type { Deps } from './deps.ts'
import { line } from './ingest/testing.ts'

let folder: TemporaryFolder
let app: AppUnderTest
let deps: Deps
let project: string

beforeEach(async () => {
  folder = createTemporaryFolder()
  project = join(folder.path, 'home', '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  app = await AppUnderTest.start(folder.path)
  deps = app.deps
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE'

async function ask(method: Verb, url: string, payload?: object): Promise<{ status: number; body: unknown }> {
  const reply = await app.ask(url, { method, payload })
  return { status: reply.statusCode, body: reply.json() }
}

/** Starting the worker takes seconds on a loaded machine. */
const SOON = { timeout: 20_000 }

/** Writes a session, starts reading and waits until it is read. */
async function begin(...names: string[]): Promise<void> {
  for (const name of names) writeFileSync(join(project, `${name}.jsonl`), line(`One of ${name}`) + line('Two'))
  await deps.ingest.start()
  for (const name of names) await untilEvents(name, 2)
}

async function untilEvents(name: string, count: number): Promise<void> {
  await expect.poll(() => deps.sessions.find(`claude-code:${name}`)?.events, SOON).toBe(count)
}

async function take(payload: object = { scope: { all: true } }): Promise<number> {
  const { body } = await ask('POST', '/api/snapshots', payload)
  return (body as { id: number }).id
}

/** Two lines: the agent writes a file, and hears that it is written. */
function writesFile(path: string, content: string): string {
  const id = `toolu_${path}_${content.length}`
  const call = { type: 'tool_use', id, name: 'Write', input: { file_path: path, content } }
  const message = { id: `m${id}`, type: 'message', role: 'assistant', model: 'claude-x', content: [call] }
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'written' }] }
  const toolUseResult = { type: 'create', filePath: path, content, structuredPatch: [], originalFile: null }
  return line('', { type: 'assistant', message }) + line('', { message: result, toolUseResult })
}

test('a snapshot is taken, listed, opened, labelled, pinned and deleted', async () => {
  await begin('a', 'b')
  const taken = await ask('POST', '/api/snapshots', {
    label: ' before the move ',
    scope: { sessions: ['claude-code:a'] },
  })
  expect(taken).toMatchObject({ status: 200, body: { label: 'before the move', reason: 'manual', sessions: 1 } })
  const { id } = taken.body as { id: number }

  expect(await ask('GET', '/api/snapshots?session=claude-code:a&reason=manual')).toMatchObject({
    body: { items: [{ id }], nextCursor: null },
  })
  expect(await ask('GET', '/api/snapshots?session=claude-code:b&reason=manual')).toMatchObject({ body: { items: [] } })
  expect(await ask('GET', `/api/snapshots/${id}`)).toMatchObject({
    body: {
      items: [
        {
          id: 'claude-code:a',
          title: 'One of a',
          projectPath: '/w/app',
          sources: [{ path: join(project, 'a.jsonl'), state: 'present', generations: 1 }],
        },
      ],
    },
  })
  expect(await ask('PUT', `/api/snapshots/${id}`, { label: null, isPinned: true })).toMatchObject({
    body: { label: null, isPinned: true },
  })
  expect(await ask('DELETE', `/api/snapshots/${id}`)).toMatchObject({
    status: 409,
    body: { message: 'This snapshot is pinned. Unpin it first, then delete it.' },
  })
  await ask('PUT', `/api/snapshots/${id}`, { isPinned: false })
  expect(await ask('DELETE', `/api/snapshots/${id}`)).toMatchObject({ body: { removed: true } })
  expect(await ask('GET', `/api/snapshots/${id}`)).toMatchObject({ status: 404 })
})

test('two snapshots are compared: sessions, lines and files of code state', async () => {
  const path = (name: string) => join(project, `${name}.jsonl`)
  await begin('same', 'grows', 'rewritten', 'goes')
  appendFileSync(path('grows'), writesFile('/w/app/old.ts', 'one\n') + writesFile('/w/app/other.ts', 'x\n'))
  await untilEvents('grows', 6)
  const before = await take()
  appendFileSync(path('grows'), writesFile('/w/app/old.ts', 'one\ntwo\n') + writesFile('/w/app/new.ts', 'new\n'))
  const kept = line('Kept')
  writeFileSync(path('rewritten'), kept + line('Three') + line('Four') + line('Five'))
  rmSync(path('goes'))
  writeFileSync(path('comes'), line('New here'))
  const after = await take()
  await untilEvents('grows', 10)
  await untilEvents('comes', 1)
  await untilEvents('rewritten', 6)

  const { body } = await ask('GET', `/api/snapshots/${before}/compare?with=${after}`)
  const { items } = body as { items: { sessionId: string }[] }
  const of = (name: string) => items.find((item) => item.sessionId === `claude-code:${name}`)
  expect(of('same')).toMatchObject({ change: 'unchanged', linesAdded: 0, linesRemoved: 0, codeFiles: [] })
  expect(of('grows')).toMatchObject({
    change: 'grown',
    linesAdded: 4,
    linesRemoved: 0,
    seqBefore: 5,
    seqAfter: 9,
    codeFiles: [
      { path: '/w/app/new.ts', change: 'created' },
      { path: '/w/app/old.ts', change: 'modified' },
    ],
  })
  expect(of('rewritten')).toMatchObject({ change: 'rewritten', linesAdded: 4, linesRemoved: 2 })
  expect(of('goes')).toMatchObject({ change: 'gone' })
  expect(of('comes')).toMatchObject({ change: 'added', linesAdded: 1, seqBefore: null, seqAfter: 0 })
  expect(items.at(-1)).toMatchObject({ change: 'unchanged' })

  const turned = await ask('GET', `/api/snapshots/${after}/compare?with=${before}`)
  expect(turned.body).toEqual(body)
  const now = await ask('GET', `/api/snapshots/${after}/compare`)
  expect((now.body as { items: { change: string }[] }).items.map((item) => item.change)).toEqual(
    Array.from({ length: 5 }, () => 'unchanged'),
  )
})

test('the rules of retention show what would go before they are set, and let it go then', async () => {
  await begin('a')
  const automatic = await deps.ingest.snapshot({ reason: 'config', scope: { sessions: ['claude-code:a'] } })
  const vault = openVaultDb(join(folder.path, 'data', 'vault.db'))
  vault.prepare('UPDATE snapshots SET created_at = ? WHERE id = ?').run(Date.now() - 40 * 86_400_000, automatic.id)
  vault.close()

  expect(await ask('GET', '/api/retention')).toMatchObject({
    body: { rules: { keepAllDays: 14, keepDailyDays: 90, keepWeeklyDays: 730 }, wouldGo: [] },
  })
  const preview = await ask('GET', '/api/retention?keepDailyDays=10&keepWeeklyDays=0')
  expect(preview).toMatchObject({ body: { wouldGo: [{ id: automatic.id }] } })
  expect(await ask('GET', '/api/retention?keepAllDays=-1')).toMatchObject({ status: 400 })
  const rules = { keepAllDays: 14, keepDailyDays: 10, keepWeeklyDays: 0 }
  expect(await ask('PUT', '/api/retention', rules)).toMatchObject({ body: { rules, removed: 1 } })
  expect(await ask('GET', '/api/retention')).toMatchObject({ body: { rules, wouldGo: [] } })
  expect(deps.sessions.find('claude-code:a')?.events).toBe(2)
})

test('a check of the vault names each damaged place with its file and session, and its result stays', async () => {
  await begin('a', 'b')
  expect(await ask('GET', '/api/verify')).toMatchObject({ body: { state: 'never', endedAt: null } })
  expect(await ask('POST', '/api/verify')).toMatchObject({ body: { state: 'done', sources: 2, damage: [] } })
  const vault = openVaultDb(join(folder.path, 'data', 'vault.db'))
  const chunk = vault
    .prepare<[string], number>(
      `SELECT chunk_id FROM pieces JOIN generations ON generations.id = generation_id
       JOIN sources ON sources.id = source_id WHERE path = ?`,
    )
    .pluck()
    .get(join(project, 'b.jsonl'))
  vault.prepare("UPDATE chunks SET bytes = x'00', codec = 0 WHERE id = ?").run(chunk)
  vault.close()

  const found = await ask('POST', '/api/verify', {})
  expect(found).toMatchObject({
    body: {
      state: 'done',
      damage: [
        {
          sourcePath: join(project, 'b.jsonl'),
          sessionId: 'claude-code:b',
          generation: 1,
          offset: 0,
          reason: 'Its chunk has another length.',
        },
      ],
    },
  })
  expect(await ask('GET', '/api/verify')).toEqual(found)
  const { endedAt } = found.body as { endedAt: string }
  expect(await ask('GET', '/api/storage')).toMatchObject({ body: { lastVerifiedAt: endedAt, sources: 2 } })
})

test('a check that is cancelled says so, and the result before it stays known', async () => {
  await begin('a')
  await ask('POST', '/api/verify')
  const { body } = await ask('GET', '/api/storage')
  await ask('POST', '/api/verify', { wait: false })
  expect(await ask('DELETE', '/api/verify')).toMatchObject({ status: 200, body: { state: 'cancelled' } })
  expect(await ask('GET', '/api/storage')).toEqual({ status: 200, body })
})

test('storage counts what is gone and what was rewritten, and leaves out copies of other files', async () => {
  await begin('a', 'b', 'c')
  rmSync(join(project, 'b.jsonl'))
  writeFileSync(join(project, 'c.jsonl'), line('Other'))
  const other = join(folder.path, 'settings.json')
  writeFileSync(other, '{}')
  await deps.ingest.keepCopy(other)
  await deps.ingest.keepNow()
  expect(await ask('GET', '/api/storage')).toMatchObject({ body: { sources: 3, gone: 1, rewritten: 1 } })
  const agents = (await ask('GET', '/api/agents')).body as { items: object[] }
  expect(agents.items[0]).toMatchObject({ id: 'claude-code', sources: 3, sessions: 3 })
})

test('an import can be left and taken up again, and health says which', async () => {
  for (let number = 0; number < 200; number++) {
    writeFileSync(join(project, `old-${number}.jsonl`), line('x'.repeat(50_000)).repeat(10))
  }
  await deps.ingest.start()
  const left = await ask('POST', '/api/ingest/cancel')
  expect(left).toMatchObject({ status: 200, body: { ingest: { state: 'paused' } } })
  writeFileSync(join(project, 'now.jsonl'), line('Now'))
  await untilEvents('now', 1)
  const { body } = await ask('GET', '/api/health')
  expect(body).toMatchObject({ ingest: { state: 'paused' } })
  expect((body as { ingest: { sourcesDone: number } }).ingest.sourcesDone).toBeLessThan(200)

  expect(await ask('POST', '/api/ingest/resume')).toMatchObject({ body: { ingest: { state: 'running' } } })
  await expect
    .poll(async () => (await ask('GET', '/api/health')).body, SOON)
    .toMatchObject({
      ingest: { state: 'idle', sourcesDone: 201, sourcesTotal: 201 },
    })
})

test('a machine without any session gets no daily snapshot of nothing', async () => {
  await deps.ingest.start()
  await expect.poll(() => deps.ingest.progress.state, SOON).toBe('idle')
  // What is taken by itself is taken right after reading, so an answer that waits for the worker comes after it.
  await deps.ingest.keepNow()
  expect((await ask('GET', '/api/snapshots')).body).toEqual({ items: [], nextCursor: null })
})
