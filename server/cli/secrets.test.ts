import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../../db/testing.ts'
import { line } from '../ingest/testing.ts'
import { sampleOf, seeded } from '../redaction/sample.ts'
import { runLine, startTestServer, type Ran, type TestServer } from './testing.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(81))

let made: TemporaryFolder
let server: TestServer

beforeAll(async () => {
  made = createTemporaryFolder()
  const file = join(made.path, 'home/.claude/projects/-w-app/s.jsonl')
  mkdirSync(dirname(file), { recursive: true })
  mkdirSync(join(made.path, 'app'))
  writeFileSync(file, line(`Push with ${TOKEN} by grace@navy.mil`, { cwd: join(made.path, 'app') }))
  writeFileSync(join(made.path, 'app/.env'), `\nTOKEN=${TOKEN}\n`)
  server = await startTestServer(join(made.path, 'home'))
}, 60_000)

afterAll(async () => {
  await server.close()
  made.remove()
})

async function run(...argv: string[]): Promise<Ran> {
  const ran = await runLine(['secrets', ...argv, '--data', server.dataDir])
  expect(ran.out + ran.err).not.toContain(TOKEN)
  return ran
}

async function tag(): Promise<string> {
  return /\[REDACTED:github-pat:([A-Z2-7]+)\]/.exec((await run()).out)?.[1] ?? ''
}

test('secrets are listed, one is shown by number, mark or tag, and its state is said', async () => {
  const mark = `[REDACTED:github-pat:${await tag()}]`
  expect((await run('list', '--state', 'open')).out).toMatch(/GitHub personal access token/)
  for (const name of ['1', mark, await tag()]) {
    expect((await run('show', name)).out).toContain(`Push with ${mark}`)
  }

  expect((await run('ignore', await tag(), '--reason', 'Of a test')).out).toBe(
    `GitHub personal access token ${mark} is ignored now.\n`,
  )
  expect((await run('show', '1')).out).toContain('ignored: Of a test')
  expect((await run('--state', 'open')).out).toBe('No secret fits.\n')
  expect((await run('rotated', '1')).code).toBe(0)
  expect(JSON.parse((await run('open', '1', '--json')).out)).toMatchObject({ state: 'open', reason: null })
})

test('the report says what stands where, what to rotate first, and where else after a search', async () => {
  const before = await run('report')
  expect(before.out).toMatch(/claude-code +critical +1 +1 +1\n/)
  expect(before.out).toContain('Rotate first:')
  expect(before.out).toContain('Other places on disk were not searched yet; --search does.')

  const after = await run('report', '--search')
  expect(after.out).toContain(`${join(made.path, 'app/.env')}:2`)
  const { elsewhere } = JSON.parse((await run('report', '--json')).out) as { elsewhere: { places: unknown[] } }
  expect(elsewhere.places).toHaveLength(1)
})

test('an export exchanges personal data for pseudonyms when it is asked to, and never beside --raw', async () => {
  const exported = (...options: string[]) => runLine(['export', 'claude-code:s', ...options, '--data', server.dataDir])

  expect((await exported()).out).toContain('by grace@navy.mil')
  expect((await exported('--personal')).out).toContain('by mail1@example.invalid')
  expect(await exported('--personal', '--raw')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('leave out --raw or --personal'),
  })
})

test('what cannot be meant is refused with a sentence', async () => {
  expect(await run('burn')).toMatchObject({ code: 2, err: expect.stringContaining('no “lossless secrets burn”') })
  expect(await run('--state', 'lost')).toMatchObject({ code: 2, err: expect.stringContaining('not “lost”') })
  expect(await run('show')).toMatchObject({ code: 2, err: expect.stringContaining('Say which secret') })
  expect(await run('show', '99')).toMatchObject({ code: 1, err: expect.stringContaining('There is no secret “99”') })
})
