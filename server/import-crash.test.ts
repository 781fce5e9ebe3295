import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createTemporaryFolder } from '../db/testing.ts'
import { kill, startServer, type ServerUnderTest } from './server-testing.ts'
import { writeZip } from './sharing/zip.ts'

/** More of them by hand: `IMPORT_KILLS=40 npx vitest run server/import-crash.test.ts`. */
const KILLS = Number(process.env['IMPORT_KILLS'] ?? 6)
const SESSION = '11111111-aaaa-4aaa-8aaa-111111111111'
const FILES = 120
const LINES = 40

/** Files of a session, some of which take time to be written. */
function filesOf(): Map<string, Buffer> {
  const record = (line: number) =>
    `${JSON.stringify({
      type: 'user',
      uuid: `u${line}`,
      parentUuid: line === 0 ? null : `u${line - 1}`,
      sessionId: SESSION,
      cwd: '/w/app',
      timestamp: new Date(1_767_225_600_000 + line * 1000).toISOString(),
      message: { role: 'user', content: `Prompt ${line}` },
    })}\n`
  const project = '.claude/projects/-w-app'
  const outputs = Array.from({ length: FILES }, (_, index): [string, Buffer] => [
    `${project}/${SESSION}/tool-results/${index}.txt`,
    Buffer.from(randomBytes(20_000).toString('hex')),
  ])
  const lines = Array.from({ length: LINES }, (_, line) => record(line)).join('')
  return new Map([[`${project}/${SESSION}.jsonl`, Buffer.from(lines)], ...outputs])
}

async function bundleOf(files: ReadonlyMap<string, Buffer>, folder: string): Promise<Buffer> {
  const path = join(folder, 'x.lossless')
  const manifest = {
    ...{ format: 'lossless-bundle', version: 1, generator: 'test', agent: 'claude-code' },
    sessionId: `claude-code:${SESSION}`,
    files: [...files].map(([name, bytes]) => ({
      path: name,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
  }
  const packed = [...files].map(([name, bytes]) => ({ name: `home/${name}`, content: { bytes } }))
  const first = { name: 'manifest.json', content: { bytes: Buffer.from(JSON.stringify(manifest)) } }
  await writeZip(path, [first, ...packed], new AbortController().signal)
  return readFileSync(path)
}

test('killed at any moment while it imports, all of a bundle is there or nothing', { timeout: 900_000 }, async () => {
  const folder = createTemporaryFolder()
  onTestFinished(folder.remove)
  const home = join(folder.path, 'home')
  mkdirSync(home)
  const files = filesOf()
  const bundle = await bundleOf(files, folder.path)
  const seen = { nothing: 0, all: 0, unfinished: 0 }

  for (let round = 0; round < KILLS; round += 1) {
    const dataDir = join(folder.path, `data-${round}`)
    const imports = join(dataDir, 'imports')
    mkdirSync(imports, { recursive: true })
    let server = await startServer(home, dataDir)
    onTestFinished(() => void server.child.kill('SIGKILL'))
    // It is killed while it answers.
    const work = server.ask('/api/import', bundle).catch(() => undefined)
    // Some kills come while files are written, some about when they get their final place.
    if (round % 2 === 0) await Promise.race([firstChange(imports), work])
    else await Promise.race([work, finalFolder(imports)])
    await sleep(round % 2 === 0 ? Math.random() * 250 : Math.random() * 4)
    await kill(server.child)
    await work
    if (readdirSync(imports).some((name) => name.startsWith('.'))) seen.unfinished += 1

    server = await startServer(home, dataDir)
    const names = readdirSync(imports)
    if (names.length === 0) seen.nothing += 1
    else {
      seen.all += 1
      expect(names, `kill ${round}`).toHaveLength(1)
      const there = join(imports, names[0] ?? '', 'home')
      for (const [name, bytes] of files) expect(readFileSync(join(there, name)).equals(bytes), name).toBe(true)
      await expect.poll(() => eventsAt(server), { timeout: 60_000 }).toBe(LINES)
    }
    if (names.length === 0) expect(await eventsAt(server), `kill ${round}`).toBeUndefined()
    await kill(server.child)
  }
  // Else the kills came at moments that prove nothing.
  expect(seen.nothing).toBeGreaterThan(0)
  expect(seen.all).toBeGreaterThan(0)
  expect(seen.unfinished).toBeGreaterThan(0)
})

async function eventsAt(server: ServerUnderTest): Promise<number | undefined> {
  const reply = await server.ask(`/api/sessions/claude-code:${SESSION}`)
  return ((await reply.json()) as { events?: number }).events
}

async function firstChange(folder: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, () => {
      watcher.close()
      resolve()
    })
  })
}

async function finalFolder(folder: string): Promise<void> {
  while (!existsSync(folder) || !readdirSync(folder).some((name) => !name.startsWith('.'))) await sleep(1)
}
