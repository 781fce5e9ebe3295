import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CodeReader } from '../../db/stores/code-reader.ts'
import { CodeStore } from '../../db/stores/code-store.ts'
import { EventStore } from '../../db/stores/event-store.ts'
import { IndexWriter } from '../../db/stores/index-writer.ts'
import { SessionStore } from '../../db/stores/session-store.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import type { Source } from '../adapters/adapter.ts'
import { geminiCli } from '../adapters/gemini-cli/index.ts'
import { CodeRecorder } from '../code-state/recorder.ts'
import { createFinder } from './testing.ts'
import { Understanding } from './understand.ts'

const HOME = join(import.meta.dirname, '../adapters/gemini-cli/fixtures/home')
const CHATS = join(HOME, '.gemini/tmp/app/chats')
const HOST = { homeDir: HOME, env: {}, platform: 'linux' } as const

let databases: TemporaryDatabases
beforeEach(() => {
  databases = createTemporaryDatabases()
})
afterEach(() => databases.close())

/** Reads sessions of Gemini CLI into an index of its own. */
function start() {
  let generationId = 0
  const understanding = new Understanding({
    writer: new IndexWriter(databases.index),
    adapters: [geminiCli],
    code: new CodeRecorder(new CodeStore(databases.index, { mask: (text) => text, unmask: (text) => text })),
    finder: createFinder(databases).finder,
  })
  const sourceOf = (name: string): Source => {
    const source = geminiCli.classify(join(CHATS, name), HOST)
    if (!source) throw new Error(`${name} is no file of the agent.`)
    return source
  }
  return {
    understanding,
    sessions: new SessionStore(databases.index),
    events: new EventStore(databases.index),
    /** Takes a file in blocks of `size` bytes, as a generation of its own. */
    take(name: string, bytes: Uint8Array, size = bytes.length) {
      generationId += 1
      for (let offset = 0; offset < bytes.length; offset += size) {
        const block = { sourceId: 1, generationId, offset, bytes: bytes.subarray(offset, offset + size) }
        understanding.take(sourceOf(name), block)
      }
    },
  }
}

function kindsOf(sessionId: string): Record<string, number> {
  const rows = databases.index
    .prepare<[string], { kind: string; n: number }>(
      `SELECT kind, count(*) AS n FROM events JOIN sessions ON key = session_key WHERE sessions.id = ? GROUP BY kind`,
    )
    .all(sessionId)
  return Object.fromEntries(rows.map(({ kind, n }) => [kind, n]))
}

function rowsOf(sessionId: string) {
  return databases.index
    .prepare<
      [string],
      { id: string; kind: string; preview: string | null; branch: number; length: number; seq: number }
    >(
      `SELECT events.id, kind, preview, branch, length, seq FROM events JOIN sessions ON key = session_key
       WHERE sessions.id = ? ORDER BY seq`,
    )
    .all(sessionId)
}

function log(...records: object[]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
}

const HEADER = { sessionId: 'aaaaaaaa-1111-4111-8111-111111111111', projectHash: 'ab'.repeat(32), kind: 'main' }
const NAME = 'session-2026-01-01T10-00-aaaaaaaa.jsonl'
const ID = 'gemini-cli:aaaaaaaa'

function user(id: string, text: string, second = 0) {
  return { id, timestamp: `2026-01-01T10:00:0${second}.000Z`, type: 'user', content: [{ text }] }
}

function gemini(id: string, text: string, extra: object = {}) {
  return { id, timestamp: '2026-01-01T10:00:05.000Z', type: 'gemini', content: text, model: 'gemini-2.5-pro', ...extra }
}

