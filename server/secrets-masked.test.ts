import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openIndexDb } from '../db/client.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import type { LiveMessage } from './contract/live.ts'
import type { Deps } from './deps.ts'
import { line } from './ingest/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { everyAnswer } from './secrets/testing.ts'

const ID = 'claude-code:s'

let folder: TemporaryFolder
let app: AppUnderTest
let deps: Deps
let file: string

async function start(): Promise<void> {
  app = await AppUnderTest.start(folder.path)
  deps = app.deps
}

beforeEach(async () => {
  folder = createTemporaryFolder()
  const project = join(folder.path, 'home', '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  file = join(project, 's.jsonl')
  await start()
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

async function ask(path: string): Promise<string> {
  return (await app.ask(path)).body
}

const random = seeded(20)
const TOKEN = sampleOf('ghp_{a62:30}{crc62}', random)
const PASSWORD = ['wu7', 'Kd!', 'qP0x', 'z9'].join('')
const ENCODED = sampleOf('glpat-{u64:20}', random)
const LATE = ['nQ4', 'vL8', 'tR2', 'mZ6', 'k'].join('-')

function call(id: string, name: string, input: object): string {
  const content = [{ type: 'tool_use', id, name, input }]
  return line('', {
    type: 'assistant',
    message: { id: `m-${id}`, role: 'assistant', model: 'claude-opus-4-5', content },
  })
}

function result(id: string, text: string, toolUseResult: object): string {
  const content = [{ type: 'tool_result', tool_use_id: id, content: text }]
  return line('', { message: { role: 'user', content }, toolUseResult })
}

const BEFORE = `DB_PASSWORD=${PASSWORD}\nPORT=8080\n`
const AFTER = `DB_PASSWORD=${PASSWORD}\nPORT=9090\n`

function session(): string {
  return [
    line(`The way in is ${LATE}, remember it`),
    line(`Use ${TOKEN} for the upload`),
    line('', { type: 'summary', summary: `About ${TOKEN}`, leafUuid: 'x' }),
    call('t1', 'Write', { file_path: '/w/app/.env', content: BEFORE }),
    result('t1', 'ok', {
      type: 'create',
      filePath: '/w/app/.env',
      content: BEFORE,
      structuredPatch: [],
      originalFile: null,
    }),
    call('t2', 'Edit', { file_path: '/w/app/.env', old_string: 'PORT=8080', new_string: 'PORT=9090' }),
    result('t2', 'ok', {
      filePath: '/w/app/.env',
      oldString: 'PORT=8080',
      newString: 'PORT=9090',
      originalFile: BEFORE,
      structuredPatch: [
        {
          oldStart: 1,
          oldLines: 2,
          newStart: 1,
          newLines: 2,
          lines: [` DB_PASSWORD=${PASSWORD}`, '-PORT=8080', '+PORT=9090'],
        },
      ],
    }),
    call('t3', 'Bash', { command: `echo ${Buffer.from(`token: ${ENCODED}\n`).toString('base64')} | base64 -d` }),
    result('t3', `token: ${ENCODED}`, { stdout: `{"token":"${ENCODED}"}`, stderr: '', interrupted: false }),
    line(
      `It says ${TOKEN.slice(0, 4)}… and in a URL https://ci:${PASSWORD}@example.org/x, then \u001b[31m${TOKEN}\u001b[0m`,
    ),
  ].join('')
}

/** Everything that the data folder holds outside of the vault, contents of files unpacked. */
function atRest(): string {
  const dir = join(folder.path, 'data')
  const files = readdirSync(dir).filter((name) => !name.startsWith('vault.db'))
  const raw = files.map((name) => readFileSync(join(dir, name), 'latin1')).join('\n')
  const { sqlite } = openIndexDb(join(dir, 'index.db'), { readonly: true })
  const bodies = sqlite
    .prepare<[], { body: Buffer; is_packed: number }>('SELECT body, is_packed FROM code_contents')
    .all()
  sqlite.close()
  const contents = bodies.map(({ body, is_packed }) => (is_packed ? zstdDecompressSync(body) : body).toString('latin1'))
  return [raw, ...contents].join('\n')
}

/** What every GET route answers, line by line. */
async function everyBody(paths: string[]): Promise<string> {
  if (deps.places.counts().length === 0) throw new Error('Nothing was found: there is nothing to be masked.')
  await deps.ingest.snapshot({ reason: 'manual', scope: { all: true } })
  const answers = await everyAnswer((url) => app.ask(url), {
    sessionId: ID,
    project: '/w/app',
    paths,
    ids: { secretId: 1, snapshotId: 1 },
  })
  return answers.map(({ url, body }) => `${url}\n${body}\n`).join('')
}

test('no value of a secret stands in the index, in a log or in any answer, wherever the session shows it', async () => {
  writeFileSync(file, session())
  await deps.ingest.start()
  await expect.poll(() => deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBeGreaterThan(8)
  // The value of the first line is named only now.
  appendFileSync(file, line(`export ADMIN_PASSWORD='${LATE}'`))
  await expect
    .poll(async () => (await ask(`/api/sessions/${ID}/events`)).includes(LATE), { timeout: 20_000 })
    .toBe(false)
  await expect.poll(() => atRest().includes(LATE), { timeout: 20_000 }).toBe(false)

  const [stored, answers] = [atRest(), await everyBody(['/w/app/.env', '.env'])]
  for (const value of [TOKEN, PASSWORD, ENCODED, LATE]) {
    expect(stored.includes(value), `at rest: ${value.slice(0, 4)}`).toBe(false)
    expect(
      answers
        .split('\n')
        .filter((text) => text.includes(value))
        .map((text) => text.slice(0, 200)),
    ).toEqual([])
    expect(app.log.includes(value)).toBe(false)
  }
  expect(answers).toMatch(/\[REDACTED:github-pat:[A-Z2-7]{4}\]/)
  expect(answers).not.toContain(Buffer.from(`token: ${ENCODED}\n`).toString('base64').slice(8, 30))
}, 90_000)

test('a value that is named only in a later line of the same file is masked in the earlier one too', async () => {
  writeFileSync(file, line(`The way in is ${LATE}, remember it`) + line(`export ADMIN_PASSWORD='${LATE}'`))
  await deps.ingest.start()
  await expect.poll(() => deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(2)

  await expect.poll(() => atRest().includes(LATE), { timeout: 20_000 }).toBe(false)
  expect(await everyBody([])).not.toContain(LATE)
})

test('a candidate that turns out to be surer is looked for in what was read before', async () => {
  const value = ['kP4xV9qLm2', 'Zt8RwY3bNc7DfG'].join('')
  // In ids only what is known is looked for.
  writeFileSync(file, line('Hello', { requestId: value }) + line(`login with ${value} please`))
  await deps.ingest.start()
  const places = () => deps.places.counts().map((one) => one.places)
  await expect.poll(places, { timeout: 20_000 }).toEqual([1])
  appendFileSync(file, line(`Use ${TOKEN}`))
  await expect.poll(places, { timeout: 20_000 }).toEqual([1, 1])
  await expect
    .poll(async () => JSON.parse(await ask(`/api/sessions/${ID}/findings`)) as unknown, { timeout: 20_000 })
    .toMatchObject({ isComplete: true })

  appendFileSync(file, line(`API_SECRET=${value}`))

  await expect.poll(places, { timeout: 20_000 }).toEqual([3, 1])
})

test('a file’s hash and size are those of its true bytes, and its text is masked', async () => {
  writeFileSync(file, session())
  await deps.ingest.start()
  await expect.poll(() => deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBeGreaterThan(8)

  const code = JSON.parse(await ask(`/api/sessions/${ID}/code/file?path=.env`)) as Record<string, unknown>

  expect(code['sha256']).toBe(createHash('sha256').update(AFTER).digest('hex'))
  expect(code['bytes']).toBe(AFTER.length)
  expect(code['confidence']).toBe('exact')
  expect(code['text']).toMatch(/^DB_PASSWORD=\[REDACTED:[a-z0-9-]+:[A-Z2-7]{4}\]\nPORT=9090\n$/)
})

test('the same value has the same mark in another session and after the index was made anew', async () => {
  writeFileSync(file, line(`Use ${TOKEN}`))
  writeFileSync(file.replace('s.jsonl', 'o.jsonl'), line(`With ${TOKEN} again`))
  await deps.ingest.start()
  const marks = async () => {
    const texts = [await ask(`/api/sessions/${ID}/events`), await ask('/api/sessions/claude-code:o/events')]
    return texts.map((text) => /\[REDACTED:[^\]]+\]/.exec(text)?.[0])
  }
  await expect.poll(async () => (await marks()).every(Boolean), { timeout: 20_000 }).toBe(true)
  const [first, other] = await marks()
  expect(other).toBe(first)
})

test('a secret in a session that grows is told at once, and only once', async () => {
  const messages: LiveMessage[] = []
  deps.live.listen((message) => messages.push(message))
  writeFileSync(file, line('hello'))
  await deps.ingest.start()
  await expect.poll(() => deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(1)

  appendFileSync(file, line(`Use ${TOKEN}`))
  appendFileSync(file, line(`Once more ${TOKEN}`))

  const found = () => messages.filter(({ kind }) => kind === 'finding')
  await expect.poll(() => deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(3)
  await expect.poll(found).toMatchObject([{ sessionId: ID, secretKind: 'github-pat', seq: 1 }])
})

test('code is written as it was, with its secrets, and the difference that is shown before has none', async () => {
  writeFileSync(file, session())
  await deps.ingest.start()
  await expect.poll(() => deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBeGreaterThan(8)
  const target = join(folder.path, 'restored')
  const restore = async (dryRun: boolean, maskSecrets = false) => {
    const payload = { target: { kind: 'folder', path: target }, dryRun, maskSecrets }
    const reply = await app.ask(`/api/sessions/${ID}/code/restore`, { method: 'POST', payload })
    return reply.body
  }

  expect(JSON.parse(await restore(false))).toMatchObject({ applied: true })
  expect(readFileSync(join(target, '.env'), 'utf8')).toBe(AFTER)
  writeFileSync(join(target, '.env'), BEFORE)
  const plan = await restore(true)

  expect(plan).toContain('+PORT=9090')
  expect(plan).not.toContain(PASSWORD)
  expect(JSON.parse(await restore(false, true))).toMatchObject({ applied: true })
  expect(readFileSync(join(target, '.env'), 'utf8')).toMatch(
    /^DB_PASSWORD=\[REDACTED:generic-password:[A-Z2-7]{4}\]\nPORT=9090\n$/,
  )
})

test('what was looked through with older rules is looked through again at the next start', async () => {
  writeFileSync(file, line('Hello') + line(`Use ${TOKEN} for the upload`))
  await deps.ingest.start()
  await expect.poll(() => deps.places.counts().length, { timeout: 20_000 }).toBe(1)
  await expect.poll(() => deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
  await app.close()
  // As rules leave it that do not know the format: a line that says everything, and no place.
  const { sqlite } = openIndexDb(join(folder.path, 'data', 'index.db'))
  sqlite.exec(
    "DELETE FROM secret_places; UPDATE secret_scans SET rules = 'older'; UPDATE events SET preview = 'as it was'",
  )
  sqlite.close()

  await start()
  await deps.ingest.start()

  await expect.poll(() => deps.places.counts().length, { timeout: 20_000 }).toBe(1)
  expect(await ask(`/api/sessions/${ID}/events`)).not.toContain(TOKEN)
  const { prompts } = JSON.parse(await ask(`/api/sessions/${ID}/timeline`)) as { prompts: [number, string][] }
  expect(prompts[1]?.[1]).toMatch(/^Use \[REDACTED:github-pat:[A-Z2-7]{4}\] for the upload$/)
})
