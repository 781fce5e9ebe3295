import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTemporaryFolder } from '../../db/testing.ts'
import { sampleOf, seeded } from '../redaction/sample.ts'
import { runLine, startTestServer, type Ran, type TestServer } from './testing.ts'

const fixtures = fileURLToPath(new URL('../adapters/claude-code/fixtures/home', import.meta.url))
const first = '11111111-aaaa-4aaa-8aaa-111111111111'
const second = '22222222-bbbb-4bbb-8bbb-222222222222'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer(fixtures)
}, 60_000)
afterAll(async () => {
  await server.close()
})

function run(...argv: string[]): Promise<Ran> {
  return runLine([...argv, '--data', server.dataDir])
}

async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  return port
}

function fileOf(nativeId: string): string {
  return join(server.homeDir, '.claude/projects/-w-app', `${nativeId}.jsonl`)
}

test('sessions are listed for people, and as the reply of the API with --json', async () => {
  const people = await run('sessions')
  expect(people.code).toBe(0)
  expect(people.out.split('\n')[0]).toMatch(/^session +last active +state +context +prompts +title$/)
  expect(people.out).toContain(`claude-code:${first}`)

  const { items } = JSON.parse((await run('sessions', '--json', '--limit', '1')).out) as { items: unknown[] }
  expect(items).toHaveLength(1)
})

test('words narrow the list, and none that fits is no failure', async () => {
  expect((await run('sessions', second)).out).not.toContain(first)
  expect(await run('sessions', 'nothing', 'like', 'this')).toEqual({ code: 0, out: 'No session fits.\n', err: '' })
})

test('a session is found by its id, its native id, and the beginning of either', async () => {
  for (const name of [`claude-code:${first}`, first, '1111', 'claude-code:1111']) {
    const shown = await run('show', name, '--json')
    expect(shown.err).toBe('')
    expect((JSON.parse(shown.out) as { id: string }).id).toBe(`claude-code:${first}`)
  }
  expect((await run('show', `claude-code:${first}:a1b2`)).out).toContain(`claude-code:${first}:a1b2`)
})

test('a beginning that several sessions share is refused with their ids, and one of none is not found', async () => {
  const shared = await run('show', 'claude-code:')
  expect(shared.code).toBe(2)
  expect(shared.err).toContain(`claude-code:${second}`)

  const none = await run('show', 'zzz')
  expect(none.code).toBe(1)
  expect(none.err).toContain('There is no session “zzz”. “lossless sessions” lists')
})

test('show lists the last events, and one in full', async () => {
  const events = JSON.parse((await run('show', first, '--events', '3', '--json')).out) as { items: { seq: number }[] }
  const seqs = events.items.map(({ seq }) => seq)
  expect(seqs).toHaveLength(3)

  const one = JSON.parse((await run('show', first, '--event', '0', '--json')).out) as { seq: number }
  expect(one.seq).toBe(0)
})

test('export gives the kept bytes as they are, also when the file was replaced by a stub and when it is gone', async () => {
  const kept = readFileSync(fileOf(second))
  expect((await run('export', second, '--alone')).out).toBe(kept.toString())

  rmSync(fileOf(second))
  const out = join(server.folder.path, 'out.jsonl')
  const { code, out: reply } = await run('export', second, '--alone', '--out', out, '--json')
  expect(code).toBe(0)
  expect(readFileSync(out).equals(kept)).toBe(true)
  expect(JSON.parse(reply)).toEqual({
    sessionId: `claude-code:${second}`,
    path: out,
    bytes: kept.length,
    sha256: createHash('sha256').update(kept).digest('hex'),
  })
})

test('export takes secrets out, keeps the one that is named, and gives all with --raw', async () => {
  const token = sampleOf('ghp_{a62:30}{crc62}', seeded(4))
  appendFileSync(
    fileOf(first),
    `${JSON.stringify({ type: 'user', uuid: 'u-late', message: { role: 'user', content: `Use ${token}` } })}\n`,
  )
  await expect
    .poll(async () => (await run('export', first, '--alone')).out, { timeout: 10_000 })
    .toContain('[REDACTED:github-pat:')

  const { out } = await run('export', first, '--alone')
  const [mark = ''] = /\[REDACTED:github-pat:[A-Z2-7]{4}\]/.exec(out) ?? []
  expect(out).not.toContain(token)
  expect(out.replace(mark, token)).toBe(readFileSync(fileOf(first), 'utf8'))
  expect((await run('export', first, '--alone', '--keep', mark.slice(-5, -1))).out).toBe(
    readFileSync(fileOf(first), 'utf8'),
  )
  expect((await run('export', first, '--raw')).out).toBe(readFileSync(fileOf(first), 'utf8'))
  expect((await run('export', first, '--alone', '--keep', 'ZZZZ')).err).toContain('has the mark “ZZZZ”')
})

