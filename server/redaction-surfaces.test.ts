import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DISGUISES, readings } from '../bench/support/disguises.ts'
import { createTemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import { ExportFormat } from './contract/sharing.ts'
import { FORMATS } from './redaction/formats/all.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { leftInFolder, packedWith, valuesIn } from './redactions/testing.ts'
import { everyAnswer } from './secrets/testing.ts'

const ID = 'claude-code:s'
const FILE = '/w/app/settings.env'

const random = seeded(30)
const SECRETS = drawSecrets(300)
const VALUES = SECRETS.map(({ value }) => value)

function drawSecrets(count: number): { value: string; name: string }[] {
  const drawn: { value: string; name: string }[] = []
  while (drawn.length < count) {
    const format = FORMATS[Math.floor(random() * FORMATS.length)]
    const value = format?.templates[0] === undefined ? '' : sampleOf(format.templates[0], random)
    if (format && value.length >= 12) drawn.push({ value, name: format.name || 'API_TOKEN' })
  }
  return drawn
}

function record(uuid: string, rest: object): string {
  const own = { uuid, sessionId: 's', cwd: '/w/app', timestamp: '2026-11-01T10:00:00.000Z' }
  return JSON.stringify({ ...own, ...rest })
}

/** Each secret in each disguise, and a file that the agent writes with some of them. */
function transcript(): string {
  const disguised = SECRETS.flatMap(({ value, name }) => DISGUISES.flatMap(({ lines }) => lines(value, name))).map(
    (line) => line.replace('{"type":"user",', '{"type":"user","sessionId":"s","cwd":"/w/app",'),
  )
  const content = SECRETS.slice(0, 20).map(({ value, name }, index) => `${name}_${index}='${value}'\n`)
  const input = { file_path: FILE, content: content.join('') }
  const call = [{ type: 'tool_use', id: 't1', name: 'Write', input }]
  const written = { type: 'create', filePath: FILE, content: input.content, structuredPatch: [], originalFile: null }
  return [
    record('first', { type: 'user', message: { role: 'user', content: 'Hello' } }),
    ...disguised,
    record('call', { type: 'assistant', message: { id: 'm1', role: 'assistant', model: 'x', content: call } }),
    record('result', {
      type: 'user',
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }] },
      toolUseResult: written,
    }),
    '',
  ].join('\n')
}

async function exported(app: AppUnderTest, format: string): Promise<string> {
  const reply = await app.ask(`/api/sessions/${ID}/export`, { method: 'POST', payload: { format } })
  expect(reply.statusCode, `${format}: ${reply.body.slice(0, 200)}`).toBe(200)
  return reply.body
}

test(
  '300 secrets in ten disguises are redacted for good: no file, database, log, free page, export or answer has one',
  { timeout: 240_000 },
  async () => {
    const folder = createTemporaryFolder()
    const dataDir = join(folder.path, 'data')
    const project = join(folder.path, 'home', '.claude', 'projects', '-w-app')
    mkdirSync(project, { recursive: true })
    const file = join(project, 's.jsonl')
    const before = transcript()
    writeFileSync(file, before)
    utimesSync(file, new Date(), new Date(Date.now() - 60_000))
    const app = await AppUnderTest.start(folder.path)
    const { deps } = app
    onTestFinished(async () => {
      await app.close()
      folder.remove()
    })
    const idle = () => expect.poll(() => deps.ingest.progress.state, { timeout: 120_000 }).toBe('idle')
    await deps.ingest.start()
    await idle()
    await expect.poll(() => deps.places.counts().length, { timeout: 120_000 }).toBeGreaterThan(280)
    await deps.ingest.snapshot({ reason: 'manual', scope: { all: true } })
    expect(new Set(leftInFolder(dataDir, VALUES)).size).toBeGreaterThan(280)
    const packed = packedWith(dataDir, VALUES)

    const reply = await app.ask('/api/redactions', {
      method: 'POST',
      payload: { sessions: [ID], scopes: ['own', 'kept'], before: 'none' },
    })
    expect(reply.json()).toMatchObject({ applied: true })
    await idle()

    const after = readFileSync(file, 'utf8')
    const [linesBefore, linesAfter] = [before.split('\n'), after.split('\n')]
    expect(linesAfter).toHaveLength(linesBefore.length)
    expect(linesAfter.slice(0, -1).filter((line) => !isJson(line))).toEqual([])
    expect(VALUES.filter((value) => readings(after).some((text) => text.includes(value)))).toEqual([])
    expect(leftInFolder(dataDir, VALUES)).toEqual([])
    const vaultFile = readFileSync(join(dataDir, 'vault.db'))
    expect(packed.filter((bytes) => vaultFile.includes(bytes))).toEqual([])
    expect(valuesIn(Buffer.from(app.log), VALUES)).toEqual([])
    for (const format of ExportFormat.options)
      expect(valuesIn(Buffer.from(await exported(app, format), 'utf8'), VALUES), format).toEqual([])
    const answers = await everyAnswer((url) => app.ask(url), {
      sessionId: ID,
      project: '/w/app',
      paths: [FILE],
      ids: { secretId: 1, snapshotId: 1 },
    })
    expect(answers.length).toBeGreaterThan(2500)
    const loud = answers.filter(({ body }) => valuesIn(Buffer.from(body), VALUES).length > 0)
    expect(loud.map(({ url }) => url)).toEqual([])
    expect(answers.find(({ url }) => url.includes('/code/file?'))?.body).toContain('[REDACTED:')
  },
)

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
