import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SnapshotFile } from '../../db/stores/snapshot-store.ts'
import { createIngestWorld, line } from './testing.ts'

let world: ReturnType<typeof createIngestWorld>
beforeEach(async () => {
  world = createIngestWorld()
})
afterEach(() => world.close())

const ALL = { all: true } as const
/** Starting the worker takes seconds on a loaded machine. */
const SOON = { timeout: 20_000 }

function bytesOf({ generationId, length }: SnapshotFile): string {
  return Buffer.from(world.vault.readRange(generationId, 0, length)).toString()
}

function held(snapshotId: number, path: string): string | undefined {
  const file = world.snapshots.filesOf(snapshotId).find((one) => one.path === path)
  return file && bytesOf(file)
}

function write(name: string, ...texts: string[]): string {
  const path = join(world.project, name)
  writeFileSync(path, texts.map((text) => line(text)).join(''))
  return path
}

test('a snapshot keeps what nobody has read yet, and goes on holding it while the file grows', async () => {
  const path = write('a.jsonl', 'One', 'Two')
  const before = readFileSync(path, 'utf8')
  await world.ingest.start()
  const first = await world.ingest.snapshot({ reason: 'manual', label: 'mine', scope: ALL })
  appendFileSync(path, line('Three'))
  const after = readFileSync(path, 'utf8')
  const second = await world.ingest.snapshot({ reason: 'manual', scope: ALL })

  expect(first).toMatchObject({ label: 'mine', sessions: 1, sources: 1, rawBytes: before.length, changedSources: 1 })
  expect(second.rawBytes).toBe(after.length)
  expect(held(first.id, path)).toBe(before)
  expect(held(second.id, path)).toBe(after)
  await expect.poll(() => world.sessions.find('claude-code:a')?.events, SOON).toBe(3)
})

test('a file that is cut, emptied, replaced by a stub or deleted is held by later snapshots as it was at its fullest', async () => {
  const names = ['cut.jsonl', 'empty.jsonl', 'stub.jsonl', 'gone.jsonl']
  const paths = names.map((name) => write(name, `One ${name}`, `Two ${name}`))
  const full = paths.map((path) => readFileSync(path, 'utf8'))
  await world.ingest.start()
  await world.ingest.keepNow()
  const [cut = '', empty = '', stub = '', gone = ''] = paths
  truncateSync(cut, readFileSync(cut).length - 40)
  writeFileSync(empty, '')
  writeFileSync(stub, '{"type":"last-prompt","lastPrompt":"x","leafUuid":"none"}\n')
  rmSync(gone)

  const { id } = await world.ingest.snapshot({ reason: 'manual', scope: ALL })
  expect(paths.map((path) => held(id, path))).toEqual(full)
  expect(world.snapshots.filesOf(id).find((file) => file.path === gone)?.state).toBe('gone')
})

test('a snapshot says how much came since the one before it', async () => {
  const path = write('a.jsonl', 'One', 'Two')
  await world.ingest.start()
  await world.ingest.snapshot({ reason: 'manual', scope: ALL })
  // The daily one comes by itself, and would take its share of what is new.
  await expect.poll(() => world.ingest.progress.state, SOON).toBe('idle')
  await world.ingest.keepNow()
  appendFileSync(path, line('Three'))
  const second = await world.ingest.snapshot({ reason: 'manual', scope: ALL })
  expect(second).toMatchObject({ changedSources: 1, changedBytes: Buffer.byteLength(line('Three')) })
})

test('a rewrite that goes on with records of its own is held as it is', async () => {
  const path = write('a.jsonl', 'One', 'Two', 'Three')
  await world.ingest.start()
  const before = await world.ingest.snapshot({ reason: 'manual', scope: ALL })
  const old = readFileSync(path, 'utf8')
  writeFileSync(path, line('Another'))
  const { id } = await world.ingest.snapshot({ reason: 'manual', scope: ALL })

  expect(held(id, path)).toBe(readFileSync(path, 'utf8'))
  expect(held(before.id, path)).toBe(old)
})