describe('sessions of the real client', () => {
  // Counted in the files by hand: messages by id, calls by id, summaries by id.
  test.each([
    [
      'session-2026-11-22T06-49-c4489d41.jsonl',
      'gemini-cli:c4489d41',
      {
        prompt: 7,
        command: 1,
        answer: 15,
        progress: 6,
        thinking: 1,
        tool_call: 15,
        tool_result: 15,
        compaction: 3,
        summary: 3,
      },
    ],
    [
      'session-2026-11-22T06-44-5e891906.jsonl',
      'gemini-cli:5e891906',
      {
        prompt: 3,
        hook: 1,
        answer: 8,
        progress: 3,
        thinking: 1,
        tool_call: 8,
        tool_result: 8,
        compaction: 1,
        summary: 1,
      },
    ],
    [
      'session-2026-11-22T06-48-b2c45b9b.jsonl',
      'gemini-cli:b2c45b9b',
      { prompt: 1, answer: 1, progress: 1, tool_call: 1, tool_result: 1 },
    ],
    [
      'b2c45b9b-b874-4f54-8f6f-0971114964b1/6a73544d-c1cc-4ced-900a-a069c3beb65a.jsonl',
      'gemini-cli:b2c45b9b:6a73544d-c1cc-4ced-900a-a069c3beb65a',
      { prompt: 1, notice: 1, answer: 2, progress: 1, tool_call: 1, tool_result: 1 },
    ],
  ])('%s has the events that were counted, in whatever blocks it comes', (name, id, expected) => {
    for (const size of [7_919, 200_000]) {
      databases.close()
      databases = createTemporaryDatabases()
      const world = start()

      world.take(name, readFileSync(join(CHATS, name)), size)

      expect(kindsOf(id)).toEqual(expected)
    }
  })

  test('every line is accounted for, and each answer is counted once', () => {
    const world = start()
    const name = 'session-2026-11-22T06-49-c4489d41.jsonl'

    world.take(name, readFileSync(join(CHATS, name)))

    const session = world.sessions.find('gemini-cli:c4489d41')
    // 21 answers of 42 tokens each; the first one thought for 7 more.
    expect(session?.lines).toMatchObject({ total: 133, problems: 0, blank: 0 })
    expect(session?.tokens.output).toBe(21 * 42 + 7)
    expect(session?.projectPath).toBe('/tmp/demo/app')
    expect(session?.title).toBe('Please build greet.mjs [plan:build]')
    expect(session?.context).toMatchObject({ used: 1200, window: 1_048_576 })
    expect(session?.errors).toBe(3)
  })

  test('a stub that was left by a resume belongs to its session and adds nothing', () => {
    const world = start()
    const name = 'session-2026-11-22T06-49-c4489d41.jsonl'
    world.take(name, readFileSync(join(CHATS, name)))
    const before = rowsOf('gemini-cli:c4489d41')

    world.take(
      'session-2026-11-22T06-58-c4489d41.jsonl',
      readFileSync(join(CHATS, 'session-2026-11-22T06-58-c4489d41.jsonl')),
    )

    expect(rowsOf('gemini-cli:c4489d41')).toEqual(before)
  })

  test('a call of a sub-agent leads to its session', () => {
    const world = start()
    world.take(
      'session-2026-11-22T06-48-b2c45b9b.jsonl',
      readFileSync(join(CHATS, 'session-2026-11-22T06-48-b2c45b9b.jsonl')),
    )
    const own = 'b2c45b9b-b874-4f54-8f6f-0971114964b1/6a73544d-c1cc-4ced-900a-a069c3beb65a.jsonl'
    world.take(own, readFileSync(join(CHATS, own)))

    const parent = world.sessions.find('gemini-cli:b2c45b9b')
    const child = world.sessions.find('gemini-cli:b2c45b9b:6a73544d-c1cc-4ced-900a-a069c3beb65a')
    expect(child?.parentId).toBe('gemini-cli:b2c45b9b')
    const [row] = databases.index.prepare('SELECT key FROM sessions WHERE id = ?').all(parent?.id) as { key: number }[]
    expect(world.events.callOfSubagent(row?.key ?? 0, '6a73544d-c1cc-4ced-900a-a069c3beb65a')).toBe(2)
  })
})

describe('code state', () => {
  const GREET = (greeting: string, calls: string) =>
    `export function greet(name) {\n  return ${greeting};\n}\n${calls.replaceAll(';', ';\n')}`
  const TWO = "console.log(greet('moon'));console.log(greet('sun'));"
  const README = 'Greets the moon and the sun.\nNew file.\n'

  // What the script of the sample data does to files, stage by stage; lines of each stage by its `stages.json`.
  test.each([
    [7, { 'greet.mjs': GREET("'Hello ' + name", "console.log(greet('world'));") }],
    [12, { 'greet.mjs': GREET("'Good day, ' + name", "console.log(greet('world'));") }],
    [26, { 'greet.mjs': GREET("'Good day, ' + name", TWO) }],
    [49, { 'greet.mjs': GREET('`Good evening, ${name}!`', TWO), 'README.txt': README }],
    // An edit that does not match, compressions and a repeated write change nothing.
    [120, { 'greet.mjs': GREET('`Good evening, ${name}!`', TWO), 'README.txt': README }],
    [
      133,
      {
        'greet.mjs': GREET('`Good evening, ${name}!`', TWO).replaceAll('moon', 'mars'),
        'side.txt': 'a\nb\n',
        'sub/new.txt': 'x\n',
      },
    ],
  ])('is exact after %i lines', (lines, expected) => {
    const world = start()
    const name = 'session-2026-11-22T06-49-c4489d41.jsonl'
    const all = readFileSync(join(CHATS, name), 'utf8').split('\n')
    world.take(name, Buffer.from(`${all.slice(0, lines).join('\n')}\n`))

    const [session] = databases.index.prepare('SELECT key, events FROM sessions').all() as {
      key: number
      events: number
    }[]
    const reader = new CodeReader(databases.index)
    const moment = { session: session?.key ?? 0, seq: (session?.events ?? 0) - 1 }
    const files = reader.filesAt(moment, ['/tmp/demo/app']).filter(({ sha256 }) => sha256 !== null)
    const sums = Object.entries(expected).map(([file, text]) => [
      `/tmp/demo/app/${file}`,
      createHash('sha256').update(text).digest('hex'),
    ])
    expect(Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256]))).toEqual(Object.fromEntries(sums))
  })
})

