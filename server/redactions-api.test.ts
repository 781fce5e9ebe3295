import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LiveMessage } from './contract/live.ts'
import { listRedactions, stopRedaction } from './contract/redactions.ts'
import { listSecrets } from './contract/secrets.ts'
import { line } from './ingest/testing.ts'
import { quiet, RedactionWorld, TOKEN } from './redaction-world.ts'

let world: RedactionWorld

beforeEach(async () => {
  world = await RedactionWorld.start()
}, 60_000)

afterEach(() => world.close())

describe('a plan', () => {
  test('says what goes from which file, masked, and changes nothing', async () => {
    const before = readFileSync(world.file('s.jsonl'))

    const { files, preview, applied, redactionId } = await world.redact({ dryRun: true })

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
    const hunk = preview.hunks.find(({ path, line: n }) => path === world.file('s.jsonl') && n === 2)
    expect(hunk).toMatchObject({ field: 'message › content' })
    expect(hunk?.text).toMatch(/^Push with \[REDACTED:github-pat:[A-Z2-7]{4}\] please, and note 12345678901234567890$/)
    expect(preview.left).toEqual([])
    expect(readFileSync(world.file('s.jsonl'))).toEqual(before)
    expect(readdirSync(world.data).filter((name) => name === 'redactions')).toEqual([])
  })

  test('is refused when something changed since it was shown', async () => {
    const { plan } = await world.redact({ dryRun: true })
    appendFileSync(world.file('s.jsonl'), line('one more', { uuid: 's9' }))
    quiet(world.file('s.jsonl'))
    await world.redact({ plan }, 409)
    expect(readFileSync(world.file('s.jsonl'), 'utf8')).toContain(TOKEN)
  })

  test('of kept copies alone is refused while the file holds the values, in a sentence', async () => {
    const { files, applied } = await world.redact({ scopes: ['kept'] })
    expect(applied).toBe(false)
    expect(files.find(({ path }) => path === world.file('s.jsonl'))).toMatchObject({
      action: 'refused',
      reason: expect.stringContaining('would be kept again') as string,
    })
    await world.redact({ scopes: ['own'], before: 'none' }, 400)
  })

  test('of a file that was written to a moment ago is refused', async () => {
    appendFileSync(world.file('s.jsonl'), line('just now', { uuid: 's9' }))
    const { files, applied } = await world.redact({})
    expect(applied).toBe(false)
    expect(files.filter(({ action }) => action === 'refused').map(({ path }) => path)).toContain(world.file('s.jsonl'))
    expect(readFileSync(world.file('s.jsonl'), 'utf8')).toContain(TOKEN)
  })
})

describe('while it is under way', () => {
  test('it tells how far it is', async () => {
    const told: LiveMessage[] = []
    world.app.deps.live.listen((message) => told.push(message))
    await world.redact({ dryRun: true, job: 'one' })
    expect(told.filter(({ kind }) => kind === 'redaction')).toContainEqual(
      expect.objectContaining({ job: 'one', done: expect.any(Number) as number, total: expect.any(Number) as number }),
    )
  })

  test('it can be stopped, and nothing is changed', async () => {
    const before = readFileSync(world.file('s.jsonl'))
    const refused = world.redact({ job: 'one' }, 409)
    const stop = async () =>
      (await world.ask(stopRedaction.reply, '/api/redactions/jobs/one', { method: 'DELETE' })).stopped
    await expect.poll(stop, { interval: 0, timeout: 20_000 }).toBe(true)
    await refused
    expect(readFileSync(world.file('s.jsonl'))).toEqual(before)
    expect((await world.ask(listRedactions.reply, '/api/redactions')).items).toEqual([])
    expect(await stop()).toBe(false)
  })

  test('a later request of the same name takes its place', async () => {
    const [, later] = await Promise.all([
      world.redact({ dryRun: true, job: 'one' }, 409),
      world.redact({ dryRun: true, job: 'one', choice: { keep: [1] } }),
    ])
    expect(later.preview.secrets.find(({ secretId }) => secretId === 1)?.isTakenOut).toBe(false)
  })
})

test('a secret is taken out of every session that holds it, where none is named', async () => {
  const { items } = await world.ask(listSecrets.reply, '/api/secrets')
  const token = items.find(({ kind }) => kind === 'github-pat')
  const { files } = await world.redact({ sessions: [], choice: { only: [token?.id] }, dryRun: true })
  expect(files.map(({ path }) => path)).toContain(world.file('s.jsonl'))
  await world.redact({ sessions: [], dryRun: true }, 400)
})