test('mode and time of each file are held, also when only they changed', async () => {
  const path = write('a.jsonl', 'One')
  chmodSync(path, 0o600)
  utimesSync(path, 1_700_000_000, 1_700_000_000)
  await world.ingest.start()
  const first = await world.ingest.snapshot({ reason: 'manual', scope: ALL })
  chmodSync(path, 0o640)
  utimesSync(path, 1_700_000_100, 1_700_000_100)
  const second = await world.ingest.snapshot({ reason: 'manual', scope: ALL })

  expect(world.snapshots.filesOf(first.id)).toMatchObject([{ mode: 0o600, mtimeMs: 1_700_000_000_000 }])
  expect(world.snapshots.filesOf(second.id)).toMatchObject([{ mode: 0o640, mtimeMs: 1_700_000_100_000 }])
  expect(second.changedBytes).toBe(0)
})

test('a snapshot of a session names its sub-agents and side files, and nothing of others', async () => {
  write('a.jsonl', 'One')
  write('b.jsonl', 'Other')
  const beside = join(world.project, 'a', 'subagents')
  mkdirSync(beside, { recursive: true })
  writeFileSync(join(beside, 'agent-x1.jsonl'), line('Look', { isSidechain: true, agentId: 'x1' }))
  writeFileSync(join(beside, 'agent-x1.meta.json'), '{"agentType":"Explore"}')
  mkdirSync(join(world.project, 'a', 'tool-results'))
  writeFileSync(join(world.project, 'a', 'tool-results', 'b1.txt'), 'output')
  mkdirSync(join(world.home, '.claude', 'file-history', 'a'), { recursive: true })
  writeFileSync(join(world.home, '.claude', 'file-history', 'a', '00@v1'), 'backup')
  await world.ingest.start()
  await expect.poll(() => world.sessions.find('claude-code:a:x1')?.events, SOON).toBe(1)
  const { id, sessions, sources } = await world.ingest.snapshot({
    reason: 'manual',
    scope: { sessions: ['claude-code:a'] },
  })

  expect({ sessions, sources }).toEqual({ sessions: 1, sources: 5 })
  const names = world.snapshots.filesOf(id).map((file) => file.path.slice(world.home.length))
  expect(names.sort()).toEqual([
    '/.claude/file-history/a/00@v1',
    '/.claude/projects/-w-app/a.jsonl',
    '/.claude/projects/-w-app/a/subagents/agent-x1.jsonl',
    '/.claude/projects/-w-app/a/subagents/agent-x1.meta.json',
    '/.claude/projects/-w-app/a/tool-results/b1.txt',
  ])
})

test('a project names its sessions and what is kept for all of them', async () => {
  write('a.jsonl', 'One')
  mkdirSync(join(world.project, 'memory'))
  writeFileSync(join(world.project, 'memory', 'MEMORY.md'), 'Remember.')
  const other = join(world.home, '.claude', 'projects', '-w-other')
  mkdirSync(other)
  writeFileSync(join(other, 'b.jsonl'), line('Elsewhere', { cwd: '/w/other' }))
  await world.ingest.start()
  await expect.poll(() => world.sessions.facets().projects.length, SOON).toBe(2)
  const { id } = await world.ingest.snapshot({ reason: 'manual', scope: { projects: ['/w/app'] } })

  const names = world.snapshots.filesOf(id).map((file) => file.path.slice(world.project.length))
  expect(names.sort()).toEqual(['/a.jsonl', '/memory/MEMORY.md'])
})

test('what is not known is refused with a sentence', async () => {
  await world.ingest.start()
  const unknown = world.ingest.snapshot({ reason: 'manual', scope: { sessions: ['claude-code:none'] } })
  await expect(unknown).rejects.toThrow('There is no session “claude-code:none”.')
  const empty = world.ingest.snapshot({ reason: 'manual', scope: { projects: ['/nowhere'] } })
  await expect(empty).rejects.toThrow('No session of these projects is kept.')
})

