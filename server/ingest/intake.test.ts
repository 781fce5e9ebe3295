import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventStore } from '../../db/stores/event-store.ts'
import { IndexWriter } from '../../db/stores/index-writer.ts'
import { SessionStore } from '../../db/stores/session-store.ts'
import { SourceStore } from '../../db/stores/source-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import { claudeCode } from '../adapters/claude-code/index.ts'
import { Vault } from '../vault/vault.ts'
import { EventBodies } from './event-bodies.ts'
import { Hurry } from './hurry.ts'
import { Intake } from './intake.ts'
import { Places } from './places.ts'
import type { IngestReport } from './protocol.ts'
import { SourceReader } from './source-reader.ts'
import { createFinder } from './testing.ts'
import { Understanding } from './understand.ts'
import { Unpacking } from './unpacking.ts'

let databases: TemporaryDatabases
beforeEach(() => {
  databases = createTemporaryDatabases()
})
afterEach(() => databases.close())

/** A home with one project, and everything that takes it in, as the worker has it. */
function createWorld() {
  const home = join(databases.folder, 'home')
  const folder = join(home, '.claude', 'projects', '-w-app')
  mkdirSync(folder, { recursive: true })
  const vault = new Vault(new VaultStore(databases.vault))
  const sources = new SourceStore(databases.vault)
  const writer = new IndexWriter(databases.index)
  const reports: IngestReport[] = []
  const report = (one: IngestReport) => reports.push(one)
  const code = { record: () => undefined, forget: () => undefined }
  const understanding = new Understanding({
    writer,
    adapters: [claudeCode],
    code,
    finder: createFinder(databases).finder,
  })
  const hurry = new Hurry()
  const intake = new Intake({
    places: new Places({ homeDir: home, env: {}, platform: 'linux' }, [claudeCode]),
    vault,
    hurry,
    reader: new SourceReader({ vault, sources, writer, understanding, hurry, report, onCompaction: () => undefined }),
    report,
    unpacking: new Unpacking(vault, join(databases.folder, 'unpacked')),
  })
  const sessions = new SessionStore(databases.index)
  const events = new EventStore(databases.index)
  const bodies = new EventBodies(
    {
      readRange: (generation, offset, length) => vault.readRange(generation, offset, length),
      sourceOfGeneration: (id) => {
        const source = sources.ofGeneration(id)
        return source && { ...source, agent: 'claude-code' }
      },
    },
    [claudeCode],
    createFinder(databases).mask,
  )
  const texts = (nativeId: string) => {
    const session = sessions.find(`claude-code:${nativeId}`)
    if (!session) return []
    const rows = events.page(session.key, -1, 1000)
    return bodies.page(rows, { calls: new Map(), subagents: new Map() }).map((event) => event.text)
  }
  return { folder, home, intake, sessions, vault, reports, texts }
}

let counter = 0
function line(text: string, extra: Record<string, unknown> = {}): string {
  counter += 1
  return JSON.stringify({
    type: 'user',
    uuid: `u${counter}`,
    parentUuid: null,
    sessionId: 's',
    isSidechain: false,
    cwd: '/w/app',
    timestamp: '2026-01-01T10:00:00.000Z',
    message: { role: 'user', content: text },
    ...extra,
  })
}

const lines = (...texts: string[]) => texts.map((text) => `${line(text)}\n`).join('')

test('what was written while nothing ran is found, and a second look finds nothing to do', async () => {
  const { folder, intake, sessions, texts, reports } = createWorld()
  writeFileSync(join(folder, 'a.jsonl'), lines('One', 'Two'))
  await intake.sweep()
  expect(texts('a')).toEqual(['One', 'Two'])

  reports.length = 0
  await intake.sweep()
  expect(reports.filter((report) => report.kind !== 'progress')).toEqual([])
  expect(sessions.find('claude-code:a')?.sourceState).toBe('present')
})

test('a paused backlog waits, what grows does not, and it goes on when it is told to', async () => {
  const { folder, intake, texts, reports } = createWorld()
  const lastState = () => reports.flatMap((one) => (one.kind === 'progress' ? one.progress.state : [])).at(-1)
  writeFileSync(join(folder, 'a.jsonl'), lines('One'))
  await intake.sweep()
  intake.pause()
  writeFileSync(join(folder, 'b.jsonl'), lines('Waits'))
  appendFileSync(join(folder, 'a.jsonl'), lines('Two'))
  await intake.sweep()
  expect(texts('a')).toEqual(['One', 'Two'])
  expect(texts('b')).toEqual([])
  expect(lastState()).toBe('paused')

  intake.resume()
  await expect.poll(() => texts('b')).toEqual(['Waits'])
  expect(lastState()).toBe('idle')
})

test('an index that is behind the vault is brought up to it, also for a file that is gone', async () => {
  const first = createWorld()
  const file = join(first.folder, 'a.jsonl')
  writeFileSync(file, lines('One', 'Two'))
  await first.vault.keep(
    { agent: 'claude-code', path: file, role: 'session', nativeId: 'a', subagentId: null },
    () => undefined,
  )
  rmSync(file)

  const second = createWorld()
  await second.intake.sweep()
  expect(second.texts('a')).toEqual(['One', 'Two'])
  expect(second.sessions.find('claude-code:a')?.sourceState).toBe('gone')
})

test('a deleted file leaves its session listed and readable', async () => {
  const { folder, intake, sessions, texts } = createWorld()
  writeFileSync(join(folder, 'a.jsonl'), lines('One', 'Two'))
  await intake.sweep()
  rmSync(join(folder, 'a.jsonl'))
  await intake.sweep()

  expect(sessions.find('claude-code:a')?.sourceState).toBe('gone')
  expect(texts('a')).toEqual(['One', 'Two'])
})

