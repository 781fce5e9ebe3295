import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { buildApp } from './app.ts'
import { forkSession } from './contract/fork.ts'
import { buildDeps, type Deps } from './deps.ts'

const SESSION = '11111111-aaaa-4aaa-8aaa-111111111111'
const ID = `claude-code:${SESSION}`

let folder: TemporaryFolder
let project: string
let deps: Deps
let app: FastifyInstance

beforeEach(async () => {
  folder = createTemporaryFolder()
  project = join(folder.path, 'home', '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  const dataDir = join(folder.path, 'data')
  mkdirSync(dataDir)
  deps = buildDeps({
    version: '1.2.3',
    token: 'secret-token',
    homeDir: join(folder.path, 'home'),
    dataDir,
    vaultFile: join(dataDir, 'vault.db'),
    indexFile: join(dataDir, 'index.db'),
    agentEnv: {},
    isDemo: false,
    log: pino({ level: 'silent' }),
    webDir: join(import.meta.dirname, '../web'),
  })
  app = await buildApp(deps)
  await deps.ingest.start()
})

afterEach(async () => {
  await app.close()
  await deps.close()
  folder.remove()
})

interface Turn {
  /** Tokens that the answer reports. */
  used: number
}

/** Turns of a prompt, a call with its result, and an answer; then, when asked for, a compaction with its summary. */
function linesOf(turns: Turn[], trigger?: 'auto' | 'manual'): string[] {
  const records: Record<string, unknown>[] = []
  const add = (record: Record<string, unknown>) => {
    const parentUuid = record['subtype'] === 'compact_boundary' ? null : (records.at(-1)?.['uuid'] ?? null)
    const at = new Date(Date.UTC(2026, 8, 1, 10, 0, records.length)).toISOString()
    records.push({
      parentUuid,
      isSidechain: false,
      sessionId: SESSION,
      cwd: '/w/app',
      timestamp: at,
      uuid: `u${records.length}`,
      ...record,
    })
  }
  const model = (id: string, content: object, used: number) => {
    const usage = { input_tokens: used, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 5 }
    add({
      type: 'assistant',
      message: { id, type: 'message', role: 'assistant', model: 'claude-opus-4-1', content: [content], usage },
    })
  }
  for (const [n, { used }] of turns.entries()) {
    add({ type: 'user', message: { role: 'user', content: `Prompt ${n}` } })
    model(`call-${n}`, { type: 'tool_use', id: `t${n}`, name: 'Bash', input: { command: 'ls' } }, used)
    add({
      type: 'user',
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: `t${n}`, content: 'ok' }] },
    })
    model(`answer-${n}`, { type: 'text', text: `Answer ${n}` }, used)
  }
  if (trigger !== undefined) {
    const preTokens = turns.at(-1)?.used
    add({
      type: 'system',
      subtype: 'compact_boundary',
      content: 'Conversation compacted',
      compactMetadata: { trigger, preTokens },
    })
    add({ type: 'user', isCompactSummary: true, message: { role: 'user', content: 'Summary' } })
  }
  return records.map((record) => JSON.stringify(record))
}

async function keep(lines: string[]): Promise<string> {
  const path = join(project, `${SESSION}.jsonl`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  await deps.ingest.keepNow([path])
  await until(() => deps.sessions.find(ID)?.lines.total === lines.length)
  return path
}

async function until(is: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !is(); await sleep(20)) {
    if (Date.now() > end) throw new Error('What was waited for did not come within 20 s.')
  }
}

async function ask(url: string, body: object) {
  const headers = { authorization: 'Bearer secret-token', host: '127.0.0.1' }
  return app.inject({ method: 'POST', url, headers, payload: body })
}

async function fork(at: number | string, dryRun = false) {
  const reply = await ask(`/api/sessions/${ID}/fork`, { at, dryRun })
  if (reply.statusCode !== 200) throw new Error(`${reply.statusCode} ${reply.body}`)
  return forkSession.reply.parse(reply.json())
}

