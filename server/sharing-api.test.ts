import { createHash } from 'node:crypto'
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { buildApp } from './app.ts'
import { ExportPreview, importBundle, listImports, SharedDocument } from './contract/sharing.ts'
import { buildDeps, type Deps } from './deps.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { readZip, writeZip, type Packed } from './sharing/zip.ts'

const random = seeded(77)
const TOKEN = sampleOf('ghp_{a62:30}{crc62}', random)
const OTHER = sampleOf('ghp_{a62:30}{crc62}', random)
/** Nothing tells what it is but the name beside it, which comes last. */
const PASSWORD = ['vR7', 'kd!', 'nQ2p', 'x8'].join('')
const headers = { host: '127.0.0.1:4177', authorization: 'Bearer secret-token' }
const SESSION = '11111111-aaaa-4aaa-8aaa-111111111111'
const ID = `claude-code:${SESSION}`

let folder: TemporaryFolder
let worlds: World[]

interface World {
  deps: Deps
  app: FastifyInstance
  dataDir: string
  project: string
}

beforeEach(() => {
  folder = createTemporaryFolder()
  worlds = []
})

afterEach(async () => {
  for (const { app, deps } of worlds) {
    await app.close()
    await deps.close()
  }
  folder.remove()
})

let count = 0

function record(role: 'user' | 'assistant', content: unknown, rest: object = {}): string {
  count += 1
  return `${JSON.stringify({
    type: role,
    uuid: `u${count}`,
    parentUuid: count === 1 ? null : `u${count - 1}`,
    sessionId: SESSION,
    cwd: '/w/app',
    timestamp: new Date(1_767_225_600_000 + count * 1000).toISOString(),
    message: { role, content, ...(role === 'assistant' && { model: 'claude-opus-4-5', id: `m${count}` }) },
    ...rest,
  })}\n`
}

const call = (id: string, name: string, input: object) => record('assistant', [{ type: 'tool_use', id, name, input }])
const result = (id: string, text: string, detail: object = {}) =>
  record('user', [{ type: 'tool_result', tool_use_id: id, content: text }], { toolUseResult: detail })

/** A session that writes a file twice, starts a sub-agent and names a password late. */
function transcript(): string {
  count = 0
  return [
    record('user', `Fix it. The bare word is ${PASSWORD} there.`),
    call('t1', 'Write', { file_path: '/w/app/a.ts', content: 'one\ntwo\n' }),
    result('t1', 'ok', { type: 'create', filePath: '/w/app/a.ts', content: 'one\ntwo\n', structuredPatch: [] }),
    call('t2', 'Edit', { file_path: '/w/app/a.ts', old_string: 'two', new_string: `two ${TOKEN}` }),
    result('t2', 'ok', {
      filePath: '/w/app/a.ts',
      oldString: 'two',
      newString: `two ${TOKEN}`,
      originalFile: 'one\ntwo\n',
      structuredPatch: [
        { oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: [' one', '-two', `+two ${TOKEN}`] },
      ],
    }),
    record('assistant', [{ type: 'text', text: 'Done ```` </script><img src=x> ![p](http://h/x)' }]),
    record('user', `export DB_PASSWORD='${PASSWORD}'`),
  ].join('')
}

