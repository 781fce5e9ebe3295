import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { buildApp } from './app.ts'
import { forgetRedacted, listRedactions, redactSessions, stopRedaction, undoRedaction } from './contract/redactions.ts'
import type { LiveMessage } from './contract/live.ts'
import { listSecrets, sessionFindings } from './contract/secrets.ts'
import { buildDeps, type Deps } from './deps.ts'
import { line } from './ingest/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { faultsIn, leftInFolder, packedWith, valuesIn } from './redactions/testing.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(71))
const PASSWORD = ['wu7', 'Kd!', 'qP0x', 'z9'].join('')
const UNKNOWN = sampleOf('zqv_{a62:44}', seeded(72))
const VALUES = [TOKEN, PASSWORD, UNKNOWN]
/** The values, and what of base64 stands for one of them. */
const FORMS = [...VALUES, Buffer.from(`GITHUB_TOKEN=${TOKEN}\n`).toString('base64').slice(20, 60)]

/** The agent writes a file: what it holds becomes code state. */
function writeCall(id: string, path: string, content: string): string {
  const call = [{ type: 'tool_use', id, name: 'Write', input: { file_path: path, content } }]
  const message = { id: `m-${id}`, role: 'assistant', model: 'claude-opus-4-5', content: call }
  const result = [{ type: 'tool_result', tool_use_id: id, content: 'ok' }]
  const toolUseResult = { type: 'create', filePath: path, content, structuredPatch: [], originalFile: null }
  return (
    line('', { uuid: `${id}-call`, type: 'assistant', message }) +
    line('', { uuid: `${id}-result`, message: { role: 'user', content: result }, toolUseResult })
  )
}

const headers = { host: '127.0.0.1:4177', authorization: 'Bearer secret-token' }

let folder: TemporaryFolder
let project: string
let deps: Deps
let app: FastifyInstance
let log = ''

const file = (name: string) => join(project, name)
const quiet = (path: string) => utimesSync(path, new Date(), new Date(Date.now() - 60_000))

beforeEach(async () => {
  folder = createTemporaryFolder()
  log = ''
  const claude = join(folder.path, 'home', '.claude')
  project = join(claude, 'projects', '-w-app')
  const webDir = join(folder.path, 'web')
  const made = [
    project,
    webDir,
    join(folder.path, 'data'),
    join(project, 's', 'tool-results'),
    join(project, 's', 'subagents'),
    join(claude, 'file-history', 's'),
  ]
  for (const one of made) mkdirSync(one, { recursive: true })
  cpSync(join(import.meta.dirname, '../web/index.html'), join(webDir, 'index.html'))
  const env = `GITHUB_TOKEN=${TOKEN}\nDB_PASSWORD='${PASSWORD}'\nPORT=8080\n`
  const files: Record<string, string> = {
    [file('s.jsonl')]:
      line('Hello', { uuid: 's1' }) +
      line(`Push with ${TOKEN} please, and note 12345678901234567890`, { uuid: 's2' }) +
      line(`export DB_PASSWORD='${PASSWORD}'`, { uuid: 's3' }) +
      line(`as base64 ${Buffer.from(env).toString('base64')}`, { uuid: 's4' }) +
      line(`it answered ${UNKNOWN}`, { uuid: 's5' }) +
      line(`Thanks, ${PASSWORD} worked`, { uuid: 's6' }) +
      writeCall('t1', '/w/app/.env', `${env}# it said ${UNKNOWN}\n`),
    [file('s/subagents/agent-a1.jsonl')]: line(`in the sub-agent ${TOKEN}`, { agentId: 'a1', isSidechain: true }),
    [file('s/tool-results/out.txt')]: `everything\n${env}`,
    [join(claude, 'file-history', 's', 'abc@v1')]: env,
    [join(claude, 'history.jsonl')]:
      `${JSON.stringify({ display: `Push with ${TOKEN} please`, sessionId: 's' })}\n` +
      `${JSON.stringify({ display: 'another', sessionId: 'o' })}\n`,
    [file('o.jsonl')]: line('Another session', { uuid: 'o1', sessionId: 'o' }),
  }
  for (const [path, text] of Object.entries(files)) {
    writeFileSync(path, text, { mode: 0o600 })
    quiet(path)
  }
  await start()
  await expect.poll(() => deps.places.counts().length, { timeout: 20_000 }).toBeGreaterThan(2)
}, 60_000)

