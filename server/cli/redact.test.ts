import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../../db/testing.ts'
import { line } from '../ingest/testing.ts'
import { sampleOf, seeded } from '../redaction/sample.ts'
import { runLine, startTestServer, type Ran, type TestServer } from './testing.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(81))
const PASSWORD = ['wu7', 'Kd!', 'qP0x', 'z9'].join('')
const TEXT = line(`Push with ${TOKEN}`, { uuid: 'u1' }) + line(`export DB_PASSWORD='${PASSWORD}'`, { uuid: 'u2' })

let home: TemporaryFolder
let server: TestServer

const file = () => join(server.homeDir, '.claude/projects/-w-app/s.jsonl')
const read = () => readFileSync(file(), 'utf8')
const run = (...argv: string[]): Promise<Ran> => runLine([...argv, '--data', server.dataDir])

beforeEach(async () => {
  home = createTemporaryFolder()
  const project = join(home.path, '.claude/projects/-w-app')
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 's.jsonl'), TEXT)
  server = await startTestServer(home.path)
  utimesSync(file(), new Date(), new Date(Date.now() - 60_000))
}, 60_000)
afterEach(async () => {
  await server.close()
  home.remove()
})

test('a session is redacted after its plan was shown, listed, and put back byte for byte', async () => {
  const planned = await run('redact', 's', '--dry-run')
  expect(planned.code, planned.err).toBe(0)
  expect(planned.out).toMatch(/^\[REDACTED:github-pat:[A-Z2-7]{4}\] +GitHub personal access token +ghp_••••\(40\) +1$/m)
  expect(planned.out).toContain(file())
  const asked = await run('redact', 's')
  expect([asked.code, asked.err.includes('Give --yes')]).toEqual([4, true])
  expect(read()).toBe(TEXT)

  const done = await run('redact', 's', '--yes')
  expect([done.code, done.out.includes('2 secrets taken out.')], done.err).toEqual([0, true])
  expect(read()).not.toContain(TOKEN)
  expect(read()).not.toContain(PASSWORD)
  expect((await run('redactions')).out).toMatch(/^1 .* own,kept +can be undone +Redaction of “Push with/m)

  const undone = await run('redactions', 'undo', '1')
  expect([undone.code, undone.out.endsWith('The files are as they were.\n')], undone.err).toEqual([0, true])
  expect(read()).toBe(TEXT)
  expect((await run('redactions', 'list')).out).toMatch(/^1 .* undone /m)
  for (const { out, err } of [planned, asked, done, undone]) expect(out + err).not.toContain(PASSWORD)
})

test('one secret goes by its tag, for good, and what would undo it can be forgotten only once', async () => {
  const { preview } = JSON.parse((await run('redact', 's', '--dry-run', '--json')).out) as {
    preview: { secrets: { kind: string; placeholder: string }[] }
  }
  const mark = preview.secrets.find(({ kind }) => kind === 'github-pat')?.placeholder ?? ''
  const tag = mark.slice(-5, -1)

  expect((await run('redact', 's', '--secret', tag, '--yes')).code).toBe(0)
  expect(read()).toContain(mark)
  expect(read()).toContain(PASSWORD)
  expect((await run('redactions', 'forget', '1')).code).toBe(4)
  expect((await run('redactions', 'forget', '1', '--yes')).code).toBe(0)
  expect((await run('redactions')).out).toMatch(/ for good +Redaction/)
  expect((await run('redactions', 'undo', '1')).code).toBe(1)
})

test.each([
  [['redact', 's', '--secret', 'ZZZZ'], 'No secret of this session has the mark “ZZZZ”.'],
  [['redact', 's', '--scope', 'all'], '--scope must be own, kept or own,kept, not “all”.'],
  [['redact', 's', '--before', 'some'], '--before must be keep or none, not “some”.'],
  [['redactions', 'undo'], 'Give the number of a redaction: “lossless redactions” lists them.'],
  [['redactions', 'drop', '1'], 'Say list, undo or forget, not “drop”.'],
])('%j is a command line that cannot be understood', async (argv, message) => {
  const ran = await run(...argv)
  expect([ran.code, ran.err]).toEqual([2, `${message}\n`])
})

test('kept copies alone are refused while the file holds the values', async () => {
  const ran = await run('redact', 's', '--scope', 'kept', '--yes')
  expect([ran.code, ran.out.includes('would be kept again')]).toEqual([4, true])
  expect(read()).toBe(TEXT)
})
