import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CodeReader } from '../../db/stores/code-reader.ts'
import { CodeStore } from '../../db/stores/code-store.ts'
import { EventStore } from '../../db/stores/event-store.ts'
import { IndexWriter } from '../../db/stores/index-writer.ts'
import { SessionStore } from '../../db/stores/session-store.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import { codex } from '../adapters/codex/index.ts'
import { CodeRecorder } from '../code-state/recorder.ts'
import { createFinder } from './testing.ts'
import { Understanding } from './understand.ts'

const FIXTURES = join(import.meta.dirname, '../adapters/codex/fixtures')
const HOME = join(FIXTURES, 'home')
const HOST = { homeDir: HOME, env: {}, platform: 'linux' } as const
const DAY = 'sessions/2026/11/22'

const LEGACY = `${DAY}/rollout-2026-11-22T06-34-08-01a201f6-4ddb-7141-b29c-a2fce24d4b09.jsonl`
const CODE_MODE = `${DAY}/rollout-2026-11-22T06-49-34-01a20204-6fe9-77e2-8a7b-38e818f410e8.jsonl`
const BASE = `${DAY}/rollout-2026-11-22T06-31-30-01a201f3-e569-7a22-9544-b893b79b3387.jsonl`
const FORK = `${DAY}/rollout-2026-11-22T06-33-14-01a201f5-7896-7f91-8595-cc54a81083df.jsonl`
const PARENT = `${DAY}/rollout-2026-11-22T06-48-36-01a20203-8af9-7493-baaa-4aa5520bf9bc.jsonl`
const CHILD = `${DAY}/rollout-2026-11-22T06-48-36-01a20203-8b99-79c0-95e2-871f8bd032a9.jsonl`
const FIRST_ERA = 'sessions/2025/08/01/rollout-2025-08-01T10-00-00-5f0c1a52-6a0e-4b7e-9d5e-0a4c7d1b2c3d.jsonl'
const MIXED = 'archived_sessions/rollout-2026-03-01T10-00-00-019a0000-0000-7000-8000-000000000001.jsonl'

let databases: TemporaryDatabases
beforeEach(() => {
  databases = createTemporaryDatabases()
})
afterEach(() => databases.close())

function bytesOf(name: string): Buffer {
  return readFileSync(join(HOME, '.codex', name))
}

function idOf(name: string): string {
  const id = codex.classify(join(HOME, '.codex', name), HOST)?.nativeId
  return `codex:${id ?? 'none'}`
}