test('an automatic snapshot with nothing new is the last one of its scope', async () => {
  const path = write('a.jsonl', 'One')
  await world.ingest.start()
  const first = await world.ingest.snapshot({ reason: 'restore', scope: ALL })
  const again = await world.ingest.snapshot({ reason: 'config', scope: ALL })
  appendFileSync(path, line('Two'))
  const later = await world.ingest.snapshot({ reason: 'restore', scope: ALL })

  expect(again.id).toBe(first.id)
  expect(later.id).toBeGreaterThan(first.id)
})

test('snapshots that are asked for at once each hold all that stood in the files then', async () => {
  const paths = ['a.jsonl', 'b.jsonl', 'c.jsonl'].map((name) => write(name, 'One'))
  await world.ingest.start()
  const asked = Array.from({ length: 12 }, (_, number) => {
    for (const path of paths) appendFileSync(path, line(`${number}`))
    const sizes = paths.map((path) => statSync(path).size)
    const scope = number % 2 === 0 ? ALL : { sessions: ['claude-code:a'] }
    return world.ingest.snapshot({ reason: 'manual', scope }).then(({ id }) => ({ id, sizes, isAll: scope === ALL }))
  })
  for (const { id, sizes, isAll } of await Promise.all(asked)) {
    const files = world.snapshots.filesOf(id)
    expect(files.length).toBe(isAll ? 3 : 1)
    files.forEach(({ length }, at) => expect(length).toBeGreaterThanOrEqual(sizes[at] ?? 0))
  }
})

test('any file can be kept as a copy, which no list of sessions or agents shows', async () => {
  const settings = join(world.home, '.claude', 'settings.json')
  writeFileSync(settings, '{"model":"one"}')
  await world.ingest.start()
  const copy = await world.ingest.keepCopy(settings)
  writeFileSync(settings, '{"model":"other"}')

  expect(copy && Buffer.from(world.vault.readRange(copy.generationId, 0, copy.length)).toString()).toBe(
    '{"model":"one"}',
  )
  expect(await world.ingest.keepCopy(join(world.home, 'missing'))).toBeNull()
  await expect(world.ingest.keepCopy(world.project)).rejects.toThrow('It is a folder, not a file.')
  const { sources } = await world.ingest.snapshot({ reason: 'manual', scope: ALL })
  expect(sources).toBe(0)
})

test('right before a compaction of a growing session all that came before it is named', async () => {
  const path = write('a.jsonl', 'One')
  await world.ingest.start()
  await expect.poll(() => world.sessions.find('claude-code:a')?.events, SOON).toBe(1)
  appendFileSync(path, line('Two'))
  const before = readFileSync(path, 'utf8')
  const compactMetadata = { trigger: 'auto', preTokens: 171_000 }
  appendFileSync(path, line('', { type: 'system', subtype: 'compact_boundary', compactMetadata, message: undefined }))
  appendFileSync(path, line('Summary', { isCompactSummary: true }))

  await expect.poll(() => world.snapshots.list({ reason: 'compaction', limit: 10 }).items.length, SOON).toBe(1)
  const [snapshot] = world.snapshots.list({ reason: 'compaction', limit: 10 }).items
  expect(snapshot).toMatchObject({
    cause: 'The context was compacted automatically at 171,000 tokens.',
    scope: { sessions: ['claude-code:a'] },
  })
  expect(held(snapshot?.id ?? 0, path)).toBe(before)
  expect(world.messages.some((message) => message.kind === 'vault')).toBe(true)
})

test('compactions in what is read for the first time are no reason for snapshots', async () => {
  const path = join(world.project, 'a.jsonl')
  const boundary = line('', { type: 'system', subtype: 'compact_boundary', message: undefined })
  writeFileSync(path, line('One') + boundary + line('Two'))
  await world.ingest.start()
  const later = join(world.project, 'b.jsonl')
  writeFileSync(later, line('One') + line('', { type: 'system', subtype: 'compact_boundary', message: undefined }))
  await expect.poll(() => world.sessions.find('claude-code:b')?.events, SOON).toBe(2)

  await expect.poll(() => world.sessions.find('claude-code:a')?.compactions, SOON).toBe(1)
  expect(world.snapshots.list({ reason: 'compaction', limit: 10 }).items).toEqual([])
})
