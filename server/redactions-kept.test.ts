import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetRedacted, listRedactions } from './contract/redactions.ts'
import { listSecrets, sessionFindings } from './contract/secrets.ts'
import { line } from './ingest/testing.ts'
import { FORMS, leftIn, PASSWORD, quiet, RedactionWorld, TOKEN, VALUES } from './redaction-world.ts'
import { packedWith } from './redactions/testing.ts'

// What becomes of agents' files and of the kept copies.

let world: RedactionWorld

beforeEach(async () => {
  world = await RedactionWorld.start()
}, 60_000)

afterEach(() => world.close())

test('without a way back: no byte of a value is left in files, databases, logs or answers', async () => {
  expect(world.leftInData().length).toBeGreaterThan(0)
  const modeBefore = statSync(world.file('s.jsonl')).mode
  const packed = packedWith(world.data, FORMS)
  expect(packed.length).toBeGreaterThan(4)

  const { applied, redactionId } = await world.redact({ before: 'none' })
  await world.idle()

  expect(applied).toBe(true)
  for (const path of [
    world.file('s.jsonl'),
    world.file('s/tool-results/out.txt'),
    world.file('s/subagents/agent-a1.jsonl'),
  ]) {
    expect(leftIn(readFileSync(path)), path).toEqual([])
  }
  expect(statSync(world.file('s.jsonl')).mode).toBe(modeBefore)
  expect(world.leftInData()).toEqual([])
  const vaultFile = readFileSync(join(world.data, 'vault.db'))
  expect(packed.filter((bytes) => vaultFile.includes(bytes))).toEqual([])
  expect(VALUES.filter((value) => world.app.log.includes(value))).toEqual([])
  expect(world.faults()).toEqual([])
  expect(readFileSync(world.file('s.jsonl'), 'utf8')).toContain('and note 12345678901234567890')
  expect(readFileSync(world.at('home/.claude/history.jsonl'), 'utf8').split('\n')[1]).toBe(
    JSON.stringify({ display: 'another', sessionId: 'o' }),
  )

  const shown = await world.texts('claude-code:s')
  expect(shown[1]).toMatch(/^Push with \[REDACTED:github-pat:.{4}\] please, and note 12345678901234567890$/)
  expect(shown[5]).toMatch(/^Thanks, \[REDACTED:generic-password:.{4}\] worked$/)
  expect((await world.ask(sessionFindings.reply, '/api/sessions/claude-code:s/findings')).items).toEqual([])
  const { items } = await world.ask(listSecrets.reply, '/api/secrets')
  expect(items.map(({ state }) => state)).toEqual(['redacted', 'redacted', 'redacted'])

  const [one] = (await world.ask(listRedactions.reply, '/api/redactions')).items
  expect(one).toMatchObject({ id: redactionId, secrets: 3, state: 'done', canUndo: false })
  await world.undo(redactionId, 409)
})

test('an index that is built anew says the same as the one that followed', async () => {
  await world.redact({ before: 'none' })
  await world.idle()
  const followed = await world.texts('claude-code:s')
  await world.startWithoutIndex((path) => rmSync(path, { force: true }))
  expect(await world.texts('claude-code:s')).toEqual(followed)
})

test('with a way back: everything is as it was, also what snapshots hold', async () => {
  const before = readFileSync(world.file('s.jsonl'))
  const history = readFileSync(world.at('home/.claude/history.jsonl'))
  await world.app.deps.ingest.snapshot({ reason: 'manual', scope: { all: true } })
  const shownBefore = await world.texts('claude-code:s')

  const { redactionId } = await world.redact({})
  await world.idle()
  expect(leftIn(readFileSync(world.file('s.jsonl')))).toEqual([])
  expect(world.leftInData().length).toBeGreaterThan(0)
  expect(world.faults()).toEqual([])

  const { applied, files } = await world.undo(redactionId)
  await world.idle()
  expect(applied, JSON.stringify(files)).toBe(true)
  expect(readFileSync(world.file('s.jsonl'))).toEqual(before)
  expect(readFileSync(world.at('home/.claude/history.jsonl'))).toEqual(history)
  expect(world.faults()).toEqual([])
  expect(await world.texts('claude-code:s')).toEqual(shownBefore)
  const { items } = await world.ask(listSecrets.reply, '/api/secrets')
  expect(items.map(({ state }) => state)).toEqual(['open', 'open', 'open'])
  expect((await world.ask(listRedactions.reply, '/api/redactions')).items[0]).toMatchObject({ state: 'undone' })

  const target = world.at('restored')
  const payload = { to: target, sessions: ['claude-code:s'] }
  const restored = await world.app.ask('/api/snapshots/1/restore', { method: 'POST', payload })
  expect(restored.statusCode, restored.body).toBe(200)
  const found = readdirSync(target, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('/s.jsonl'))
  expect(readFileSync(join(target, found ?? ''))).toEqual(before)
})