afterEach(async () => {
  await app.close()
  await deps.close()
  folder.remove()
})

async function start(): Promise<void> {
  deps = buildDeps({
    version: '1.2.3',
    token: 'secret-token',
    homeDir: join(folder.path, 'home'),
    dataDir: join(folder.path, 'data'),
    vaultFile: join(folder.path, 'data', 'vault.db'),
    indexFile: join(folder.path, 'data', 'index.db'),
    agentEnv: {},
    isDemo: false,
    log: pino({ level: 'trace' }, { write: (text: string) => void (log += text) }),
    webDir: join(folder.path, 'web'),
  })
  app = await buildApp(deps)
  await app.ready()
  await deps.ingest.start()
  await idle()
}

async function idle(): Promise<void> {
  await expect.poll(() => deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
}

async function ask<Reply extends z.ZodType>(
  reply: Reply,
  url: string,
  options: { method?: 'POST' | 'DELETE'; payload?: object; status?: number } = {},
): Promise<z.output<Reply>> {
  const { method = 'GET', payload, status = 200 } = options
  const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
  expect(answer.statusCode, answer.body).toBe(status)
  for (const value of VALUES) expect(answer.body).not.toContain(value)
  return status === 200 ? reply.parse(answer.json()) : (answer.json() as z.output<Reply>)
}

const redact = (payload: object, status = 200) =>
  ask(redactSessions.reply, '/api/redactions', {
    method: 'POST',
    payload: { sessions: ['claude-code:s'], scopes: ['own', 'kept'], ...payload },
    status,
  })

const undo = (id: number | null) =>
  ask(undoRedaction.reply, `/api/redactions/${id}/undo`, { method: 'POST', payload: {} })

const data = () => join(folder.path, 'data')
const leftIn = (bytes: Uint8Array) => valuesIn(bytes, FORMS)
const leftInData = () => leftInFolder(data(), FORMS)
const verify = () => faultsIn(data())

async function texts(session: string): Promise<(string | null)[]> {
  const answer = await app.inject({ method: 'GET', url: `/api/sessions/${session}/events?limit=100`, headers })
  expect(answer.statusCode, answer.body).toBe(200)
  const { items } = answer.json() as { items: { text: string | null }[] }
  return items.map(({ text }) => text)
}

describe('a plan', () => {
  test('says what goes from which file, masked, and changes nothing', async () => {
    const before = readFileSync(file('s.jsonl'))

    const { files, preview, applied, redactionId } = await redact({ dryRun: true })

    expect([applied, redactionId]).toEqual([false, null])
    expect(
      files.filter(({ scope }) => scope === 'own').map(({ path, action }) => [path.split('/.claude/')[1], action]),
    ).toEqual(
      expect.arrayContaining([
        ['projects/-w-app/s.jsonl', 'replace'],
        ['projects/-w-app/s/subagents/agent-a1.jsonl', 'replace'],
        ['projects/-w-app/s/tool-results/out.txt', 'replace'],
        ['file-history/s/abc@v1', 'replace'],
        ['history.jsonl', 'replace'],
      ]),
    )
    expect(files).toHaveLength(10)
    expect(new Set(preview.secrets.map(({ kind, tier, isTakenOut }) => `${kind} ${tier} ${isTakenOut}`))).toEqual(
      new Set(['generic-password likely true', 'github-pat definite true', 'unknown-token candidate true']),
    )
    const hunk = preview.hunks.find(({ path, line: n }) => path === file('s.jsonl') && n === 2)
    expect(hunk).toMatchObject({ field: 'message › content' })
    expect(hunk?.text).toMatch(/^Push with \[REDACTED:github-pat:[A-Z2-7]{4}\] please, and note 12345678901234567890$/)
    expect(preview.left).toEqual([])
    expect(readFileSync(file('s.jsonl'))).toEqual(before)
    expect(readdirSync(join(folder.path, 'data')).filter((name) => name === 'redactions')).toEqual([])
  })

  test('is refused when something changed since it was shown', async () => {
    const { plan } = await redact({ dryRun: true })
    appendFileSync(file('s.jsonl'), line('one more', { uuid: 's9' }))
    quiet(file('s.jsonl'))
    await redact({ plan }, 409)
    expect(readFileSync(file('s.jsonl'), 'utf8')).toContain(TOKEN)
  })

  test('of kept copies alone is refused while the file holds the values, in a sentence', async () => {
    const { files, applied } = await redact({ scopes: ['kept'] })
    expect(applied).toBe(false)
    expect(files.find(({ path }) => path === file('s.jsonl'))).toMatchObject({
      action: 'refused',
      reason: expect.stringContaining('would be kept again') as string,
    })
    await redact({ scopes: ['own'], before: 'none' }, 400)
  })

  test('of a file that was written to a moment ago is refused', async () => {
    appendFileSync(file('s.jsonl'), line('just now', { uuid: 's9' }))
    const { files, applied } = await redact({})
    expect(applied).toBe(false)
    expect(files.filter(({ action }) => action === 'refused').map(({ path }) => path)).toContain(file('s.jsonl'))
    expect(readFileSync(file('s.jsonl'), 'utf8')).toContain(TOKEN)
  })
})

describe('while it is under way', () => {
  test('it tells how far it is', async () => {
    const told: LiveMessage[] = []
    deps.live.listen((message) => told.push(message))
    await redact({ dryRun: true, job: 'one' })
    expect(told.filter(({ kind }) => kind === 'redaction')).toContainEqual(
      expect.objectContaining({ job: 'one', done: expect.any(Number) as number, total: expect.any(Number) as number }),
    )
  })

  test('it can be stopped, and nothing is changed', async () => {
    const before = readFileSync(file('s.jsonl'))
    const refused = redact({ job: 'one' }, 409)
    const stop = async () => (await ask(stopRedaction.reply, '/api/redactions/jobs/one', { method: 'DELETE' })).stopped
    await expect.poll(stop, { interval: 0, timeout: 20_000 }).toBe(true)
    await refused
    expect(readFileSync(file('s.jsonl'))).toEqual(before)
    expect((await ask(listRedactions.reply, '/api/redactions')).items).toEqual([])
    expect(await stop()).toBe(false)
  })

  test('a later request of the same name takes its place', async () => {
    const [, later] = await Promise.all([
      redact({ dryRun: true, job: 'one' }, 409),
      redact({ dryRun: true, job: 'one', choice: { keep: [1] } }),
    ])
    expect(later.preview.secrets.find(({ secretId }) => secretId === 1)?.isTakenOut).toBe(false)
  })
})

test('a secret is taken out of every session that holds it, where none is named', async () => {
  const { items } = await ask(listSecrets.reply, '/api/secrets')
  const token = items.find(({ kind }) => kind === 'github-pat')
  const { files } = await redact({ sessions: [], choice: { only: [token?.id] }, dryRun: true })
  expect(files.map(({ path }) => path)).toContain(file('s.jsonl'))
  await redact({ sessions: [], dryRun: true }, 400)
})

describe('files and kept copies', () => {
  test('without a way back: no byte of a value is left in files, databases, logs or answers', async () => {
    expect(leftInData().length).toBeGreaterThan(0)
    const modeBefore = statSync(file('s.jsonl')).mode
    const packed = packedWith(data(), FORMS)
    expect(packed.length).toBeGreaterThan(4)

    const { applied, redactionId } = await redact({ before: 'none' })
    await idle()

    expect(applied).toBe(true)
    for (const path of [file('s.jsonl'), file('s/tool-results/out.txt'), file('s/subagents/agent-a1.jsonl')]) {
      expect(leftIn(readFileSync(path)), path).toEqual([])
    }
    expect(statSync(file('s.jsonl')).mode).toBe(modeBefore)
    expect(leftInData()).toEqual([])
    const vaultFile = readFileSync(join(folder.path, 'data', 'vault.db'))
    expect(packed.filter((bytes) => vaultFile.includes(bytes))).toEqual([])
    expect(VALUES.filter((value) => log.includes(value))).toEqual([])
    expect(verify()).toEqual([])
    expect(readFileSync(file('s.jsonl'), 'utf8')).toContain('and note 12345678901234567890')
    expect(readFileSync(join(folder.path, 'home/.claude/history.jsonl'), 'utf8').split('\n')[1]).toBe(
      JSON.stringify({ display: 'another', sessionId: 'o' }),
    )

    const shown = await texts('claude-code:s')
    expect(shown[1]).toMatch(/^Push with \[REDACTED:github-pat:.{4}\] please, and note 12345678901234567890$/)
    expect(shown[5]).toMatch(/^Thanks, \[REDACTED:generic-password:.{4}\] worked$/)
    expect((await ask(sessionFindings.reply, '/api/sessions/claude-code:s/findings')).items).toEqual([])
    const { items } = await ask(listSecrets.reply, '/api/secrets')
    expect(items.map(({ state }) => state)).toEqual(['redacted', 'redacted', 'redacted'])

    const [one] = (await ask(listRedactions.reply, '/api/redactions')).items
    expect(one).toMatchObject({ id: redactionId, secrets: 3, state: 'done', canUndo: false })
    await ask(undoRedaction.reply, `/api/redactions/${redactionId}/undo`, { method: 'POST', payload: {}, status: 409 })
  })

  test('an index that is built anew says the same as the one that followed', async () => {
    await redact({ before: 'none' })
    await idle()
    const followed = await texts('claude-code:s')
    await app.close()
    await deps.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder.path, `data/index.db${suffix}`), { force: true })
    await start()
    expect(await texts('claude-code:s')).toEqual(followed)
  })

  test('with a way back: everything is as it was, also what snapshots hold', async () => {
    const before = readFileSync(file('s.jsonl'))
    const history = readFileSync(join(folder.path, 'home/.claude/history.jsonl'))
    await deps.ingest.snapshot({ reason: 'manual', scope: { all: true } })
    const shownBefore = await texts('claude-code:s')

    const { redactionId } = await redact({})
    await idle()
    expect(leftIn(readFileSync(file('s.jsonl')))).toEqual([])
    expect(leftInData().length).toBeGreaterThan(0)
    expect(verify()).toEqual([])

    const { applied, files } = await undo(redactionId)
    await idle()
    expect(applied, JSON.stringify(files)).toBe(true)
    expect(readFileSync(file('s.jsonl'))).toEqual(before)
    expect(readFileSync(join(folder.path, 'home/.claude/history.jsonl'))).toEqual(history)
    expect(verify()).toEqual([])
    expect(await texts('claude-code:s')).toEqual(shownBefore)
    const { items } = await ask(listSecrets.reply, '/api/secrets')
    expect(items.map(({ state }) => state)).toEqual(['open', 'open', 'open'])
    expect((await ask(listRedactions.reply, '/api/redactions')).items[0]).toMatchObject({ state: 'undone' })

    const target = join(folder.path, 'restored')
    const restored = await app.inject({
      method: 'POST',
      url: '/api/snapshots/1/restore',
      headers,
      payload: { to: target, sessions: ['claude-code:s'] },
    })
    expect(restored.statusCode, restored.body).toBe(200)
    const found = readdirSync(target, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('/s.jsonl'))
    expect(readFileSync(join(target, found ?? ''))).toEqual(before)
  })

  test('a snapshot from before holds whole lines without the values afterwards', async () => {
    await deps.ingest.snapshot({ reason: 'manual', scope: { all: true } })
    appendFileSync(file('s.jsonl'), line(`later ${TOKEN}`, { uuid: 's7' }))
    quiet(file('s.jsonl'))
    await deps.ingest.keepNow([file('s.jsonl')])
    await redact({ before: 'none' })
    const target = join(folder.path, 'restored')
    await app.inject({ method: 'POST', url: '/api/snapshots/1/restore', headers, payload: { to: target } })
    const found = readdirSync(target, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('/s.jsonl'))
    const lines = readFileSync(join(target, found ?? ''), 'utf8').split('\n')
    expect(lines).toHaveLength(9)
    expect(lines.at(-1)).toBe('')
    expect(lines.slice(0, -1).map((one) => (JSON.parse(one) as { uuid: string }).uuid)).toEqual([
      's1',
      's2',
      's3',
      's4',
      's5',
      's6',
      't1-call',
      't1-result',
    ])
  })

  test('what was kept for the way back can be forgotten later', async () => {
    const { redactionId } = await redact({})
    expect(leftInData().length).toBeGreaterThan(0)
    const forgot = await ask(forgetRedacted.reply, `/api/redactions/${redactionId}/before`, { method: 'DELETE' })
    expect(forgot).toMatchObject({ canUndo: false })
    expect(leftInData()).toEqual([])
    expect(verify()).toEqual([])
  })

  test('a session whose file is gone is redacted in the vault alone', async () => {
    for (const path of [file('s.jsonl'), file('s'), join(folder.path, 'home/.claude/file-history/s')]) {
      rmSync(path, { recursive: true })
    }
    writeFileSync(join(folder.path, 'home/.claude/history.jsonl'), '')
    await deps.ingest.keepNow()
    const { applied, files } = await redact({ scopes: ['kept'], before: 'none' })
    expect(applied, JSON.stringify(files)).toBe(true)
    expect(leftInData()).toEqual([])
    expect((await texts('claude-code:s'))[1]).toContain('[REDACTED:github-pat:')
  })

  test('a session that grows after its redaction is read on', async () => {
    await redact({ before: 'none' })
    await idle()
    appendFileSync(file('s.jsonl'), line('and on', { uuid: 's7' }))
    await expect.poll(() => texts('claude-code:s').then((all) => all.at(-1)), { timeout: 20_000 }).toBe('and on')
    expect(await texts('claude-code:s')).toHaveLength(9)
  })

  test('a secret that is to stay stays, and is still masked and marked', async () => {
    const { items } = await ask(listSecrets.reply, '/api/secrets')
    const password = items.find(({ kind }) => kind === 'generic-password')
    await redact({ before: 'none', choice: { keep: [password?.id] } })
    await idle()
    expect(readFileSync(file('s.jsonl'), 'utf8')).toContain(PASSWORD)
    expect(readFileSync(file('s.jsonl'), 'utf8')).not.toContain(TOKEN)
    expect((await texts('claude-code:s'))[5]).toMatch(/^Thanks, \[REDACTED:generic-password:.{4}\] worked$/)
    const findings = await ask(sessionFindings.reply, '/api/sessions/claude-code:s/findings')
    expect(new Set(findings.items.map(({ secretId }) => secretId))).toEqual(new Set([password?.id]))
  })

  test('redactions of the same session are undone in their order', async () => {
    const { items } = await ask(listSecrets.reply, '/api/secrets')
    const [github, password] = ['github-pat', 'generic-password'].map((kind) => items.find((one) => one.kind === kind))
    const before = readFileSync(file('s.jsonl'))
    const first = await redact({ choice: { only: [github?.id] } })
    for (const name of ['s.jsonl', 's/tool-results/out.txt']) quiet(file(name))
    quiet(join(folder.path, 'home/.claude/file-history/s/abc@v1'))
    const second = await redact({ choice: { only: [password?.id] } })
    expect(second.applied, JSON.stringify(second.files)).toBe(true)
    await ask(undoRedaction.reply, `/api/redactions/${first.redactionId}/undo`, {
      method: 'POST',
      payload: {},
      status: 409,
    })
    expect((await undo(second.redactionId)).applied).toBe(true)
    expect((await undo(first.redactionId)).applied).toBe(true)
    expect(readFileSync(file('s.jsonl'))).toEqual(before)
    expect(verify()).toEqual([])
    expect(existsSync(join(folder.path, 'data', 'redactions'))).toBe(true)
    expect(readdirSync(join(folder.path, 'data', 'redactions'))).toEqual([])
  })
})

test('only the agent’s own file: the kept copy stays, the way back is there', async () => {
  const before = readFileSync(file('s.jsonl'))
  const { applied, redactionId } = await redact({ scopes: ['own'] })
  await idle()
  expect(applied).toBe(true)
  expect(leftIn(readFileSync(file('s.jsonl')))).toEqual([])
  expect(await texts('claude-code:s')).toHaveLength(8)
  const changes = await app.inject({ method: 'GET', url: '/api/changes', headers })
  const { items } = changes.json() as { items: { id: number; kind: string }[] }
  expect(items[0]?.kind).toBe('redaction')
  const direct = await app.inject({ method: 'POST', url: `/api/changes/${items[0]?.id}/undo`, headers, payload: {} })
  expect(direct.statusCode).toBe(409)
  expect((await undo(redactionId)).applied).toBe(true)
  expect(readFileSync(file('s.jsonl'))).toEqual(before)
})