test('export says what it cannot do and leaves no half file', async () => {
  expect((await run('export', first, '--format', 'pdf')).err).toContain('--format must be one of jsonl, markdown')
  expect((await run('export', first, '--range', '1..2..3')).err).toContain('--range must be two events')
  expect((await run('export', first)).err).toContain('name a file with --out')
  expect((await run('export', first, '--json')).code).toBe(2)
  expect((await run('export', first, '--generation', '9')).err).toContain('There is no kept generation')

  const nowhere = await run('export', first, '--out', join(server.folder.path, 'no/such/folder/x'))
  expect(nowhere.code).toBe(1)
  expect(nowhere.err).toContain('could not be written')
})

test('a command line that cannot be understood ends with 2 and one sentence', async () => {
  for (const argv of [['fly'], ['show'], ['sessions', '--limit', 'many'], ['show', first, '--nothing'], ['restore']]) {
    const { code, err } = await run(...argv)
    expect(code, argv.join(' ')).toBe(2)
    expect(err.trim().split('\n'), argv.join(' ')).toHaveLength(1)
  }
})

test('help lists every command and the exit codes', async () => {
  const { code, out } = await runLine(['--help'])
  expect(code).toBe(0)
  for (const name of [
    'serve',
    'sessions',
    'show',
    'snapshot',
    'restore',
    'fork',
    'brief',
    'verify',
    'export',
    'import',
    'statusline',
    'hook',
  ])
    expect(out).toMatch(new RegExp(`^  ${name} `, 'm'))
  expect(out).toContain('Exit codes: 0 done')
})

test('where no server runs, the command says how to start one and ends with 3', async () => {
  const folder = createTemporaryFolder()
  const empty = await runLine(['sessions'], { LOSSLESS_DATA: folder.path })
  expect(empty.code).toBe(3)
  expect(empty.err).toBe(
    `No Lossless runs on the data folder ${folder.path}. Start it with “lossless serve” (or npm start), or name another folder with --data.\n`,
  )
  // Left by a server that was killed: nothing listens there any more.
  writeFileSync(join(folder.path, 'instance.json'), `{"pid":1,"url":"http://127.0.0.1:${await closedPort()}/?token=x"}`)
  expect((await runLine(['sessions', '--data', folder.path])).code).toBe(3)
  folder.remove()
})

test('a port that belongs to a server with another token is no server of ours', async () => {
  const folder = createTemporaryFolder()
  const instance = readFileSync(join(server.dataDir, 'instance.json'), 'utf8')
  writeFileSync(join(folder.path, 'instance.json'), instance.replace('secret-token', 'another'))
  expect((await runLine(['sessions', '--data', folder.path])).code).toBe(3)
  folder.remove()
})

test('--home talks only to a server of that home', async () => {
  expect((await run('sessions', '--home', server.homeDir)).code).toBe(0)
  const other = await run('sessions', '--home', server.folder.path)
  expect(other.code).toBe(3)
  expect(other.err).toContain(`keeps the sessions of ${server.homeDir}, not of ${server.folder.path}`)
})

test('export writes a range in another form, and says why it cannot write a page', async () => {
  const page = join(server.folder.path, 'range.json')
  expect((await run('export', first, '--format', 'json', '--range', '0..1', '--out', page)).code).toBe(0)
  expect(JSON.parse(readFileSync(page, 'utf8'))).toMatchObject({ format: 'lossless-session', range: { from: 0 } })
  expect((await run('export', first, '--format', 'markdown')).out).toMatch(/^# .*\n\n- Agent: claude-code\n/)
  expect((await run('export', first, '--format', 'html')).err).toContain('The page for replays is not built.')
})

test('import takes in a bundle elsewhere, and tells what is here already', async () => {
  const bundle = join(server.folder.path, 'x.lossless')
  expect((await run('export', first, '--format', 'bundle', '--out', bundle)).code).toBe(0)
  const empty = createTemporaryFolder()
  const other = await startTestServer(empty.path)
  const there = (...argv: string[]) => runLine([...argv, '--data', other.dataDir])

  expect(await there('import', bundle)).toEqual({ code: 0, out: `Imported claude-code:${first}.\n`, err: '' })
  await expect.poll(async () => (await there('sessions')).out, { timeout: 20_000 }).toContain(`claude-code:${first}`)
  expect((await run('import', bundle)).out).toContain(`claude-code:${first} is here already`)
  expect((await run('import', fileOf(first))).err).toContain('This is no bundle that can be imported')
  expect((await run('import', join(server.folder.path, 'nothing'))).code).toBe(1)
  await other.close()
  empty.remove()
})