test('a snapshot from before holds whole lines without the values afterwards', async () => {
  await world.app.deps.ingest.snapshot({ reason: 'manual', scope: { all: true } })
  appendFileSync(world.file('s.jsonl'), line(`later ${TOKEN}`, { uuid: 's7' }))
  quiet(world.file('s.jsonl'))
  await world.app.deps.ingest.keepNow([world.file('s.jsonl')])
  await world.redact({ before: 'none' })
  const target = world.at('restored')
  await world.app.ask('/api/snapshots/1/restore', { method: 'POST', payload: { to: target } })
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
  const { redactionId } = await world.redact({})
  expect(world.leftInData().length).toBeGreaterThan(0)
  const forgot = await world.ask(forgetRedacted.reply, `/api/redactions/${redactionId}/before`, { method: 'DELETE' })
  expect(forgot).toMatchObject({ canUndo: false })
  expect(world.leftInData()).toEqual([])
  expect(world.faults()).toEqual([])
})

test('a session whose file is gone is redacted in the vault alone', async () => {
  for (const path of [world.file('s.jsonl'), world.file('s'), world.at('home/.claude/file-history/s')]) {
    rmSync(path, { recursive: true })
  }
  writeFileSync(world.at('home/.claude/history.jsonl'), '')
  await world.app.deps.ingest.keepNow()
  const { applied, files } = await world.redact({ scopes: ['kept'], before: 'none' })
  expect(applied, JSON.stringify(files)).toBe(true)
  expect(world.leftInData()).toEqual([])
  expect((await world.texts('claude-code:s'))[1]).toContain('[REDACTED:github-pat:')
})

test('a session that grows after its redaction is read on', async () => {
  await world.redact({ before: 'none' })
  await world.idle()
  appendFileSync(world.file('s.jsonl'), line('and on', { uuid: 's7' }))
  await expect.poll(() => world.texts('claude-code:s').then((all) => all.at(-1)), { timeout: 20_000 }).toBe('and on')
  expect(await world.texts('claude-code:s')).toHaveLength(9)
})

test('a secret that is to stay stays, and is still masked and marked', async () => {
  const { items } = await world.ask(listSecrets.reply, '/api/secrets')
  const password = items.find(({ kind }) => kind === 'generic-password')
  await world.redact({ before: 'none', choice: { keep: [password?.id] } })
  await world.idle()
  expect(readFileSync(world.file('s.jsonl'), 'utf8')).toContain(PASSWORD)
  expect(readFileSync(world.file('s.jsonl'), 'utf8')).not.toContain(TOKEN)
  expect((await world.texts('claude-code:s'))[5]).toMatch(/^Thanks, \[REDACTED:generic-password:.{4}\] worked$/)
  const findings = await world.ask(sessionFindings.reply, '/api/sessions/claude-code:s/findings')
  expect(new Set(findings.items.map(({ secretId }) => secretId))).toEqual(new Set([password?.id]))
})

test('redactions of the same session are undone in their order', async () => {
  const { items } = await world.ask(listSecrets.reply, '/api/secrets')
  const [github, password] = ['github-pat', 'generic-password'].map((kind) => items.find((one) => one.kind === kind))
  const before = readFileSync(world.file('s.jsonl'))
  const first = await world.redact({ choice: { only: [github?.id] } })
  for (const name of ['s.jsonl', 's/tool-results/out.txt']) quiet(world.file(name))
  quiet(world.at('home/.claude/file-history/s/abc@v1'))
  const second = await world.redact({ choice: { only: [password?.id] } })
  expect(second.applied, JSON.stringify(second.files)).toBe(true)
  await world.undo(first.redactionId, 409)
  expect((await world.undo(second.redactionId)).applied).toBe(true)
  expect((await world.undo(first.redactionId)).applied).toBe(true)
  expect(readFileSync(world.file('s.jsonl'))).toEqual(before)
  expect(world.faults()).toEqual([])
  expect(existsSync(join(world.data, 'redactions'))).toBe(true)
  expect(readdirSync(join(world.data, 'redactions'))).toEqual([])
})

test('only the agent’s own file: the kept copy stays, the way back is there', async () => {
  const before = readFileSync(world.file('s.jsonl'))
  const { applied, redactionId } = await world.redact({ scopes: ['own'] })
  await world.idle()
  expect(applied).toBe(true)
  expect(leftIn(readFileSync(world.file('s.jsonl')))).toEqual([])
  expect(await world.texts('claude-code:s')).toHaveLength(8)
  const changes = await world.app.ask('/api/changes')
  const { items } = changes.json() as { items: { id: number; kind: string }[] }
  expect(items[0]?.kind).toBe('redaction')
  const direct = await world.app.ask(`/api/changes/${items[0]?.id}/undo`, { method: 'POST', payload: {} })
  expect(direct.statusCode).toBe(409)
  expect((await world.undo(redactionId)).applied).toBe(true)
  expect(readFileSync(world.file('s.jsonl'))).toEqual(before)
})

test('a session that was redacted and put back does not look as if its agent ran, and nothing is told as found now', async () => {
  const told: string[] = []
  world.app.deps.live.listen(({ kind }) => told.push(kind))

  const { redactionId } = await world.redact({})
  await world.undo(redactionId)
  await world.idle()

  await expect.poll(() => told.filter((kind) => kind === 'session').length, { timeout: 20_000 }).toBeGreaterThan(0)
  expect(told).not.toContain('finding')
  const reply = await world.app.ask('/api/sessions?live=true')
  expect(reply.json<{ items: unknown[] }>().items).toEqual([])
})
