import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listSessions } from '../server/contract/sessions.ts'
import { expect, test, type App } from './app.ts'
import { GrowingSession, copyDemo, emptyHome } from './homes.ts'

const main = fileURLToPath(new URL('../server/main.ts', import.meta.url))

/** Runs the server with arguments until it ends by itself. */
async function run(args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [main, '--no-open', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

async function titlesOf(app: App): Promise<string[]> {
  const reply = await app.fetch('/api/sessions?limit=1000')
  return listSessions.reply.parse(await reply.json()).items.map(({ title }) => title)
}

test('a second start on the same data says so, names the first one’s address and ends well', async ({
  scratch,
  start,
}) => {
  const homeDir = emptyHome(join(scratch, 'home'))
  const app = await start({ homeDir })

  const second = await run(['--port', '0', '--home', homeDir, '--data', join(scratch, 'data')])

  expect(second.code).toBe(0)
  expect(second.output).toContain(app.url)
  expect((await app.fetch('/api/health')).status).toBe(200)
  await app.stop()
})

test('a taken port ends the start with a sentence that names the holder', async ({ scratch }) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const { code, output } = await run([
    '--port',
    String(port),
    '--home',
    emptyHome(join(scratch, 'home')),
    '--data',
    join(scratch, 'data'),
  ])
  server.close()

  expect(code).toBe(1)
  expect(output).toContain(`Port ${port} is taken by process ${process.pid}`)
  expect(output).not.toContain('    at ')
})

test('a bad option ends the start with one sentence and exit code 2', async () => {
  const { code, output } = await run(['--port', 'http'])

  expect(code).toBe(2)
  expect(output).toBe('--port must be a whole number from 0 to 65535, not "http".\n')
})

test('the data is readable by its owner only', async ({ scratch, start }) => {
  const homeDir = copyDemo(join(scratch, 'home'))
  const dataDir = join(scratch, 'new')
  const app = await start({ homeDir, dataDir })
  await app.readAll()

  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
  expect(modeOf(dataDir)).toBe('700')
  for (const name of ['vault.db', 'index.db', 'token', 'instance.json']) {
    expect(modeOf(join(dataDir, name)), name).toBe('600')
  }
})

test('killed in the middle of the work, it starts again and has everything', async ({ scratch, start }) => {
  const homeDir = copyDemo(join(scratch, 'home'))
  const killed = await start({ homeDir })
  await killed.stop('SIGKILL')
  const session = new GrowingSession(homeDir, { seed: 'while-away', cwd: '/home/ada/code/tides' })
  session.recorder.prompt('Written while nobody looked.')
  session.write()

  const app = await start({ homeDir })
  await app.readAll()

  const titles = await titlesOf(app)
  expect(titles).toHaveLength(9)
  expect(titles).toContain('Written while nobody looked.')
})

test('what was kept is there after a restart, although the agent’s folder is gone', async ({ scratch, start }) => {
  const homeDir = copyDemo(join(scratch, 'home'))
  const first = await start({ homeDir })
  await first.readAll()
  const before = await titlesOf(first)
  await first.stop()
  rmSync(join(homeDir, '.claude'), { recursive: true })

  const app = await start({ homeDir })
  await app.readAll()

  expect(before).toHaveLength(8)
  expect(await titlesOf(app)).toEqual(before)
})

test('the index can be deleted: it is made again from the vault', async ({ scratch, start }) => {
  const homeDir = copyDemo(join(scratch, 'home'))
  const first = await start({ homeDir })
  await first.readAll()
  const before = await titlesOf(first)
  await first.stop()
  rmSync(join(homeDir, '.claude'), { recursive: true })
  for (const name of ['index.db', 'index.db-wal', 'index.db-shm']) rmSync(join(scratch, 'data', name), { force: true })

  const app = await start({ homeDir })
  await app.readAll()

  expect((await titlesOf(app)).toSorted()).toEqual(before.toSorted())
})