/** Reads sessions of Codex into an index of its own. */
function start() {
  let generationId = 0
  const ids = new Map<string, number>()
  const understanding = new Understanding({
    writer: new IndexWriter(databases.index),
    adapters: [codex],
    code: new CodeRecorder(new CodeStore(databases.index, { mask: (text) => text, unmask: (text) => text })),
    finder: createFinder(databases).finder,
  })
  const sourceOf = (name: string) => {
    const source = codex.classify(join(HOME, '.codex', name), HOST)
    if (!source) throw new Error(`${name} is no file of the agent.`)
    return source
  }
  return {
    understanding,
    sourceOf,
    sessions: new SessionStore(databases.index),
    events: new EventStore(databases.index),
    code: new CodeReader(databases.index),
    /** Takes a file in blocks of `size` bytes, as a generation of its own. */
    take(name: string, bytes: Uint8Array = bytesOf(name), size = bytes.length) {
      generationId += 1
      const sourceId = ids.get(name) ?? ids.size + 1
      ids.set(name, sourceId)
      for (let offset = 0; offset < bytes.length; offset += size) {
        const block = { sourceId, generationId, offset, bytes: bytes.subarray(offset, offset + size) }
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

describe('rollouts of Codex', () => {
  test('a session of the second era: each thing once, though two records tell it', () => {
    const { take, sessions } = start()

    take(LEGACY)

    expect(kindsOf(idOf(LEGACY))).toEqual({
      attachment: 2,
      prompt: 3,
      thinking: 1,
      answer: 9,
      tool_call: 9,
      tool_result: 9,
      progress: 12,
      compaction: 1,
      summary: 1,
    })
    expect(sessions.find(idOf(LEGACY))).toMatchObject({
      projectPath: '/w/app',
      models: ['gpt-5.2-codex'],
      // Five answers on 1,200 tokens, four on 5,000, one on 150,000, the summary on 900, one on 1,300; a hundred of each were cached.
      tokens: { input: 177_000, cacheRead: 1200, output: 504, cacheWrite: 0 },
      context: { used: 1342, window: 258_400 },
      filesChanged: 2,
      linesAdded: 10,
      linesRemoved: 3,
      lines: { total: 84, events: 46, bookkeeping: 38, problems: 0, blank: 0 },
    })
  })

  test('it is the same wherever reading was interrupted', () => {
    const whole = start()
    whole.take(CODE_MODE)
    const expected = whole.sessions.find(idOf(CODE_MODE))
    databases.close()
    databases = createTemporaryDatabases()
    const parts = start()

    parts.take(CODE_MODE, undefined, 997)

    expect(parts.sessions.find(idOf(CODE_MODE))).toEqual(expected)
  })

  test('what the agent migrated in place is known already', () => {
    const { take, sessions } = start()
    take(LEGACY)
    const before = sessions.find(idOf(LEGACY))
    const [name = ''] = LEGACY.split('/').slice(-1)

    take(LEGACY, readFileSync(join(FIXTURES, 'migrated', name)))

    const after = sessions.find(idOf(LEGACY))
    expect(after?.events).toBe(before?.events)
    expect(after?.tokens).toEqual(before?.tokens)
    expect(after?.linesAdded).toBe(10)
    expect(after?.lines).toEqual({ total: 168, events: 46, bookkeeping: 122, problems: 0, blank: 0 })
  })

  test('in code mode a call of the script stands with its result inside the call of the script', () => {
    const { take, events } = start()

    take(CODE_MODE)

    const calls = events.page(1, -1, 100).filter(({ kind }) => kind === 'tool_call' || kind === 'tool_result')
    expect(calls.slice(0, 4).map(({ kind }) => kind)).toEqual(['tool_call', 'tool_call', 'tool_result', 'tool_result'])
    expect(kindsOf(idOf(CODE_MODE))).toMatchObject({ tool_call: 8, tool_result: 8, prompt: 1 })
  })

  test('a sub-agent is its parent’s, and the call that started it leads to it', () => {
    const { take, sessions } = start()

    take(CHILD)
    take(PARENT)

    expect(sessions.find(idOf(CHILD))).toMatchObject({ parentId: idOf(PARENT) })
    expect(sessions.subagentsOf(idOf(PARENT)).map(({ id }) => id)).toEqual([idOf(CHILD)])
    const started = databases.index
      .prepare<[], { call: string; subagent: string }>(
        `SELECT call_id AS call, subagent_id AS subagent FROM events WHERE subagent_id IS NOT NULL`,
      )
      .all()
    expect(started).toEqual([
      { call: 'call_tmug583oprlqy4yf4va6f7nl', subagent: '01a20203-8b99-79c0-95e2-871f8bd032a9' },
    ])
  })

  test('a fork by reference begins with what stands in the other file, and waits for it', () => {
    const { take, sessions, understanding, sourceOf } = start()

    take(FORK)
    expect(sessions.find(idOf(FORK))).toBeUndefined()
    take(BASE)

    expect(understanding.readable(idOf(BASE)).map(({ source }) => source)).toEqual([sourceOf(FORK)])
    take(FORK)
    // The first turn of the base: what came after the byte that is named is not the fork's.
    expect(kindsOf(idOf(FORK))).toEqual({
      attachment: 4,
      hook: 1,
      prompt: 2,
      thinking: 1,
      answer: 5,
      tool_call: 4,
      tool_result: 4,
      progress: 6,
    })
    expect(sessions.find(idOf(FORK))).toMatchObject({
      forkOf: idOf(BASE),
      prompts: 2,
      toolCalls: 4,
      filesChanged: 1,
      // Only its own answer: the others are counted where they were given.
      tokens: { input: 1100, cacheRead: 100, output: 42, cacheWrite: 0 },
    })
  })

  test('a fork whose base is gone is read without it', () => {
    const { take, sessions, understanding } = start()
    take(FORK)

    expect(understanding.giveUpWaiting()).toHaveLength(1)
    take(FORK)

    expect(kindsOf(idOf(FORK))).toEqual({ attachment: 2, prompt: 1, answer: 1, progress: 1 })
    expect(sessions.find(idOf(FORK))?.forkOf).toBe(idOf(BASE))
  })

  test('eras follow each other in one file, prompts go back, and what is not known is kept and counted', () => {
    const { take, sessions } = start()

    take(MIXED)

    expect(sessions.find(idOf(MIXED))).toMatchObject({
      title: 'Three files',
      models: ['gpt-5.4'],
      // Told twice, the first total counts once; the second is told without its own part.
      tokens: { input: 1300, cacheRead: 4200, output: 190, cacheWrite: 0 },
      filesChanged: 3,
      linesAdded: 2,
      linesRemoved: 3,
      compactions: 1,
    })
    const branches = databases.index
      .prepare<[], { text: string; branch: number }>(`SELECT preview AS text, branch FROM events WHERE kind = 'prompt'`)
      .all()
    expect(branches).toEqual([
      { text: 'Change three files', branch: 0 },
      { text: 'Now this', branch: 1 },
      { text: 'and that too', branch: 1 },
      { text: 'Something else', branch: 0 },
      { text: 'Later', branch: 0 },
    ])
    const unknown = databases.index.prepare<[], { kind: string }>('SELECT kind FROM unknown_kinds ORDER BY kind').all()
    expect(unknown.map(({ kind }) => kind)).toEqual(['hologram', 'item_completed/Hologram'])
  })

  test('the first era, where items stand by themselves', () => {
    const { take, sessions } = start()

    take(FIRST_ERA)

    expect(sessions.find(idOf(FIRST_ERA))).toMatchObject({
      projectPath: '/w/old',
      gitBranch: 'main',
      prompts: 1,
      toolCalls: 2,
      filesChanged: 1,
      linesAdded: 2,
    })
    // Two answers of the same words are two answers.
    expect(kindsOf(idOf(FIRST_ERA))).toMatchObject({ answer: 2, attachment: 1, thinking: 1 })
  })

  test('secrets are masked wherever a record holds them, and a record is the same one afterwards', () => {
    const secret = ['ghp', randomBytes(27).toString('base64url').replace(/[-_]/g, 'x').slice(0, 36)].join('_')
    const text = bytesOf(LEGACY)
      .toString()
      .replaceAll('Add more', `Add more with ${secret}`)
      .replaceAll('status=0', secret)
    const { take, sessions } = start()

    take(LEGACY, Buffer.from(text))
    const before = sessions.find(idOf(LEGACY))?.events
    // The secret is known now; the same lines come again, archived.
    take(`archived_sessions/${LEGACY.split('/').at(-1) ?? ''}`, Buffer.from(text))

    const previews = databases.index.prepare<[], { preview: string | null }>('SELECT preview FROM events').all()
    expect(JSON.stringify(previews)).not.toContain(secret)
    expect(JSON.stringify(previews)).toContain('Add more with ')
    expect(sessions.find(idOf(LEGACY))?.events).toBe(before)
  })

  test('names come from a list of all sessions', () => {
    const { take, sessions, understanding, sourceOf } = start()
    take(LEGACY)

    understanding.takeTitles(sourceOf('session_index.jsonl'), bytesOf('session_index.jsonl'))

    expect(sessions.find(idOf(LEGACY))?.title).toBe('Greetings')
    expect(sessions.find(idOf(MIXED))).toBeUndefined()
  })

  test('torn lines and half a migration are told, and the rest goes on', () => {
    const { take, sessions } = start()
    const lines = bytesOf(LEGACY).toString().trimEnd().split('\n')
    const [name = ''] = LEGACY.split('/').slice(-1)
    const migrated = readFileSync(join(FIXTURES, 'migrated', name), 'utf8')
      .trimEnd()
      .split('\n')
    const half = [...migrated.slice(0, 40), ...lines.slice(40)]
    half[12] = (half[12] ?? '').slice(0, 60)
    half[14] = `${(half[14] ?? '').slice(0, 70)}${half[14] ?? ''}`

    take(LEGACY, Buffer.from(`${half.join('\n')}\n`))

    expect(sessions.find(idOf(LEGACY))).toMatchObject({ prompts: 3, lines: { total: 84, problems: 1 } })
    expect(kindsOf(idOf(LEGACY))).toMatchObject({ answer: 9, tool_call: 8, tool_result: 9 })
  })

  test.each([LEGACY, CODE_MODE])('the files of the project stand exactly as they did after each edit of %s', (name) => {
    const { take, code } = start()
    take(name)

    const told = editsIn(name).map(({ seq }) => code.textAt({ session: 1, seq }, '/w/app/greet.mjs'))

    const head = (line: string) => `export function greet(name) {\n${line}\n}\n`
    expect(told.slice(0, 3)).toEqual([
      `${head("  return 'Hello ' + name;")}console.log(greet('world'));\n`,
      `${head("  return 'Good day, ' + name;")}console.log(greet('world'));\n`,
      `${head("  return 'Good day, ' + name;")}console.log(greet('moon'));\nconsole.log(greet('sun'));\n`,
    ])
    if (name === LEGACY) {
      expect(told[3]).toBe(
        `${head('  return `Good evening, ${name}!`;')}console.log(greet('moon'));\nconsole.log(greet('sun'));\n`,
      )
    }
  })

  test('patches that move, delete and create files are followed in every era', () => {
    const { take, code } = start()
    take(MIXED)
    take(FIRST_ERA)

    expect(code.textAt({ session: 2, seq: 100 }, '/w/old/list.txt')).toBe('one\ntwo\n')
    // What stood in it was never told, but the command that printed it was.
    expect(code.textAt({ session: 1, seq: 100 }, '/w/mixed/a.txt')).toBe('uno\n')
    const states = code
      .filesAt({ session: 1, seq: 100 }, ['/w/mixed'])
      .map(({ path, sha256 }) => [path, sha256 === null])
    expect(states).toContainEqual(['/w/mixed/b.txt', true])
  })
})

/** Results of calls that changed files, in order. */
function editsIn(name: string): { seq: number }[] {
  return databases.index
    .prepare<[string], { seq: number }>(
      `SELECT DISTINCT event_changes.seq FROM event_changes JOIN sessions ON key = session_key WHERE id = ? ORDER BY seq`,
    )
    .all(idOf(name))
}
