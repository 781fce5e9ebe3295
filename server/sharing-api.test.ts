import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createTemporaryFolder } from '../db/testing.ts'
import { VIEWER } from './app-testing.ts'
import { SharedDocument } from './contract/sharing.ts'
import { FILES, ID, OTHER, PASSWORD, readable, record, SESSION, SharingWorld, TOKEN } from './sharing-world.ts'

async function start(files: Record<string, string>): Promise<SharingWorld> {
  const folder = createTemporaryFolder()
  const world = await SharingWorld.start(folder.path, files)
  onTestFinished(async () => {
    await world.app.close()
    folder.remove()
  })
  return world
}

test('the agent’s own records go with those of sub-agents, without what a later line names', async () => {
  const world = await start(FILES)
  const seen = await world.preview({})
  const files = await world.unzipped(await world.exported({ plan: seen.plan }))

  expect(seen).toMatchObject({ fileName: `${SESSION}.zip`, files: 2, refusal: null, range: null })
  expect([...files.keys()]).toEqual([`${SESSION}.jsonl`, `${SESSION}/subagents/agent-a1.jsonl`])
  const all = [...files.values()].join('')
  for (const value of [TOKEN, OTHER, PASSWORD]) expect(all).not.toContain(value)
  expect(all.split('\n')).toHaveLength(9)
  expect(seen.secrets.map(({ kind, hits }) => [kind, hits]).sort()).toEqual([
    ['generic-password', 2],
    ['github-pat', 1],
    ['github-pat', 3],
  ])
})

test('what was previewed is what leaves, though the session grew since', async () => {
  const world = await start({ [`${SESSION}.jsonl`]: FILES[`${SESSION}.jsonl`] ?? '' })
  const seen = await world.preview({})
  appendFileSync(join(world.project, `${SESSION}.jsonl`), record('user', 'More'))
  await expect.poll(() => world.app.deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(8)
  const bytes = await world.exported({ plan: seen.plan })

  expect(bytes.length).toBe(seen.bytes)
  expect(bytes.toString('utf8').split('\n')).toHaveLength(8)
  const again = await world.app.ask(`/api/sessions/${ID}/export`, { method: 'POST', payload: { plan: seen.plan } })
  expect(again.statusCode).toBe(409)
  expect(readdirSync(join(world.dataDir, 'exports'))).toEqual([])
})

test('a value that became known after the preview stops the export', async () => {
  const BARE = ['Hq4', 'zz!', 'mW9k', 'e1'].join('')
  const world = await start({ [`${SESSION}.jsonl`]: record('user', `Only ${BARE} here`) })
  const seen = await world.preview({})
  writeFileSync(
    join(world.project, 'later.jsonl'),
    record('user', `export API_PASSWORD='${BARE}'`).replace(SESSION, 'later'),
  )
  await expect.poll(() => world.app.deps.places.counts().length, { timeout: 20_000 }).toBeGreaterThan(0)
  const answer = await world.app.ask(`/api/sessions/${ID}/export`, { method: 'POST', payload: { plan: seen.plan } })

  expect(answer.statusCode).toBe(409)
  expect(answer.body).not.toContain(BARE)
  expect((await world.exported({})).toString('utf8')).not.toContain(BARE)
})

test('a range has whole lines, and calls with their results', async () => {
  const world = await start(FILES)
  const lines = (FILES[`${SESSION}.jsonl`] ?? '').split('\n')
  const seen = await world.preview({ range: { from: 1, to: 3 } })
  const text = (await world.exported({ plan: seen.plan })).toString('utf8')

  expect(seen.range).toEqual({ from: 1, to: 4 })
  expect(text.split('\n').slice(0, 2)).toEqual(lines.slice(1, 3))
  expect(text.split('\n')).toHaveLength(5)
  const wrong = await world.app.ask(`/api/sessions/${ID}/export`, { method: 'POST', payload: { range: { from: 90 } } })
  expect(wrong.statusCode).toBe(404)
})

test('the documented JSON has events, sub-agents and the texts of files', async () => {
  const world = await start(FILES)
  const document = SharedDocument.parse(JSON.parse((await world.exported({ format: 'json' })).toString('utf8')))
  const text = JSON.stringify(document)

  for (const value of [TOKEN, OTHER, PASSWORD]) expect(text).not.toContain(value)
  expect(document.events.map(({ kind }) => kind)).toEqual([
    'prompt',
    'tool_call',
    'tool_result',
    'tool_call',
    'tool_result',
    'answer',
    'prompt',
  ])
  expect(document.subagents).toMatchObject([{ events: [{ kind: 'prompt' }] }])
  const [file] = document.files
  expect(file?.path).toBe('a.ts')
  expect(file?.versions.at(-1)).toMatchObject({
    keepStart: 7,
    keepEnd: 1,
    text: expect.stringMatching(/^ \[REDACTED:github-pat:\w+\]$/),
  })
})

test('a secret that is to stay stays in every form', async () => {
  const world = await start(FILES)
  const { secrets } = await world.preview({})
  const keep = secrets.flatMap(({ kind, hits, secretId }) => (kind === 'github-pat' && hits === 3 ? [secretId] : []))
  for (const format of ['json', 'markdown', 'html']) {
    const text = readable(await world.exported({ format, redactions: { keep } }))
    expect(text, format).toContain(TOKEN)
    expect(text, format).not.toContain(PASSWORD)
  }
})

test('Markdown is to be read: what was said in full, what was done folded, and nothing in it is HTML of the session', async () => {
  const world = await start(FILES)
  const text = (await world.exported({ format: 'markdown' })).toString('utf8')

  for (const value of [TOKEN, OTHER, PASSWORD]) expect(text).not.toContain(value)
  expect(text).toContain('### Prompt · 2026-01-01 00:00:01')
  expect(text).toContain('Done ```` &lt;/script>&lt;img src=x> !\\[p](http://h/x)')
  expect(text).toContain('<details><summary>Write: a.ts</summary>')
  expect(text).toMatch(
    /```diff\n--- a\.ts\n\+\+\+ a\.ts\n@@ -1,2 \+1,2 @@\n one\n-two\n\+two \[REDACTED:github-pat:\w+\]/,
  )
  expect(text).toContain('## Sub-agent: ')
})

test('a page forbids all network, and hostile text in it stays text', async () => {
  const world = await start(FILES)
  const page = (await world.exported({ format: 'html' })).toString('utf8')
  const script = VIEWER.replace('</', '<\\/')

  expect(page).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  expect(page).toContain("default-src 'none'")
  expect(page.match(/<\/script>/g)).toHaveLength(2)
  expect(page).not.toContain('<img')
  const session = readable(Buffer.from(page))
  for (const value of [TOKEN, OTHER, PASSWORD]) expect(session).not.toContain(value)
  expect(SharedDocument.pick({ session: true, files: true }).parse(JSON.parse(session)).files).toHaveLength(1)
})