describe('forking a session', () => {
  test('writes a new file beside the source, which stays as it is, and it appears as its fork', async () => {
    const source = await keep(linesOf([{ used: 100 }, { used: 200 }]))
    const before = readFileSync(source)

    const done = await fork('u3')
    expect(done).toMatchObject({
      endsAt: 3,
      lines: 4,
      warnings: [expect.stringContaining('/w/app is not on this machine')],
      alternatives: [],
    })
    expect(done.path).toBe(join(project, `${done.nativeId}.jsonl`))
    expect(done.nativeId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(done.resume).toEqual({ cwd: '/w/app', command: `cd /w/app && claude --resume ${done.nativeId}` })

    expect(readFileSync(source).equals(before)).toBe(true)
    const written = readFileSync(done.path, 'utf8')
    expect(written).toBe(before.toString().split('\n').slice(0, 4).join('\n').replaceAll(SESSION, done.nativeId) + '\n')
    expect(Buffer.byteLength(written)).toBe(done.bytes)
    expect(statSync(done.path).mode & 0o777).toBe(0o600)
    await until(() => deps.sessions.find(`claude-code:${done.nativeId}`) !== undefined)
    expect(deps.sessions.find(`claude-code:${done.nativeId}`)).toMatchObject({ forkOf: ID, events: 4 })
  })

  test('is only planned in a dry run, which names what is written afterwards', async () => {
    await keep(linesOf([{ used: 100 }]))
    const planned = await fork(3, true)
    expect(planned.changeId).toBeNull()
    expect(readdirSync(project)).toEqual([`${SESSION}.jsonl`])
    const { changeId, ...done } = await fork(3)
    expect(changeId).not.toBeNull()
    expect(done).toEqual({ ...planned, changeId: undefined })
  })

  test('is undone, and never takes an id again that a fork had', async () => {
    await keep(linesOf([{ used: 100 }]))
    const first = await fork(3)
    await until(() => deps.sessions.find(`claude-code:${first.nativeId}`) !== undefined)
    expect((await ask(`/api/changes/${first.changeId ?? 0}/undo`, {})).json()).toMatchObject({ applied: true })
    expect(existsSync(first.path)).toBe(false)
    const second = await fork(3)
    expect(second.nativeId).not.toBe(first.nativeId)
    expect(existsSync(second.path)).toBe(true)
  })

  test('works although the source is gone, cut short, or replaced by a stub', async () => {
    const lines = linesOf([{ used: 100 }, { used: 200 }])
    const source = await keep(lines)
    writeFileSync(source, `${lines.slice(0, 2).join('\n')}\n`)
    await deps.ingest.keepNow([source])
    expect((await fork(7)).lines).toBe(8)
    writeFileSync(source, '{"type":"summary","summary":"gone"}\n')
    await deps.ingest.keepNow([source])
    expect((await fork(7)).lines).toBe(8)
    rmSync(source)
    await deps.ingest.keepNow([source])
    expect((await fork(7)).lines).toBe(8)
  })

  test('can be forked again from a fork', async () => {
    await keep(linesOf([{ used: 100 }, { used: 200 }]))
    const first = await fork(7)
    const id = `claude-code:${first.nativeId}`
    await until(() => deps.sessions.find(id)?.events === 8)
    const again = await ask(`/api/sessions/${id}/fork`, { at: 3 })
    expect(again.json()).toMatchObject({ lines: 4, endsAt: 3 })
  })

  test('goes to the folder of a project that has moved', async () => {
    const here = join(folder.path, 'moved app')
    mkdirSync(here)
    symlinkSync(here, join(folder.path, 'link'))
    deps.mappings.put({ from: '/w', to: folder.path })
    deps.mappings.put({ from: '/w/app', to: join(folder.path, 'link') })
    await keep(linesOf([{ used: 100 }]))
    const done = await fork(3)
    expect(done.resume.cwd).toBe(join(folder.path, 'link'))
    expect(done.path).toBe(
      join(folder.path, 'home/.claude/projects', here.replace(/[^a-zA-Z0-9]/g, '-'), `${done.nativeId}.jsonl`),
    )
    expect(done.warnings).toEqual([])
  })

  test('is refused with a sentence where it cannot be written', async () => {
    await keep(linesOf([{ used: 100 }]))
    rmSync(project, { recursive: true })
    writeFileSync(project, 'a file where the folder was')
    const reply = await ask(`/api/sessions/${ID}/fork`, { at: 3 })
    expect(reply.statusCode).toBe(409)
    expect(reply.json<{ message: string }>().message).toMatch(/^The fork was not written\. .+/)
  })

  test('stays inside of the agent’s folder although that leads elsewhere', async () => {
    await keep(linesOf([{ used: 100 }]))
    rmSync(project, { recursive: true })
    mkdirSync(join(folder.path, 'elsewhere'))
    symlinkSync(join(folder.path, 'elsewhere'), project)
    expect((await ask(`/api/sessions/${ID}/fork`, { at: 3 })).statusCode).toBe(409)
    expect(readdirSync(join(folder.path, 'elsewhere'))).toEqual([])
  })

  test.each([
    [{ at: 99 }, 404],
    [{ at: 'nothing' }, 404],
    [{ at: -1 }, 400],
    [{ at: null }, 400],
    [{}, 400],
  ])('answers %j with %i', async (body, status) => {
    await keep(linesOf([{ used: 100 }]))
    expect((await ask(`/api/sessions/${ID}/fork`, body)).statusCode).toBe(status)
    expect((await ask('/api/sessions/claude-code:none/fork', { at: 1 })).statusCode).toBe(404)
  })
})

describe('a cut with little room', () => {
  test('right before an automatic compaction offers earlier ends of turns with room', async () => {
    await keep(linesOf([{ used: 40_000 }, { used: 90_000 }, { used: 130_000 }, { used: 165_000 }], 'auto'))
    const { warnings, alternatives } = await fork(15, true)
    expect(warnings[0]).toBe(
      'The agent compacted right after this by itself: 165,000 of 165,000 tokens were in use here. It will do so again before it answers. Earlier places leave more room.',
    )
    expect(alternatives).toEqual([
      {
        seq: 11,
        id: 'u11',
        text: 'Answer 2',
        contextUsed: 130_000,
        reason: '1 turn earlier: 130,000 of 165,000 tokens were in use (79 %).',
      },
      {
        seq: 7,
        id: 'u7',
        text: 'Answer 1',
        contextUsed: 90_000,
        reason: '2 turns earlier: 90,000 of 165,000 tokens were in use (55 %).',
      },
      {
        seq: 3,
        id: 'u3',
        text: 'Answer 0',
        contextUsed: 40_000,
        reason: '3 turns earlier: 40,000 of 165,000 tokens were in use (24 %).',
      },
    ])
  })

  test('with a nearly full window offers them, too; with room it does not, nor before a compaction that was asked for', async () => {
    await keep(linesOf([{ used: 40_000 }, { used: 159_000 }, { used: 161_000 }], 'manual'))
    const full = await fork(11, true)
    expect(full.warnings[0]).toBe(
      '161,000 of 200,000 tokens were in use here, so the agent may compact before it answers. Earlier places leave more room.',
    )
    expect(full.alternatives.map(({ seq }) => seq)).toEqual([7, 3])
    const roomy = await fork(7, true)
    expect(roomy.alternatives).toEqual([])
    expect(roomy.warnings.filter((sentence) => sentence.includes('tokens'))).toEqual([])
  })

  test('inside of the only turn offers earlier results', async () => {
    const lines = linesOf([{ used: 50_000 }, { used: 190_000 }])
    const [second] = lines.splice(4, 1)
    expect(second).toContain('Prompt 1')
    await keep(lines.map((line) => line.replace('"parentUuid":"u4"', '"parentUuid":"u3"')))
    expect((await fork('u7', true)).alternatives).toEqual([
      {
        seq: 2,
        id: 'u2',
        text: 'ok',
        contextUsed: 50_000,
        reason: '2 results earlier in the same turn: 50,000 of 200,000 tokens were in use (25 %).',
      },
    ])
  })
})

test('a terminal is not opened for a folder that is not here', async () => {
  await keep(linesOf([{ used: 100 }]))
  const reply = await ask(`/api/sessions/${ID}/open-terminal`, {})
  expect(reply.json()).toEqual({
    opened: false,
    reason: 'The project’s folder /w/app is not on this machine. Say in Settings where it is now, then try again.',
  })
})

test('a read-only folder of the agent refuses the fork', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write everywhere')
  await keep(linesOf([{ used: 100 }]))
  chmodSync(project, 0o500)
  expect((await ask(`/api/sessions/${ID}/fork`, { at: 3 })).statusCode).toBe(409)
  chmodSync(project, 0o700)
})
