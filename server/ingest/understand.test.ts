import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventStore } from '../../db/stores/event-store.ts'
import { IndexWriter } from '../../db/stores/index-writer.ts'
import { SessionStore } from '../../db/stores/session-store.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import type { Source } from '../adapters/adapter.ts'
import { claudeCode } from '../adapters/claude-code/index.ts'
import { createFinder } from './testing.ts'
import { Understanding } from './understand.ts'

let databases: TemporaryDatabases
beforeEach(() => {
  databases = createTemporaryDatabases()
})
afterEach(() => databases.close())

function source(nativeId: string): Source {
  const path = `/home/u/.claude/projects/-w-app/${nativeId}.jsonl`
  return { agent: 'claude-code', path, role: 'session', nativeId, subagentId: null }
}

function start() {
  const writer = new IndexWriter(databases.index)
  const understanding = new Understanding({
    writer,
    adapters: [claudeCode],
    code: { record: () => undefined, forget: () => undefined },
    finder: createFinder(databases).finder,
  })
  return { understanding, sessions: new SessionStore(databases.index), events: new EventStore(databases.index) }
}

interface Line {
  uuid: string
  parent: string | null
  at?: string
}

function prompt(text: string, { uuid, parent, at = '10:00:00' }: Line): string {
  return JSON.stringify({
    type: 'user',
    uuid,
    parentUuid: parent,
    sessionId: 's',
    isSidechain: false,
    cwd: '/w/app',
    timestamp: `2026-01-01T${at}.000Z`,
    message: { role: 'user', content: text },
  })
}

function answer(text: string, line: Line & { message: string; output: number; model?: string }): string {
  return JSON.stringify({
    type: 'assistant',
    uuid: line.uuid,
    parentUuid: line.parent,
    sessionId: 's',
    isSidechain: false,
    cwd: '/w/app',
    timestamp: `2026-01-01T${line.at ?? '10:00:01'}.000Z`,
    requestId: `req-${line.message}`,
    message: {
      id: line.message,
      role: 'assistant',
      type: 'message',
      model: line.model ?? 'claude-opus-4-5-20251101',
      content: [{ type: 'text', text }],
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 100,
        cache_read_input_tokens: 1000,
        output_tokens: line.output,
      },
    },
  })
}

function block(
  lines: string[],
  place: { sourceId: number; generationId: number; offset?: number } = { sourceId: 1, generationId: 1 },
) {
  return { ...place, offset: place.offset ?? 0, bytes: Buffer.from(lines.map((line) => `${line}\n`).join('')) }
}

test('a session is listed with what its lines say', () => {
  const { understanding, sessions } = start()
  understanding.take(
    source('s'),
    block([
      prompt('Fix the login', { uuid: 'p1', parent: null }),
      answer('Done.', { uuid: 'a1', parent: 'p1', message: 'm1', output: 7 }),
    ]),
  )

  const session = sessions.find('claude-code:s')
  expect(session).toMatchObject({
    title: 'Fix the login',
    projectPath: '/w/app',
    events: 2,
    prompts: 1,
    startedAt: '2026-01-01T10:00:00.000Z',
    endedAt: '2026-01-01T10:00:01.000Z',
    models: ['claude-opus-4-5-20251101'],
    tokens: { input: 10, output: 7, cacheRead: 1000, cacheWrite: 100 },
    context: { used: 1110, window: 200_000 },
    lines: { total: 2, events: 2, bookkeeping: 0, problems: 0, blank: 0 },
  })
})

test('records of one model answer count its tokens once, by the largest of their figures', () => {
  const { understanding, sessions } = start()
  understanding.take(
    source('s'),
    block([
      answer('Let me look.', { uuid: 'a1', parent: null, message: 'm1', output: 3 }),
      answer('Found it.', { uuid: 'a2', parent: 'a1', message: 'm1', output: 9 }),
    ]),
  )
  expect(sessions.find('claude-code:s')?.tokens).toEqual({ input: 10, output: 9, cacheRead: 1000, cacheWrite: 100 })
})