describe('secrets', () => {
  test('are masked wherever a message of the log is shown, and in a document', () => {
    const secret = ['ghp', randomBytes(27).toString('base64url').replace(/[-_]/g, 'x').slice(0, 36)].join('_')
    const world = start()
    const call = { id: 'c1', name: 'write_file', args: { file_path: '/w/.env', content: secret }, status: 'success' }
    const said = user('u1', `Use ${secret} from now on`)
    const records = [HEADER, said, gemini('g1', secret), gemini('g1', secret, { toolCalls: [call] })]
    world.take(NAME, log(...records, { $set: { summary: `About ${secret}` } }))
    const document = { ...HEADER, messages: records.slice(1), summary: secret }
    world.take('session-2026-01-01T10-00-bbbbbbbb.json', Buffer.from(JSON.stringify(document, null, 2)))

    const shown = JSON.stringify([
      databases.index.prepare('SELECT preview FROM events').all(),
      databases.index.prepare('SELECT title, first_prompt FROM sessions').all(),
    ])
    expect(shown).not.toContain(secret)
    expect(shown.match(/\[REDACTED:[^\]]+\]/g)?.length).toBeGreaterThanOrEqual(7)
  })
})

describe('the log of operations', () => {
  test('a message that is written again is read from its last line and keeps its place', () => {
    const world = start()
    world.take(
      NAME,
      log(HEADER, user('u1', 'Go'), gemini('g1', 'First'), user('u2', 'And'), gemini('g1', 'Second and longer')),
    )

    expect(rowsOf(ID).map(({ id, preview }) => [id, preview])).toEqual([
      ['u1', 'Go'],
      ['g1', 'Second and longer'],
      ['u2', 'And'],
    ])
  })

  test('an empty answer that gets a text becomes one', () => {
    const world = start()
    world.take(NAME, log(HEADER, user('u1', 'Go'), gemini('g1', ''), gemini('g1', 'There it is')))

    expect(rowsOf(ID).map(({ kind }) => kind)).toEqual(['prompt', 'answer'])
  })

  test('tokens that come with the second record count once', () => {
    const world = start()
    const tokens = { input: 1000, output: 10, cached: 400, thoughts: 5, tool: 3, total: 1018 }
    world.take(
      NAME,
      log(HEADER, user('u1', 'Go'), gemini('g1', 'x'), gemini('g1', 'x', { tokens }), gemini('g1', 'x', { tokens })),
    )

    expect(world.sessions.find(ID)?.tokens).toEqual({ input: 603, output: 15, cacheRead: 400, cacheWrite: 0 })
  })

  test('a rewind leaves what followed on a branch, and the next prompt goes on before it', () => {
    const world = start()
    world.take(
      NAME,
      log(
        HEADER,
        user('u1', 'One'),
        gemini('g1', 'A'),
        user('u2', 'Two'),
        gemini('g2', 'B'),
        { $rewindTo: 'u2' },
        user('u3', 'Three'),
      ),
    )

    expect(rowsOf(ID).map(({ id, branch }) => [id, branch])).toEqual([
      ['u1', 0],
      ['g1', 0],
      ['u2', 1],
      ['g2', 1],
      ['u3', 0],
    ])
    const [last] = databases.index.prepare("SELECT parent_seq AS parent FROM events WHERE id = 'u3'").all() as {
      parent: number
    }[]
    expect(last?.parent).toBe(1)
  })

  test('a rewind to a message that nobody knows leaves everything', () => {
    const world = start()
    world.take(NAME, log(HEADER, user('u1', 'One'), gemini('g1', 'A'), { $rewindTo: 'nowhere' }, user('u2', 'Two')))

    expect(rowsOf(ID).map(({ id, branch }) => [id, branch])).toEqual([
      ['u1', 1],
      ['g1', 1],
      ['u2', 0],
    ])
  })

  test('a turn that was taken back is left on a branch', () => {
    const world = start()
    const kept = [user('u1', 'One'), gemini('g1', 'A')]
    world.take(NAME, log(HEADER, ...kept, user('u2', 'Two'), { $set: { messages: kept } }, user('u3', 'Three')))

    expect(rowsOf(ID).map(({ id, branch }) => [id, branch])).toEqual([
      ['u1', 0],
      ['g1', 0],
      ['u2', 1],
      ['u3', 0],
    ])
  })

  test('a resume tells the whole conversation again, and nothing of it is new', () => {
    const world = start()
    const call = { id: 'c1', name: 'read_file', args: { file_path: '/w/a' }, status: 'success', result: 'text' }
    const api = [
      user('u1', 'One'),
      { ...gemini('g1', ''), content: [{ text: 'A' }, { functionCall: { id: 'c1', name: 'read_file', args: {} } }] },
      {
        id: 'g1_response',
        type: 'user',
        timestamp: 'x',
        content: [{ functionResponse: { id: 'c1', name: 'read_file', response: { output: 'text' } } }],
      },
    ]
    world.take(
      NAME,
      log(HEADER, user('u1', 'One'), gemini('g1', 'A', { toolCalls: [call] }), HEADER, { $set: { messages: api } }),
    )

    expect(rowsOf(ID).map(({ id, branch }) => [id, branch])).toEqual([
      ['u1', 0],
      ['g1', 0],
      ['c1', 0],
      ['c1:result', 0],
    ])
  })

  test('what only a list of the whole conversation tells is not lost', () => {
    const world = start()
    world.take(NAME, log({ ...HEADER, messages: [user('u1', 'One'), gemini('g1', 'A')] }))

    expect(kindsOf(ID)).toEqual({ prompt: 1, answer: 1 })
  })

  test('lines that cannot be read are told, and the rest goes on', () => {
    const world = start()
    const bytes = Buffer.concat([
      log(HEADER, user('u1', 'One')),
      Buffer.from(
        '{"id":"g1","timestamp":"2026-01-01T10:00:05.000Z","type":"gemini","content":"tor{"id":"g2","timestamp":"2026-01-01T10:00:06.000Z","type":"gemini","content":"whole"}\n',
      ),
      Buffer.from('{"id":"g3","type":\n'),
      log({ surprise: true }, user('u2', 'Two')),
    ])
    world.take(NAME, bytes)

    const session = world.sessions.find(ID)
    expect(rowsOf(ID).map(({ id }) => id)).toEqual(['u1', 'g2', 'u2'])
    expect(session?.lines).toMatchObject({ total: 6, events: 3, bookkeeping: 2, problems: 1 })
  })
})