test('a file that is cut short or replaced by a stub loses nothing here', async () => {
  const { folder, intake, sessions, texts } = createWorld()
  const file = join(folder, 'a.jsonl')
  writeFileSync(file, lines('One', 'Two', 'Three'))
  await intake.sweep()
  truncateSync(file, 10)
  await intake.sweep()
  expect(texts('a')).toEqual(['One', 'Two', 'Three'])
  expect(sessions.find('claude-code:a')?.sourceState).toBe('rewritten')

  writeFileSync(file, lines('Stub'))
  await intake.sweep()
  expect(texts('a')).toEqual(['One', 'Two', 'Three', 'Stub'])
})

test('a file that moves to another project stays one session', async () => {
  const { folder, home, intake, sessions, texts } = createWorld()
  writeFileSync(join(folder, 'a.jsonl'), lines('One'))
  await intake.sweep()
  const other = join(home, '.claude', 'projects', '-w-other', 'a.jsonl')
  mkdirSync(dirname(other))
  renameSync(join(folder, 'a.jsonl'), other)
  appendFileSync(other, lines('Two'))
  await intake.sweep()

  expect(sessions.list({ words: [], limit: 10 }).items).toHaveLength(1)
  expect(texts('a')).toEqual(['One', 'Two'])
  expect(sessions.find('claude-code:a')?.sourceState).toBe('present')
})

test('a folder or a broken link in the place of a file is told and the rest goes on', async () => {
  const { folder, intake, texts } = createWorld()
  mkdirSync(join(folder, 'folder.jsonl'))
  symlinkSync('/nowhere', join(folder, 'link.jsonl'))
  writeFileSync(join(folder, 'a.jsonl'), lines('One'))
  await intake.sweep()
  expect(texts('a')).toEqual(['One'])
})

test('damaged bytes become problems with their line, and the lines around them are read', async () => {
  const { folder, intake, sessions, texts } = createWorld()
  const bytes = Buffer.concat([
    Buffer.from('\ufeff'),
    Buffer.from(`${line('After a byte order mark')}\r\n`),
    Buffer.from('\0\0\0\0\n'),
    Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a]),
    Buffer.from(`${line('Bad ').slice(0, -2)}\n`),
    Buffer.from(`${line('Left')}${line('Right')}\n`),
    Buffer.from(`${line('Lone \\ud800 half').replace('\\\\ud800', '\\ud800')}\n`),
    Buffer.from(`${JSON.stringify({ type: 'never-seen', uuid: 'n1', anything: 1 })}\n`),
    Buffer.from(line('No line feed')),
  ])
  writeFileSync(join(folder, 'a.jsonl'), bytes)
  await intake.sweep()
  await new Promise((resolve) => setTimeout(resolve, 3200))

  expect(texts('a').filter((text) => text !== null)).toEqual([
    'After a byte order mark',
    'Left',
    'Right',
    'Lone \ufffd half',
    'No line feed',
  ])
  const session = sessions.find('claude-code:a')
  expect(session?.lines).toMatchObject({ blank: 1, problems: 2, total: 8 })
})

test('a line of 60 MB is kept and counted, and those after it are read', { timeout: 60_000 }, async () => {
  const { folder, intake, sessions, vault } = createWorld()
  const file = join(folder, 'a.jsonl')
  writeFileSync(file, lines('Before'))
  appendFileSync(file, `${line('x'.repeat(60_000_000))}\n`)
  appendFileSync(file, lines('After'))
  await intake.sweep()

  expect(sessions.find('claude-code:a')).toMatchObject({ events: 3, problems: 0 })
  const kept = vault.findSource(file)?.generation
  expect(kept?.length).toBeGreaterThan(60_000_000)
})

test('clocks that run backwards and repeated records change neither order nor count', async () => {
  const { folder, intake, sessions, texts } = createWorld()
  const first = line('One', { timestamp: '2026-01-01T12:00:00.000Z' })
  const second = line('Two', { timestamp: '2026-01-01T11:00:00.000Z' })
  writeFileSync(join(folder, 'a.jsonl'), `${first}\n${second}\n${first}\n`)
  await intake.sweep()

  expect(texts('a')).toEqual(['One', 'Two'])
  expect(sessions.find('claude-code:a')).toMatchObject({
    startedAt: '2026-01-01T11:00:00.000Z',
    endedAt: '2026-01-01T12:00:00.000Z',
    lines: { total: 3, events: 2, bookkeeping: 1 },
  })
})

test("a sub-agent's transcript becomes a session below its parent, with what its meta file says", async () => {
  const { folder, intake, sessions } = createWorld()
  writeFileSync(join(folder, 'a.jsonl'), lines('One'))
  const subagents = join(folder, 'a', 'subagents')
  mkdirSync(subagents, { recursive: true })
  writeFileSync(join(subagents, 'agent-x1.jsonl'), `${line('Look around', { isSidechain: true, agentId: 'x1' })}\n`)
  writeFileSync(
    join(subagents, 'agent-x1.meta.json'),
    JSON.stringify({ agentType: 'Explore', description: 'Look around', toolUseId: 'toolu_9' }),
  )
  await intake.sweep()

  expect(sessions.list({ words: [], limit: 10 }).items.map((session) => session.id)).toEqual(['claude-code:a'])
  expect(sessions.find('claude-code:a')?.subagents).toBe(1)
  expect(sessions.subagentsOf('claude-code:a')).toMatchObject([
    { id: 'claude-code:a:x1', subagentType: 'Explore', parentCallId: 'toolu_9', events: 1 },
  ])
})
