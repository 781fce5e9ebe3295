import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { z } from 'zod'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { importBundle, listImports, SharedDocument } from './contract/sharing.ts'
import { FILES, ID, record, SESSION, SharingWorld } from './sharing-world.ts'
import { writeZip, type Packed } from './sharing/zip.ts'

const PLACE = `.claude/projects/-w-app/${SESSION}.jsonl`
const SUBAGENT = `${ID}:a1`

let folder: TemporaryFolder

beforeEach(() => {
  folder = createTemporaryFolder()
  onTestFinished(folder.remove)
})

async function start(name: string, files: Record<string, string>): Promise<SharingWorld> {
  const world = await SharingWorld.start(join(folder.path, name), files)
  onTestFinished(() => world.app.close())
  return world
}

async function take({ app }: SharingWorld, bundle: Buffer): Promise<z.output<typeof importBundle.reply>> {
  const answer = await app.ask('/api/import?name=x.lossless', { method: 'POST', payload: bundle })
  expect(answer.statusCode, answer.body).toBe(200)
  return importBundle.reply.parse(answer.json())
}

async function refusal({ app }: SharingWorld, bundle: Buffer): Promise<[status: number, sentence: string]> {
  const answer = await app.ask('/api/import', { method: 'POST', payload: bundle })
  return [answer.statusCode, answer.json<{ message: string }>().message]
}

async function bodyOf<Body = unknown>({ app }: SharingWorld, url: string): Promise<Body> {
  const answer = await app.ask(url)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<Body>()
}

/** What depends on how long a mark is, or on the bytes that stood where it stands. */
const OF_BYTES = new Set(['bytes', 'sha256', 'confidence'])

/** What a Lossless knows of a session and its sub-agent: events, and the code at some of them. */
async function knownOf(world: SharingWorld): Promise<unknown[]> {
  const moments = [2, 4, 6].flatMap((at) => [
    `/api/sessions/${ID}/code?at=${at}`,
    `/api/sessions/${ID}/code/file?path=/w/app/a.ts&at=${at}`,
  ])
  const urls = [`/api/sessions/${ID}/events?limit=100`, `/api/sessions/${SUBAGENT}/events?limit=100`, ...moments]
  const known: unknown[] = []
  for (const url of urls) {
    const text = JSON.stringify(await bodyOf(world, url))
    known.push(JSON.parse(text, (name, value: unknown) => (OF_BYTES.has(name) ? null : value)))
  }
  return known
}

