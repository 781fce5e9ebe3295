import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import type { Event } from './contract/event.ts'
import { importBundle } from './contract/sharing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { readable } from './sharing-world.ts'

// What differs between agents: how their files are cut, what belongs to a session, and what many share.

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(91))

let folder: TemporaryFolder

beforeEach(() => {
  folder = createTemporaryFolder()
  onTestFinished(folder.remove)
})

async function start(name: string, files: Record<string, string> | string): Promise<AppUnderTest> {
  const home = join(folder.path, name, 'home')
  if (typeof files === 'string') cpSync(files, home, { recursive: true })
  else {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true })
      writeFileSync(join(home, path), text)
    }
  }
  const app = await AppUnderTest.start(join(folder.path, name))
  onTestFinished(() => app.close())
  await app.deps.ingest.start()
  await expect.poll(() => app.deps.ingest.progress.state, { timeout: 60_000 }).toBe('idle')
  return app
}

async function exported(app: AppUnderTest, id: string, payload: object): Promise<Buffer> {
  const url = `/api/sessions/${encodeURIComponent(id)}/export`
  const answer = await app.ask(url, { method: 'POST', payload })
  expect(answer.statusCode, answer.body.slice(0, 400)).toBe(200)
  return answer.rawPayload
}

async function listed(app: AppUnderTest): Promise<{ id: string; events: number; projectPath: string | null }[]> {
  return (await app.ask('/api/sessions?limit=100')).json<{ items: [] }>().items
}

async function textsOf(app: AppUnderTest, id: string): Promise<(string | null)[]> {
  const answer = await app.ask(`/api/sessions/${encodeURIComponent(id)}/events?limit=500`)
  return answer.json<{ items: Event[] }>().items.map(({ kind, text }) => `${kind}: ${text ?? ''}`)
}

test('a session in one document of many messages leaves as a document, every other byte as it was', async () => {
  const filler = 'An ordinary line of an answer. '.repeat(40)
  const messages = Array.from({ length: 1500 }, (_, index) => ({
    id: `m${index}`,
    type: index % 2 === 0 ? 'user' : 'gemini',
    timestamp: new Date(1_767_261_601_000 + index * 1000).toISOString(),
    content: index % 500 === 7 ? `It said "token": ${JSON.stringify({ token: TOKEN })}` : `${index} ${filler}`,
  }))
  const document = {
    sessionId: 'bbbbbbbb-0000-4000-8000-000000000001',
    projectHash: 'p',
    startTime: '2026-01-01T10:00:00.000Z',
    messages,
    lastUpdated: '2026-01-01T10:00:05.000Z',
  }
  const before = `${JSON.stringify(document, null, 2)}\n`
  const app = await start('a', { '.gemini/tmp/app/chats/session-2026-01-01T10-00-bbbbbbbb.json': before })
  const [session] = await listed(app)
  const after = (await exported(app, session?.id ?? '', {})).toString('utf8')

  expect(before.length).toBeGreaterThan(1_500_000)
  const mark = /\[REDACTED:github-pat:\w+\]/.exec(after)?.[0] ?? 'no mark'
  expect(after).toBe(before.replaceAll(TOKEN, mark))
})

test.each([
  ['Gemini CLI', join(import.meta.dirname, 'adapters/gemini-cli/fixtures/home'), 'gemini-cli'],
  ['Codex CLI', join(import.meta.dirname, 'adapters/codex/fixtures/home'), 'codex'],
])(
  'bundles of all sessions of %s come up elsewhere as they are here',
  { timeout: 120_000 },
  async (_label, home, agent) => {
    const app = await start('a', home)
    const other = await start('b', {})
    const here = (await listed(app)).filter(({ id }) => id.startsWith(agent))
    expect(here.length).toBeGreaterThan(0)
    for (const { id } of here) {
      const answer = await other.ask('/api/import', {
        method: 'POST',
        payload: await exported(app, id, { format: 'bundle' }),
      })
      expect(answer.statusCode, `${id}: ${answer.body}`).toBe(200)
      const { import: made, known } = importBundle.reply.parse(answer.json())
      expect([...(made?.sessions ?? []), ...known]).toContain(id)
    }
    await expect.poll(async () => (await listed(other)).length, { timeout: 20_000 }).toBe(here.length)
    await expect.poll(() => other.deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
    const there = await listed(other)
    for (const { id, projectPath } of here) {
      expect(there.find((one) => one.id === id)).toMatchObject({ id, projectPath, isImported: true })
      expect(await textsOf(other, id)).toEqual(await textsOf(app, id))
    }
  },
)

test('a run of a history that many share leaves to be read, and not as the file, which has the others too', async () => {
  const user = (text: string) => `\n#### ${text}  \n`
  const run = (day: string, prompt: string, said: string) =>
    `\n# aider chat started at 2026-09-${day} 10:00:00\n\n${user(prompt)}\n${said}\n\n`
  const app = await start('a', {
    '.aider.chat.history.md': run('01', `Push with ${TOKEN}`, 'Pushed.') + run('02', 'Another matter', 'Done.'),
  })
  const [one] = (await listed(app)).sort((a, b) => a.id.localeCompare(b.id))
  const id = one?.id ?? ''
  for (const format of ['jsonl', 'bundle']) {
    const answer = await app.ask(`/api/sessions/${encodeURIComponent(id)}/export`, {
      method: 'POST',
      payload: { format },
    })
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
      409,
      'The agent writes all runs of a folder into one file, so one run cannot leave by itself. Nothing was exported. Choose Markdown, JSON or the replay page, which hold this run alone.',
    ])
  }
  for (const format of ['markdown', 'json', 'html']) {
    const text = readable(await exported(app, id, { format }))
    expect(text, format).toMatch(/Push with \[REDACTED:github-pat:\w+\]/)
    expect(text, format).not.toContain(TOKEN)
    expect(text, format).not.toContain('Another matter')
  }
  expect(readFileSync(join(folder.path, 'a/home/.aider.chat.history.md'), 'utf8')).toContain(TOKEN)
})