describe('a session in one document', () => {
  const name = 'session-2026-02-03T10-00-9d1f3b52.json'
  const id = 'gemini-cli:9d1f3b52'

  test.each([11, 300, 100_000])('is read message by message, in blocks of %i bytes', (size) => {
    const world = start()
    world.take(name, readFileSync(join(CHATS, name)), size)

    expect(kindsOf(id)).toEqual({ prompt: 1, thinking: 1, answer: 2, tool_call: 1, tool_result: 1, notice: 1 })
    const session = world.sessions.find(id)
    expect(session?.title).toBe('Renames x in a.py')
    expect(session?.lines).toMatchObject({ total: 6, problems: 0 })
  })

  test('that grows is read from its newest state, and what it lost stays', () => {
    const world = start()
    const document = { ...HEADER, messages: [user('u1', 'One'), gemini('g1', 'A'), user('u2', 'Lost')] }
    const next = { ...HEADER, messages: [user('u1', 'One'), gemini('g1', 'A and more'), user('u3', 'Three')] }
    const file = 'session-2026-01-01T10-00-aaaaaaaa.json'
    world.take(file, Buffer.from(JSON.stringify(document, null, 2)))
    world.take(file, Buffer.from(JSON.stringify(next, null, 2)))

    expect(rowsOf(ID).map(({ id, preview }) => [id, preview])).toEqual([
      ['u1', 'One'],
      ['g1', 'A and more'],
      ['u2', 'Lost'],
      ['u3', 'Three'],
    ])
  })
})
