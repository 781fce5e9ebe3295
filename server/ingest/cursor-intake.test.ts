import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CodeReader } from '../../db/stores/code-reader.ts'
import { EventStore } from '../../db/stores/event-store.ts'
import { SourceStore } from '../../db/stores/source-store.ts'
import { fixtureRows, ID, OLD_ID, StateDatabase, SUB_ID } from './cursor-testing.ts'
import { createIngestWorld } from './testing.ts'

let world: ReturnType<typeof createIngestWorld>
let state: StateDatabase

beforeEach(() => {
  world = createIngestWorld()
  state = new StateDatabase(world.home)
})

afterEach(async () => {
  state.close()
  await world.close()
})

function session(id = ID) {
  return world.sessions.find(`cursor:${id}`)
}

async function until(holds: () => boolean, within = 20_000): Promise<void> {
  const end = performance.now() + within
  while (!holds()) {
    if (performance.now() > end) throw new Error('It did not come to be in time.')
    await sleep(20)
  }
}

function eventsOf(id = ID) {
  return new EventStore(world.indexDb).page(session(id)?.key ?? 0, -1, 1000)
}

function composer(ids: readonly string[]): Record<string, unknown> {
  const headers = ids.map((bubbleId) => ({ bubbleId, type: 1 }))
  return { [`composerData:${ID}`]: { _v: 16, composerId: ID, name: 'Live', fullConversationHeadersOnly: headers } }
}

function prompt(id: string, text: string): Record<string, unknown> {
  return { [`bubbleId:${ID}:${id}`]: { _v: 3, bubbleId: id, type: 1, text } }
}

it('lists each conversation with what was counted by hand, its sub-agent and its files as they stood', async () => {
  state.put(fixtureRows())
  await world.ingest.start()
  await until(() => session(ID)?.events === 21 && session(OLD_ID) !== undefined && session(SUB_ID)?.events === 2)

  const kinds = Map.groupBy(eventsOf(), (event) => event.kind)
  expect(Object.fromEntries([...kinds].map(([kind, events]) => [kind, events.length]))).toEqual({
    prompt: 3,
    thinking: 1,
    answer: 2,
    tool_call: 6,
    tool_result: 6,
    progress: 1,
    compaction: 1,
    unknown: 1,
  })
  expect(session()).toMatchObject({ title: 'Fix add', projectPath: '/w/app', prompts: 2, errors: 1, problems: 0 })
  expect(session(SUB_ID)).toMatchObject({ parentId: `cursor:${ID}` })
  expect(session(OLD_ID)).toMatchObject({ title: 'Old chat', projectPath: '/w/old', events: 2 })
  const code = new CodeReader(world.indexDb)
  const at = (seq: number, path: string) => code.textAt({ session: session()?.key ?? 0, seq }, path)
  expect(at(5, '/w/app/a.py')).toBe('def add(a, b):\n    return a + b\n')
  expect(at(9, '/w/app/new.py')).toBe("print('hi')\n")
  expect(at(11, '/w/app/c.txt')).toBe('two\nrest\n')
  expect(code.fileAt({ session: session()?.key ?? 0, seq: 13 }, '/w/app/gone.txt')).toMatchObject({
    confidence: 'exact',
    version: { by: 'delete', content: null },
  })
})

it('shows a row within two seconds after it was committed, and keeps what a later row took back', async () => {
  state.put({ cursorDiskKV: { ...composer(['p1', 'p2']), ...prompt('p1', 'One'), ...prompt('p2', 'Two') } })
  await world.ingest.start()
  await until(() => session()?.events === 2)

  const begun = performance.now()
  state.put({ cursorDiskKV: { ...composer(['p1', 'p2', 'p3']), ...prompt('p3', 'Three') } })
  await until(() => session()?.events === 3)
  expect(performance.now() - begun).toBeLessThan(2000)

  state.put({ cursorDiskKV: { ...composer(['p1', 'p4']), ...prompt('p4', 'Two, otherwise') } })
  await until(() => session()?.events === 4)
  expect(eventsOf().map(({ id, branch }) => [id, branch])).toEqual([
    ['p1', 0],
    ['p2', 1],
    ['p3', 1],
    ['p4', 0],
  ])
})

it('never makes a writer beside it wait, and misses nothing that this wrote', async () => {
  state.put(fixtureRows())
  await world.ingest.start()
  const id = 'written-beside'
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'cursor-writer.ts'), state.path, id])
  let told = ''
  writer.stdout.on('data', (bytes: Buffer) => (told += bytes.toString()))
  await until(() => (session(id)?.events ?? 0) > 300, 40_000)
  writer.kill('SIGTERM')
  await once(writer, 'exit')

  const [, count = '0'] = /^(\d+) rows\n$/.exec(told) ?? []
  expect(told).toBe(`${count} rows\n`)
  expect(Number(count)).toBeGreaterThan(300)
  await until(() => session(id)?.events === Number(count))
}, 60_000)

it('keeps a conversation that was taken out of the database', async () => {
  state.put(fixtureRows())
  await world.ingest.start()
  await until(() => session(OLD_ID)?.events === 2 && session()?.events === 21)
  await world.ingest.stop()
  state.remove(`composerData:${OLD_ID}`)
  const again = createIngestWorld({ on: world })
  await again.ingest.start()

  await until(() => session(OLD_ID)?.sourceState === 'gone')
  expect(session(OLD_ID)).toMatchObject({ events: 2, title: 'Old chat' })
  expect(session(ID)?.sourceState).toBe('present')
  await again.ingest.stop()
})

it('masks a secret in a row, in what a tool was asked and in the text of a file', async () => {
  const secret = ['ghp', '_', 'x7Kq2mPz9RtVbN4wLc8YdHs3FgJe5Ua', '1Bn0M'].join('')
  const rows = fixtureRows()
  const kv = rows['cursorDiskKV'] ?? {}
  kv[`bubbleId:${ID}:b03`] = { _v: 3, bubbleId: 'b03', type: 2, text: `The token is ${secret}.` }
  kv['composer.content.cc33'] = `token = '${secret}'\n`
  state.put(rows)
  await world.ingest.start()
  await until(() => session()?.events === 21)

  const previews = eventsOf().map((event) => event.preview ?? '')
  expect(previews.some((preview) => preview.includes('The token is'))).toBe(true)
  expect(previews.filter((preview) => preview.includes(secret))).toEqual([])
  const text = new CodeReader(world.indexDb).textAt({ session: session()?.key ?? 0, seq: 9 }, '/w/app/new.py')
  expect(text).toContain('token = ')
  expect(text).not.toContain(secret)
})

it('tells of rows that are no JSON and of a file that is no database, and reads the rest', async () => {
  const rows = fixtureRows()
  const kv = rows['cursorDiskKV'] ?? {}
  kv[`bubbleId:${ID}:b03`] = '{"type":2,"text":"torn'
  state.put(rows)
  await world.ingest.start()
  await until(() => session()?.problems === 1)
  expect(session()?.events).toBe(20)
  await world.ingest.stop()
  state.sqlite.pragma('wal_checkpoint(TRUNCATE)')
  writeFileSync(
    state.path,
    'no database at all, and longer than a header of one hundred bytes is, to be sure of it'.repeat(3),
  )
  const again = createIngestWorld({ on: world })
  await again.ingest.start()

  const sources = new SourceStore(world.vaultDb)
  await until(() => sources.unreadable('cursor').length === 1)
  expect(sources.unreadable('cursor')[0]?.path).toBe(state.path)
  expect(session()?.events).toBe(20)
  await again.ingest.stop()
})