test('a model without a price makes the cost unknown, not zero', () => {
  const { understanding, sessions } = start()
  understanding.take(
    source('s'),
    block([answer('Hi', { uuid: 'a1', parent: null, message: 'm1', output: 1, model: 'other-model' })]),
  )
  expect(sessions.find('claude-code:s')?.costUsd).toBeNull()
})

test('reading the same bytes again, as another generation, adds nothing', () => {
  const { understanding, sessions } = start()
  const lines = [
    prompt('One', { uuid: 'p1', parent: null }),
    answer('Two', { uuid: 'a1', parent: 'p1', message: 'm1', output: 7 }),
  ]
  understanding.take(source('s'), block(lines))
  understanding.take(source('s'), block(lines, { sourceId: 1, generationId: 2 }))

  expect(sessions.find('claude-code:s')).toMatchObject({
    events: 2,
    tokens: { output: 7 },
    lines: { total: 4, events: 2, bookkeeping: 2 },
  })
})

test('a source that was replaced by a stub keeps its events and gains the new ones', () => {
  const { understanding, sessions, events } = start()
  understanding.take(
    source('s'),
    block([prompt('One', { uuid: 'p1', parent: null }), prompt('Two', { uuid: 'p2', parent: 'p1' })]),
  )
  understanding.take(
    source('s'),
    block([prompt('Three', { uuid: 'p3', parent: null })], { sourceId: 1, generationId: 2 }),
  )

  const session = sessions.find('claude-code:s')
  expect(events.page(session?.key ?? 0, -1, 10).map((event) => event.id)).toEqual(['p1', 'p2', 'p3'])
})

test('a fork that repeats its history names its origin and its answers are not counted twice', () => {
  const { understanding, sessions } = start()
  const history = [
    prompt('One', { uuid: 'p1', parent: null }),
    answer('Two', { uuid: 'a1', parent: 'p1', message: 'm1', output: 7 }),
  ]
  understanding.take(source('first'), block(history))
  understanding.take(source('second'), block(history, { sourceId: 2, generationId: 2 }))

  expect(sessions.find('claude-code:second')).toMatchObject({
    forkOf: 'claude-code:first',
    events: 2,
    tokens: { output: 0 },
  })
  expect(sessions.find('claude-code:first')?.tokens.output).toBe(7)
})

test('a rewind leaves what came after the earlier message on a branch of its own', () => {
  const { understanding, sessions, events } = start()
  understanding.take(
    source('s'),
    block([
      prompt('One', { uuid: 'p1', parent: null }),
      answer('A', { uuid: 'a1', parent: 'p1', message: 'm1', output: 1 }),
      prompt('Wrong way', { uuid: 'p2', parent: 'a1' }),
      answer('B', { uuid: 'a2', parent: 'p2', message: 'm2', output: 1 }),
      prompt('Right way', { uuid: 'p3', parent: 'a1' }),
    ]),
  )
  const rows = events.page(sessions.find('claude-code:s')?.key ?? 0, -1, 10)
  expect(rows.map((row) => [row.id, row.branch])).toEqual([
    ['p1', 0],
    ['a1', 0],
    ['p2', 1],
    ['a2', 1],
    ['p3', 0],
  ])
})

test('dangling and cyclic parents are bridged by the record before', () => {
  const { understanding, sessions, events } = start()
  understanding.take(
    source('s'),
    block([
      prompt('One', { uuid: 'p1', parent: 'p2' }),
      prompt('Two', { uuid: 'p2', parent: 'p1' }),
      prompt('Three', { uuid: 'p3', parent: 'nowhere' }),
      prompt('Four', { uuid: 'p4', parent: 'p4' }),
    ]),
  )
  const rows = events.page(sessions.find('claude-code:s')?.key ?? 0, -1, 10)
  expect(rows.map((row) => row.parentSeq)).toEqual([null, 0, 1, 2])
})

