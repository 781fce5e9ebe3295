import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './cli/testing.ts'

const nativeId = '55555555-eeee-4eee-8eee-555555555555'
const id = `claude-code:${nativeId}`

let seed: string
let server: TestServer

beforeAll(async () => {
  seed = mkdtempSync(join(tmpdir(), 'lossless-seed-'))
  mkdirSync(join(seed, '.claude/projects'), { recursive: true })
  server = await startTestServer(seed)
}, 60_000)
afterAll(async () => {
  await server.close()
  rmSync(seed, { recursive: true, force: true })
})

async function ask<Reply>(method: string, path: string, body?: unknown): Promise<Reply> {
  const { url } = JSON.parse(readFileSync(join(server.dataDir, 'instance.json'), 'utf8')) as { url: string }
  const { origin, searchParams } = new URL(url)
  const reply = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${searchParams.get('token')}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(reply.status, path).toBe(200)
  return (await reply.json()) as Reply
}

let written = 0

/** The running session gets an answer, at which its context held so many tokens. */
function answer(used: number): void {
  written += 1
  const path = join(server.homeDir, '.claude/projects/-w-app', `${nativeId}.jsonl`)
  mkdirSync(dirname(path), { recursive: true })
  const record = {
    type: 'assistant',
    uuid: `u-${written}`,
    parentUuid: written === 1 ? null : `u-${written - 1}`,
    sessionId: nativeId,
    cwd: '/w/app',
    version: '2.1.100',
    timestamp: new Date().toISOString(),
    message: {
      id: `m-${written}`,
      role: 'assistant',
      model: 'claude-opus-4-5-20251101',
      content: [{ type: 'text', text: `step ${written}` }],
      usage: { input_tokens: used, output_tokens: 1 },
    },
  }
  appendFileSync(path, `${JSON.stringify(record)}\n`)
}

async function until<Value>(read: () => Promise<Value>, fits: (value: Value) => boolean): Promise<Value> {
  for (let tries = 0; tries < 200; tries += 1) {
    const value = await read().catch(() => undefined)
    if (value !== undefined && fits(value)) return value
    await sleep(50)
  }
  throw new Error('it did not come about in ten seconds')
}

interface Warnings {
  levels: number[]
  active: { sessionId: string; level: number; used: number; turnsLeft: number | null }[]
}
interface Snapshots {
  items: { reason: string; cause: string; scope: unknown }[]
}
interface Output {
  hookSpecificOutput: { additionalContext: string }
}
interface Detail {
  context: { used: number; window: number; turnsLeft?: number | null } | null
}

test('a running session tells its turns, warns at a level, and is kept by a snapshot there', async () => {
  for (const used of [100_000, 105_000, 110_000, 115_000, 120_000, 125_000]) answer(used)
  const session = await until(
    () => ask<Detail>('GET', `/api/sessions/${encodeURIComponent(id)}`),
    // Its rows can be read a moment before it counts as running, and only then turns are counted.
    ({ context }) => context?.used === 125_000 && typeof context.turnsLeft === 'number',
  )
  // 42,000 are left up to 167,000, at 5,000 a turn.
  expect(session.context).toEqual({ used: 125_000, window: 200_000, turnsLeft: 9 })
  expect((await ask<Warnings>('GET', '/api/settings/warnings')).active).toEqual([])

  answer(152_000)
  const warnings = await until(
    () => ask<Warnings>('GET', '/api/settings/warnings'),
    ({ active }) => active.length > 0,
  )
  expect(warnings.active).toMatchObject([{ sessionId: id, level: 60, used: 152_000 }])
  const { items } = await until(
    () => ask<Snapshots>('GET', '/api/snapshots?reason=level'),
    (page) => page.items.length > 0,
  )
  expect(items[0]).toMatchObject({ reason: 'level', scope: { sessions: [id] } })
  expect(items[0]?.cause).toContain('is 76 % full (level 60 %)')
}, 60_000)

test('the status line answers with the gauge, and the window that it states counts', async () => {
  const input = {
    session_id: nativeId,
    context_window: { context_window_size: 1_000_000, current_usage: { input_tokens: 152_000 } },
  }
  const { line } = await ask<{ line: string }>('POST', '/api/statusline', { agent: 'claude-code', input })
  expect(line.startsWith('\u001b[32m▰▱▱▱▱▱▱ 15 %\u001b[0m · ')).toBe(true)
  expect(line).toMatch(/ · ~\d+ turns to compaction · snapshot just now$/)

  const session = await ask<Detail>('GET', `/api/sessions/${encodeURIComponent(id)}`)
  expect(session.context?.window).toBe(1_000_000)
  expect((await ask<Warnings>('GET', '/api/settings/warnings')).active).toEqual([])
}, 60_000)

test('levels are set, put in order, and hold for the next look', async () => {
  const set = await ask<Warnings>('PUT', '/api/settings/warnings', { levels: [40, 10], snapshot: false, notify: false })
  expect(set.levels).toEqual([10, 40])
  answer(153_000)
  const { active } = await until(
    () => ask<Warnings>('GET', '/api/settings/warnings'),
    (warnings) => warnings.active.length > 0,
  )
  expect(active[0]).toMatchObject({ level: 10 })
}, 60_000)

test('a hook of a session that is not known is answered with nothing', async () => {
  const input = {
    hook_event_name: 'SessionStart',
    source: 'compact',
    session_id: 'nobody',
    transcript_path: '/etc/passwd',
  }
  expect(await ask('POST', '/api/hooks/run', { agent: 'claude-code', input })).toEqual({ output: null })
}, 60_000)

test('after a compaction the brief names what came before it, within the cap', async () => {
  const path = join(server.homeDir, '.claude/projects/-w-app', `${nativeId}.jsonl`)
  const prompt = {
    type: 'user',
    uuid: 'p-1',
    parentUuid: `u-${written}`,
    sessionId: nativeId,
    cwd: '/w/app',
    timestamp: new Date().toISOString(),
    message: { role: 'user', content: 'Never touch the file migrations/0001_initial.sql, whatever the tests say.' },
  }
  appendFileSync(path, `${JSON.stringify(prompt)}\n`)
  const input = { hook_event_name: 'SessionStart', source: 'compact', session_id: nativeId, transcript_path: path }
  // Silent rather than late: on a machine that is busy the first one may load what it needs for too long.
  const { output } = await until(
    () => ask<{ output: Output | null }>('POST', '/api/hooks/run', { agent: 'claude-code', input }),
    (reply) => reply.output !== null,
  )
  expect(output?.hookSpecificOutput.additionalContext).toContain('Never touch the file migrations/0001_initial.sql')
  expect(output?.hookSpecificOutput.additionalContext.length).toBeLessThanOrEqual(10_000)
}, 60_000)