async function startWorld(name: string, files: Record<string, string>): Promise<World> {
  const home = join(folder.path, name, 'home')
  const dataDir = join(folder.path, name, 'data')
  const webDir = join(folder.path, name, 'web')
  const project = join(home, '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  mkdirSync(dataDir, { recursive: true })
  mkdirSync(join(webDir, 'standalone'), { recursive: true })
  cpSync(join(import.meta.dirname, '../web/index.html'), join(webDir, 'index.html'))
  writeFileSync(join(webDir, 'standalone', 'viewer.js'), 'void "</script>"')
  writeFileSync(join(webDir, 'standalone', 'viewer.css'), 'body{}')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  const deps = buildDeps({
    version: '1.2.3',
    token: 'secret-token',
    homeDir: home,
    dataDir,
    vaultFile: join(dataDir, 'vault.db'),
    indexFile: join(dataDir, 'index.db'),
    agentEnv: {},
    isDemo: false,
    log: pino({ level: 'silent' }),
    webDir,
  })
  const app = await buildApp(deps)
  await app.ready()
  const world = { deps, app, dataDir, project }
  worlds.push(world)
  await deps.ingest.start()
  await expect.poll(() => deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
  return world
}

async function preview({ app }: World, payload: object): Promise<ExportPreview> {
  const answer = await app.inject({ method: 'POST', url: `/api/sessions/${ID}/export/preview`, headers, payload })
  expect(answer.statusCode, answer.body).toBe(200)
  return ExportPreview.parse(answer.json())
}

async function exported({ app }: World, payload: object): Promise<Buffer> {
  const answer = await app.inject({ method: 'POST', url: `/api/sessions/${ID}/export`, headers, payload })
  expect(answer.statusCode, answer.body.slice(0, 400)).toBe(200)
  return answer.rawPayload
}

async function unzipped(bytes: Buffer): Promise<Map<string, string>> {
  const path = join(folder.path, `${crypto.randomUUID()}.zip`)
  writeFileSync(path, bytes)
  const files = new Map<string, string>()
  for await (const { name, open } of readZip(path, 100)) files.set(name, (await buffer(await open())).toString('utf8'))
  return files
}

const FILES = {
  [`${SESSION}.jsonl`]: transcript(),
  [`${SESSION}/subagents/agent-a1.jsonl`]: `${JSON.stringify({
    type: 'user',
    uuid: 's1',
    parentUuid: null,
    sessionId: SESSION,
    agentId: 'a1',
    isSidechain: true,
    cwd: '/w/app',
    timestamp: new Date(1_767_225_700_000).toISOString(),
    message: { role: 'user', content: `Look, ${OTHER}` },
  })}\n`,
  [`${SESSION}/tool-results/out.txt`]: `line\nTOKEN=${OTHER}\n`,
}

test('the agent’s own records go with those of sub-agents, without what a later line names', async () => {
  const world = await startWorld('a', FILES)
  const seen = await preview(world, {})
  const files = await unzipped(await exported(world, { plan: seen.plan }))

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
  const world = await startWorld('a', { [`${SESSION}.jsonl`]: FILES[`${SESSION}.jsonl`] ?? '' })
  const seen = await preview(world, {})
  appendFileSync(join(world.project, `${SESSION}.jsonl`), record('user', 'More'))
  await expect.poll(() => world.deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(8)
  const bytes = await exported(world, { plan: seen.plan })

  expect(bytes.length).toBe(seen.bytes)
  expect(bytes.toString('utf8').split('\n')).toHaveLength(8)
  const again = await world.app.inject({
    method: 'POST',
    url: `/api/sessions/${ID}/export`,
    headers,
    payload: { plan: seen.plan },
  })
  expect(again.statusCode).toBe(409)
  expect(readdirSync(join(world.dataDir, 'exports'))).toEqual([])
})

test('a value that became known after the preview stops the export', async () => {
  const BARE = ['Hq4', 'zz!', 'mW9k', 'e1'].join('')
  const world = await startWorld('a', { [`${SESSION}.jsonl`]: record('user', `Only ${BARE} here`) })
  const seen = await preview(world, {})
  writeFileSync(
    join(world.project, 'later.jsonl'),
    record('user', `export API_PASSWORD='${BARE}'`).replace(SESSION, 'later'),
  )
  await expect.poll(() => world.deps.places.counts().length, { timeout: 20_000 }).toBeGreaterThan(0)
  const answer = await world.app.inject({
    method: 'POST',
    url: `/api/sessions/${ID}/export`,
    headers,
    payload: { plan: seen.plan },
  })

  expect(answer.statusCode).toBe(409)
  expect(answer.body).not.toContain(BARE)
  expect((await exported(world, {})).toString('utf8')).not.toContain(BARE)
})

test('a range has whole lines, and calls with their results', async () => {
  const world = await startWorld('a', FILES)
  const lines = (FILES[`${SESSION}.jsonl`] ?? '').split('\n')
  const seen = await preview(world, { range: { from: 1, to: 3 } })
  const text = (await exported(world, { plan: seen.plan })).toString('utf8')

  expect(seen.range).toEqual({ from: 1, to: 4 })
  expect(text.split('\n').slice(0, 2)).toEqual(lines.slice(1, 3))
  expect(text.split('\n')).toHaveLength(5)
  const wrong = await world.app.inject({
    method: 'POST',
    url: `/api/sessions/${ID}/export`,
    headers,
    payload: { range: { from: 90 } },
  })
  expect(wrong.statusCode).toBe(404)
})

test('the documented JSON has events, sub-agents and the texts of files', async () => {
  const world = await startWorld('a', FILES)
  const document = SharedDocument.parse(JSON.parse((await exported(world, { format: 'json' })).toString('utf8')))
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
  const world = await startWorld('a', FILES)
  const { secrets } = await preview(world, {})
  const keep = secrets.flatMap(({ kind, hits, secretId }) => (kind === 'github-pat' && hits === 3 ? [secretId] : []))
  for (const format of ['json', 'markdown', 'html']) {
    const text = readable(await exported(world, { format, redactions: { keep } }))
    expect(text, format).toContain(TOKEN)
    expect(text, format).not.toContain(PASSWORD)
  }
})

/** A page's session stands compressed in it. */
function readable(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  const packed = /<script id="session" type="application\/gzip">([^<]*)<\/script>/.exec(text)?.[1]
  return packed === undefined ? text : gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')
}

test('Markdown is to be read: what was said in full, what was done folded, and nothing in it is HTML of the session', async () => {
  const world = await startWorld('a', FILES)
  const text = (await exported(world, { format: 'markdown' })).toString('utf8')

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
  const world = await startWorld('a', FILES)
  const page = (await exported(world, { format: 'html' })).toString('utf8')
  const script = 'void "<\\/script>"'

  expect(page).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  expect(page).toContain("default-src 'none'")
  expect(page.match(/<\/script>/g)).toHaveLength(2)
  expect(page).not.toContain('<img')
  const session = readable(Buffer.from(page))
  for (const value of [TOKEN, OTHER, PASSWORD]) expect(session).not.toContain(value)
  expect(SharedDocument.pick({ session: true, files: true }).parse(JSON.parse(session)).files).toHaveLength(1)
})

test('a bundle comes up in another Lossless, marked, once, and goes again', async () => {
  const world = await startWorld('a', FILES)
  const bundle = await exported(world, { format: 'bundle' })
  const other = await startWorld('b', {})
  const send = async () => {
    const answer = await other.app.inject({
      method: 'POST',
      url: '/api/import?name=x.lossless',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      payload: bundle,
    })
    expect(answer.statusCode, answer.body).toBe(200)
    return importBundle.reply.parse(answer.json())
  }
  const { import: made, known } = await send()

  expect([made?.sessions, made?.files, known]).toEqual([[ID], 3, []])
  await expect.poll(() => other.deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(7)
  const session = async () => (await other.app.inject({ url: `/api/sessions/${ID}`, headers })).json()
  await expect
    .poll(session, { timeout: 20_000 })
    .toMatchObject({ isImported: true, projectPath: '/w/app', subagents: 1 })
  expect(readdirSync(other.project)).toEqual([])
  expect(await send()).toEqual({ import: null, known: [ID] })

  const removed = await other.app.inject({ method: 'DELETE', url: `/api/imports/${made?.id}`, headers })
  expect(removed.statusCode).toBe(200)
  expect(existsSync(join(other.dataDir, 'imports', made?.id ?? ''))).toBe(false)
  await expect.poll(() => other.deps.sessions.find(ID)?.sourceState, { timeout: 20_000 }).toBe('gone')
  const left = await other.app.inject({ url: '/api/imports', headers })
  expect(listImports.reply.parse(left.json()).items).toEqual([])
})

test('what is no bundle, or leads out of it, or is not what it says, leaves nothing behind', async () => {
  const world = await startWorld('a', {})
  const bytes = Buffer.from(record('user', 'Hello'))
  const place = `.claude/projects/-w-app/${SESSION}.jsonl`
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = { path: place, bytes: bytes.length, sha256 }
  const bad: [string, Packed[] | Buffer][] = [
    ['no archive', Buffer.from('hello')],
    ['no manifest', [{ name: `home/${place}`, content: { bytes } }]],
    ['another hash', packedWith([{ ...file, sha256: '0'.repeat(64) }], [[place, bytes]])],
    ['another size', packedWith([{ ...file, bytes: 3 }], [[place, bytes]])],
    [
      'a file too many',
      packedWith(
        [file],
        [
          [place, bytes],
          ['.claude/x', bytes],
        ],
      ),
    ],
    ['a file too few', packedWith([file, { ...file, path: '.claude/projects/-w-app/x.jsonl' }], [[place, bytes]])],
    ['a way out', packedWith([{ ...file, path: '../../../evil.jsonl' }], [[place, bytes]])],
    ['a place that nobody reads', packedWith([{ ...file, path: '.bashrc' }], [['.bashrc', bytes]])],
  ]
  for (const [name, content] of bad) {
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/import',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      payload: Buffer.isBuffer(content) ? content : await zipped(content),
    })
    expect([name, answer.statusCode]).toEqual([name, 400])
    expect(answer.json().message, name).toContain('Nothing was taken in.')
  }
  expect(readdirSync(join(world.dataDir, 'imports'))).toEqual([])
  expect(world.deps.sessions.list({ words: [], limit: 10 }).items).toEqual([])
})

function packedWith(files: object[], contents: [path: string, bytes: Buffer][]): Packed[] {
  const manifest = { format: 'lossless-bundle', version: 1, generator: 'x', agent: 'claude-code', sessionId: ID, files }
  return [
    { name: 'manifest.json', content: { bytes: Buffer.from(JSON.stringify(manifest)) } },
    ...contents.map(([path, bytes]) => ({ name: `home/${path}`, content: { bytes } })),
  ]
}

async function zipped(files: Packed[]): Promise<Buffer> {
  const path = join(folder.path, `${crypto.randomUUID()}.zip`)
  await writeZip(path, files, new AbortController().signal)
  return readFileSync(path)
}