test('a line of rubbish is counted with its number and the rest goes on', () => {
  const { understanding, sessions, events } = start()
  understanding.take(
    source('s'),
    block([prompt('One', { uuid: 'p1', parent: null }), '{"type":"user', prompt('Two', { uuid: 'p2', parent: 'p1' })]),
  )

  const session = sessions.find('claude-code:s')
  expect(session).toMatchObject({ events: 2, problems: 1 })
  expect(events.problems(session?.key ?? 0)).toMatchObject([{ line: 2, length: 13 }])
})

test('reading goes on from the cursor after a restart, in the middle of a line', () => {
  const bytes = block([prompt('One', { uuid: 'p1', parent: null }), prompt('Two', { uuid: 'p2', parent: 'p1' })]).bytes
  const cut = bytes.length - 20
  start().understanding.take(source('s'), { sourceId: 1, generationId: 1, offset: 0, bytes: bytes.subarray(0, cut) })

  const { understanding, sessions } = start()
  const position = understanding.position(1)
  expect(position?.generationId).toBe(1)
  const offset = position?.offset ?? 0
  expect(offset).toBeLessThan(cut)
  understanding.take(source('s'), { sourceId: 1, generationId: 1, offset, bytes: bytes.subarray(offset) })
  expect(sessions.find('claude-code:s')).toMatchObject({ events: 2, lines: { total: 2 } })
})

test('a torn last line waits, and a whole one without line feed is read once its file is quiet', () => {
  const { understanding, sessions } = start()
  const torn = Buffer.from(prompt('One', { uuid: 'p1', parent: null }).slice(0, 40))
  understanding.take(source('torn'), { sourceId: 1, generationId: 1, offset: 0, bytes: torn })
  expect(understanding.isWaiting(1)).toBe(true)
  expect(understanding.takePending(source('torn'), 1)).toBeNull()
  expect(sessions.find('claude-code:torn')).toMatchObject({ events: 0, problems: 0 })

  const whole = Buffer.from(prompt('One', { uuid: 'p1', parent: null }))
  understanding.take(source('whole'), { sourceId: 2, generationId: 2, offset: 0, bytes: whole })
  expect(understanding.takePending(source('whole'), 2)?.events).toBe(1)
  understanding.take(source('whole'), { sourceId: 2, generationId: 2, offset: whole.length, bytes: Buffer.from('\n') })
  expect(sessions.find('claude-code:whole')).toMatchObject({ events: 1, problems: 0, lines: { events: 1, blank: 0 } })
})

test('a block that does not follow on the one before is refused, and nothing of it is written', () => {
  const { understanding, sessions } = start()
  understanding.take(source('s'), block([prompt('One', { uuid: 'p1', parent: null })]))
  expect(() => understanding.take(source('s'), block(['x'], { sourceId: 1, generationId: 1, offset: 5 }))).toThrow(
    /byte/,
  )
  expect(sessions.find('claude-code:s')?.events).toBe(1)
})

test('what a record tells about files never stands before an earlier record of its session', () => {
  const writer = new IndexWriter(databases.index)
  const recorded: (number | null)[] = []
  const code = {
    record: (_session: object, events: readonly { at: number | null }[]) =>
      recorded.push(...events.map(({ at }) => at)),
    forget: () => undefined,
  }
  const understanding = new Understanding({
    writer,
    adapters: [claudeCode],
    code,
    finder: createFinder(databases).finder,
  })
  const result = JSON.stringify({
    type: 'user',
    uuid: 'r1',
    parentUuid: 'p1',
    sessionId: 's',
    cwd: '/w/app',
    timestamp: '2026-01-01T10:00:00.000Z',
    toolUseResult: {
      type: 'text',
      file: { filePath: '/w/app/a', content: 'x', numLines: 1, startLine: 1, totalLines: 1 },
    },
    message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'x' }] },
  })
  understanding.take(source('s'), block([prompt('One', { uuid: 'p1', parent: null, at: '10:00:07' }), result]))

  expect(recorded).toEqual([Date.parse('2026-01-01T10:00:07.000Z')])
})