test('a bundle comes up in another Lossless with the same events and the same code, marked, once, and goes again', async () => {
  const world = await start('a', FILES)
  const bundle = await world.exported({ format: 'bundle' })
  const other = await start('b', {})
  const { import: made, known } = await take(other, bundle)

  expect([made?.sessions, made?.files, known]).toEqual([[ID], 3, []])
  await expect.poll(() => other.app.deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(7)
  await expect
    .poll(() => bodyOf(other, `/api/sessions/${ID}`), { timeout: 20_000 })
    .toMatchObject({ isImported: true, projectPath: '/w/app', subagents: 1 })
  await expect.poll(() => other.app.deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
  expect(await knownOf(other)).toEqual(await knownOf(world))
  expect(await bodyOf(other, '/api/secrets')).toMatchObject({ items: [] })
  expect(readdirSync(other.project)).toEqual([])
  expect(await bodyOf(other, '/api/sessions?live=true')).toMatchObject({ items: [] })

  expect(await take(other, bundle)).toEqual({ import: null, known: [ID] })
  const [first, second] = [
    await world.unzipped(bundle),
    await world.unzipped(await other.exported({ format: 'bundle' })),
  ]
  expect([...second]).toEqual([...first])
  const document = SharedDocument.parse(JSON.parse((await other.exported({ format: 'json' })).toString('utf8')))
  expect(document.events).toHaveLength(7)

  const removed = await other.app.ask(`/api/imports/${made?.id}`, { method: 'DELETE' })
  expect(removed.statusCode).toBe(200)
  expect(existsSync(join(other.dataDir, 'imports', made?.id ?? ''))).toBe(false)
  await expect.poll(() => other.app.deps.sessions.find(ID)?.sourceState, { timeout: 20_000 }).toBe('gone')
  expect(listImports.reply.parse(await bodyOf(other, '/api/imports')).items).toEqual([])
})

test('a session that was restored to its agent leaves as it came, though its files are here twice', async () => {
  const world = await start('a', FILES)
  const bundle = await world.exported({ format: 'bundle' })
  const other = await start('b', {})
  await take(other, bundle)
  await expect.poll(() => other.app.deps.sessions.find(ID)?.events, { timeout: 20_000 }).toBe(7)
  const restored = await other.app.ask(`/api/sessions/${ID}/restore`, { method: 'POST', payload: {} })
  expect(restored.json()).toMatchObject({ applied: true })
  const sources = async () => (await bodyOf<{ sources: unknown[] }>(other, `/api/sessions/${ID}`)).sources
  await expect.poll(async () => (await sources()).length, { timeout: 20_000 }).toBe(2)
  await expect.poll(() => other.app.deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')

  const again = await world.unzipped(await other.exported({ format: 'bundle' }))
  expect([...again.keys()].sort()).toEqual([...(await world.unzipped(bundle)).keys()].sort())
  expect([...(await world.unzipped(await other.exported({}))).keys()]).toHaveLength(2)
  expect(other.app.deps.sessions.find(ID)?.events).toBe(7)
})

test('an import outlives a start, and without an index it is read again', async () => {
  const world = await start('a', FILES)
  const bundle = await world.exported({ format: 'bundle' })
  const other = await SharingWorld.start(join(folder.path, 'b'), {})
  await take(other, bundle)
  await other.app.close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(other.dataDir, `index.db${suffix}`), { force: true })
  const again = await start('b', {})

  await expect
    .poll(() => bodyOf(again, '/api/sessions'), { timeout: 20_000 })
    .toMatchObject({ items: [{ id: ID, isImported: true, events: 7 }] })
})

const bytes = Buffer.from(record('user', 'Hello'))
const file = { path: PLACE, bytes: bytes.length, sha256: hashOf(bytes) }

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function packedWith(files: object[], contents: [path: string, bytes: Buffer][]): Packed[] {
  const manifest = { format: 'lossless-bundle', version: 1, generator: 'x', agent: 'claude-code', sessionId: ID, files }
  return [
    { name: 'manifest.json', content: { bytes: Buffer.from(JSON.stringify(manifest)) } },
    ...contents.map(([path, content]) => ({ name: `home/${path}`, content: { bytes: content } })),
  ]
}

async function zipped(files: Packed[]): Promise<Buffer> {
  const path = join(folder.path, `${crypto.randomUUID()}.zip`)
  await writeZip(path, files, new AbortController().signal)
  return readFileSync(path)
}

/** Archives say names and sizes twice; an evil one says what it likes. */
function replaced(archive: Buffer, from: Buffer, to: Buffer): Buffer {
  const result = Buffer.from(archive)
  for (let at = result.indexOf(from); at >= 0; at = result.indexOf(from, at + 1)) to.copy(result, at)
  return result
}

function uint32(value: number): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32LE(value)
  return number
}

const ZEROS = Buffer.alloc(61_234_567)

const BAD: [name: string, why: string, make: () => Buffer | Promise<Buffer>][] = [
  ['no archive', 'it is no archive, or only a part of one', () => Buffer.from('hello')],
  ['nothing', 'it is no archive, or only a part of one', () => Buffer.alloc(0)],
  [
    'no manifest',
    'it does not begin with manifest.json',
    () => zipped([{ name: `home/${PLACE}`, content: { bytes } }]),
  ],
  [
    'a manifest that is none',
    'its manifest cannot be read',
    () => zipped([{ name: 'manifest.json', content: { bytes: Buffer.from('{"format":"x"}') } }]),
  ],
  [
    'another hash',
    'the bytes of a file are not those that its manifest tells of',
    () => zipped(packedWith([{ ...file, sha256: '0'.repeat(64) }], [[PLACE, bytes]])),
  ],
  [
    'another size',
    `“home/${PLACE}” has another size than its manifest says`,
    () => zipped(packedWith([{ ...file, bytes: 3 }], [[PLACE, bytes]])),
  ],
  [
    'a file too many',
    'its manifest does not tell of “home/.claude/x”',
    async () => {
      const contents: [string, Buffer][] = [
        [PLACE, bytes],
        ['.claude/x', bytes],
      ]
      return zipped(packedWith([file], contents))
    },
  ],
  [
    'a file too few',
    '“home/.claude/projects/-w-app/x.jsonl” is missing',
    () => zipped(packedWith([file, { ...file, path: '.claude/projects/-w-app/x.jsonl' }], [[PLACE, bytes]])),
  ],
  [
    'a way out in the manifest',
    '“../../../evil.jsonl” is no plain path',
    () => zipped(packedWith([{ ...file, path: '../../../evil.jsonl' }], [[PLACE, bytes]])),
  ],
  [
    'a way out in the archive',
    'it is damaged, or a name in it leads out of it',
    async () => {
      const archive = await zipped(packedWith([file], [['aa/aa/aa/evil.jsonl', bytes]]))
      return replaced(archive, Buffer.from('home/aa/aa/aa/'), Buffer.from('home/../../../'))
    },
  ],
  [
    'a name from the root',
    'it is damaged, or a name in it leads out of it',
    async () => {
      const archive = await zipped(packedWith([file], [['x/evil.jsonl', bytes]]))
      return replaced(archive, Buffer.from('home/x/evil'), Buffer.from('/tmp//x/evil'.slice(0, 11)))
    },
  ],
  [
    'a place that nobody reads',
    'no agent that is known here keeps a session’s file at “.bashrc”',
    () => zipped(packedWith([{ ...file, path: '.bashrc' }], [['.bashrc', bytes]])),
  ],
  [
    'a list of all sessions, which would name those that are here',
    'no agent that is known here keeps a session’s file at “.codex/session_index.jsonl”',
    async () => {
      const list = '.codex/session_index.jsonl'
      return zipped(
        packedWith(
          [file, { ...file, path: list }],
          [
            [PLACE, bytes],
            [list, bytes],
          ],
        ),
      )
    },
  ],
  [
    'a file that unpacks to more than is said',
    `“home/${PLACE}” is damaged`,
    async () => {
      const archive = await zipped(packedWith([{ ...file, bytes: 3 }], [[PLACE, ZEROS]]))
      return replaced(archive, uint32(ZEROS.length), uint32(3))
    },
  ],
  [
    'damaged bytes',
    `“home/${PLACE}” is damaged`,
    async () => {
      const noise = Buffer.from(Array.from({ length: 40_000 }, (_, at) => hashOf(uint32(at)).charCodeAt(at % 64)))
      const archive = await zipped(
        packedWith([{ ...file, bytes: noise.length, sha256: hashOf(noise) }], [[PLACE, noise]]),
      )
      archive.fill(0xff, 5000, 5200)
      return archive
    },
  ],
  [
    'half of it',
    'it is no archive, or only a part of one',
    async () => {
      const archive = await zipped(packedWith([file], [[PLACE, bytes]]))
      return archive.subarray(0, archive.length >> 1)
    },
  ],
]

test.each(BAD)('%s is refused with a sentence, and nothing of it stays', async (_name, why, make) => {
  const world = await start('a', {})

  expect(await refusal(world, await make())).toEqual([
    400,
    `This is no bundle that can be imported: ${why}. Nothing was taken in.`,
  ])
  expect(readdirSync(join(world.dataDir, 'imports'))).toEqual([])
  expect(readdirSync(folder.path).filter((name) => !/^a$|\.zip$/.test(name))).toEqual([])
  expect(world.app.deps.sessions.list({ words: [], limit: 10 }).items).toEqual([])
})

test('a bundle of more than can be taken in is refused before it is unpacked', async () => {
  const world = await start('a', {})
  const claims = await zipped(packedWith([{ ...file, bytes: 5_000_000_000 }], [[PLACE, bytes]]))

  expect(await refusal(world, claims)).toEqual([
    413,
    'This bundle is larger than what can be imported. Export a range of the session instead.',
  ])
  expect(readdirSync(join(world.dataDir, 'imports'))).toEqual([])
})
