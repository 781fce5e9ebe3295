import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openVaultDb } from '../../db/client.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { createVaultBench, lines, noise, sourceAt, type VaultBench } from './testing.ts'
import { Vault } from './vault.ts'

let bench: VaultBench

beforeEach(() => {
  bench = createVaultBench()
})

afterEach(() => {
  bench.close()
})

function joined(blocks: { bytes: Uint8Array }[]): Buffer {
  return Buffer.concat(blocks.map((block) => block.bytes))
}

test('a new file is handed on in order, in blocks of at most 1 MiB, and can be read back at any range', async () => {
  const bytes = lines(5000, 1)
  writeFileSync(bench.at('s'), bytes)

  const outcome = await bench.keep('s')

  expect(outcome).toMatchObject({ change: 'new', keptFrom: 0, keptTo: bytes.length, reason: null, returned: false })
  expect(joined(outcome.blocks).equals(bytes)).toBe(true)
  expect(outcome.blocks.length).toBeGreaterThan(3)
  let end = 0
  for (const block of outcome.blocks) {
    expect(block).toMatchObject({
      sourceId: outcome.sourceId,
      generationId: outcome.generationId,
      generation: 1,
      offset: end,
    })
    expect(block.bytes.length).toBeLessThanOrEqual(1024 * 1024)
    end += block.bytes.length
  }
  const generation = outcome.generationId ?? 0
  for (const [offset, length] of [
    [0, 1],
    [0, bytes.length],
    [1_000_001, 900_000],
    [bytes.length - 10, 1000],
    [bytes.length, 5],
  ] as const) {
    expect(
      Buffer.from(bench.vault.readRange(generation, offset, length)).equals(bytes.subarray(offset, offset + length)),
    ).toBe(true)
  }
  expect([...bench.vault.verify()]).toEqual([])
})

test('a block is on disk before it is handed on', async () => {
  writeFileSync(bench.at('s'), lines(3000, 1))
  const other = openVaultDb(bench.databasePath, { readonly: true })
  const reader = new Vault(new VaultStore(other))
  let seen = 0

  await bench.keep('s', ({ generationId, offset, bytes }) => {
    expect(Buffer.compare(reader.readRange(generationId, offset, bytes.length), bytes)).toBe(0)
    seen++
  })

  expect(seen).toBeGreaterThan(1)
  other.close()
})

test('an empty file is known, and what is appended later is the same generation', async () => {
  writeFileSync(bench.at('s'), '')
  const empty = await bench.keep('s')
  expect(empty).toMatchObject({ change: 'new', keptFrom: 0, keptTo: 0, blocks: [] })

  writeFileSync(bench.at('s'), 'one\n')
  const grown = await bench.keep('s')

  expect(grown).toMatchObject({ change: 'grown', keptFrom: 0, keptTo: 4, generationId: empty.generationId })
  expect(bench.hasBytesOf('s')).toBe(true)
})

test('growth hands on only what was appended, and costs about as much', async () => {
  writeFileSync(bench.at('s'), noise(300_000, 1))
  await bench.keep('s')
  const before = bench.storedBytes()

  appendFileSync(bench.at('s'), 'a line\n')
  const outcome = await bench.keep('s')

  expect(outcome).toMatchObject({ change: 'grown', keptFrom: 300_000, keptTo: 300_007 })
  expect(joined(outcome.blocks).toString()).toBe('a line\n')
  expect(bench.storedBytes() - before).toBe(7)
})

test('a file that grew in many small parts is stored like one that was kept at once', async () => {
  const bytes = lines(700, 2)
  writeFileSync(bench.at('live'), '')
  let position = 0
  for (let part = 0; position < bytes.length; part++) {
    const next = Math.min(bytes.length, position + 1 + ((part * 7919) % 9000))
    appendFileSync(bench.at('live'), bytes.subarray(position, next))
    const outcome = await bench.keep('live')
    expect(joined(outcome.blocks).equals(bytes.subarray(position, next))).toBe(true)
    position = next
  }
  expect(bench.hasBytesOf('live')).toBe(true)
  expect([...bench.vault.verify()]).toEqual([])
  const pieces = bench.sqlite.prepare<[], number>('SELECT count(*) FROM pieces').pluck().get() ?? 0
  expect(pieces).toBeLessThan(33 + bytes.length / 65536)
  const chunks = bench.sqlite.prepare<[], number>('SELECT count(*) FROM chunks').pluck().get() ?? 0
  expect(chunks).toBeLessThanOrEqual(pieces)

  const before = bench.storedBytes()
  writeFileSync(bench.at('at-once'), bytes)
  await bench.keep('at-once')

  const tail = 512 * 1024
  expect(bench.storedBytes() - before).toBeLessThan(tail)
  expect(bench.sqlite.prepare('SELECT count(DISTINCT chunk_id) = count(*) AS none FROM pieces').get()).toEqual({
    none: 0,
  })
})

test('an unchanged file is not read', async () => {
  writeFileSync(bench.at('s'), 'one\n')
  const { mtime } = statSync(bench.at('s'))
  utimesSync(bench.at('s'), mtime, mtime)
  await bench.keep('s')

  // Only someone who opens the file can see this change.
  writeFileSync(bench.at('s'), 'two\n')
  utimesSync(bench.at('s'), mtime, mtime)
  const outcome = await bench.keep('s')

  expect(outcome).toMatchObject({ change: 'unchanged', keptFrom: 4, keptTo: 4, blocks: [] })
  expect(Buffer.from(bench.vault.readWhole(bench.at('s')) ?? '').toString()).toBe('one\n')
})

test('a file that was only touched is unchanged', async () => {
  writeFileSync(bench.at('s'), lines(300, 1))
  await bench.keep('s')
  utimesSync(bench.at('s'), new Date(), new Date(Date.now() + 5000))
  expect(await bench.keep('s')).toMatchObject({ change: 'unchanged', blocks: [] })
  expect(bench.vault.findSource(bench.at('s'))?.generation?.number).toBe(1)
})

test('an edit in the middle makes a new generation that costs the chunks it touched; the old one stays', async () => {
  const bytes = noise(5_000_000, 1)
  writeFileSync(bench.at('s'), bytes)
  const first = await bench.keep('s')
  const before = bench.storedBytes()

  const edited = Buffer.from(bytes)
  edited.write('edited', 2_500_000)
  writeFileSync(bench.at('s'), edited)
  const second = await bench.keep('s')

  expect(second).toMatchObject({ change: 'rewritten', keptFrom: 0, keptTo: bytes.length, sourceId: first.sourceId })
  expect(second.blocks[0]?.generation).toBe(2)
  expect(joined(second.blocks).equals(edited)).toBe(true)
  expect(bench.storedBytes() - before).toBeLessThan(1_100_000)
  expect(Buffer.from(bench.vault.readRange(first.generationId ?? 0, 0, bytes.length)).equals(bytes)).toBe(true)
  expect(bench.vault.totals().rawBytes).toBe(10_000_000)
  expect([...bench.vault.verify()]).toEqual([])
})

test('a file that became shorter, or was emptied and written anew, loses nothing', async () => {
  const bytes = lines(100, 1)
  writeFileSync(bench.at('s'), bytes)
  const first = await bench.keep('s')

  truncateSync(bench.at('s'), 1000)
  const second = await bench.keep('s')
  writeFileSync(bench.at('s'), '')
  const third = await bench.keep('s')
  writeFileSync(bench.at('s'), 'fresh\n')
  const fourth = await bench.keep('s')

  expect([second, third, fourth].map(({ change, keptTo }) => [change, keptTo])).toEqual([
    ['rewritten', 1000],
    ['rewritten', 0],
    ['grown', 6],
  ])
  expect(Buffer.from(bench.vault.readRange(first.generationId ?? 0, 0, 1e9)).equals(bytes)).toBe(true)
  expect(Buffer.from(bench.vault.readRange(second.generationId ?? 0, 0, 1e9)).equals(bytes.subarray(0, 1000))).toBe(
    true,
  )
  expect(bench.hasBytesOf('s')).toBe(true)
})

test('another file under the same name goes on where it has the same beginning, and is a rewrite where it has not', async () => {
  const bytes = lines(800, 1)
  writeFileSync(bench.at('s'), bytes)
  await bench.keep('s')

  writeFileSync(bench.at('longer'), Buffer.concat([bytes, Buffer.from('more\n')]))
  renameSync(bench.at('longer'), bench.at('s'))
  const longer = await bench.keep('s')
  const edited = Buffer.concat([bytes, Buffer.from('more\nand more\n')])
  edited.write('edited', 400_000)
  writeFileSync(bench.at('edited'), edited)
  renameSync(bench.at('edited'), bench.at('s'))
  const rewritten = await bench.keep('s')

  expect(longer).toMatchObject({ change: 'grown', keptFrom: bytes.length, keptTo: bytes.length + 5 })
  expect(rewritten).toMatchObject({ change: 'rewritten', keptFrom: 0 })
  expect(bench.hasBytesOf('s')).toBe(true)
})

test('a renamed file is a new source that costs nearly nothing, and the old one is gone but kept', async () => {
  const bytes = noise(1_000_000, 1)
  mkdirSync(bench.at('other'))
  writeFileSync(bench.at('s'), bytes)
  const first = await bench.keep('s')
  const before = bench.storedBytes()

  renameSync(bench.at('s'), bench.at('other/s'))
  const moved = await bench.keep('other/s')
  const gone = await bench.keep('s')

  expect(moved).toMatchObject({ change: 'new', keptTo: 1_000_000 })
  expect(moved.sourceId).not.toBe(first.sourceId)
  expect(bench.storedBytes()).toBe(before)
  expect(gone).toMatchObject({ change: 'gone', sourceId: first.sourceId, generationId: first.generationId })
  expect(bench.vault.findSource(bench.at('s'))).toMatchObject({
    state: 'gone',
    generation: { number: 1, length: 1_000_000 },
  })
})

test('a file that comes back is said to have returned', async () => {
  writeFileSync(bench.at('s'), 'one\n')
  await bench.keep('s')
  renameSync(bench.at('s'), bench.at('away'))
  expect(bench.vault.markGone(bench.at('s'))).toBe(1)

  renameSync(bench.at('away'), bench.at('s'))

  expect(await bench.keep('s')).toMatchObject({ change: 'unchanged', returned: true })
  expect(bench.vault.findSource(bench.at('s'))?.state).toBe('present')
  expect(await bench.keep('s')).toMatchObject({ change: 'unchanged', returned: false })
  expect(bench.vault.markGone(bench.at('unknown'))).toBeNull()
  expect(await bench.keep('unknown')).toMatchObject({ change: 'gone', sourceId: 0, generationId: null })
})

test('what is no file is named as such, blocks nobody, and does not lose what was kept', async () => {
  writeFileSync(bench.at('s'), 'one\n')
  const first = await bench.keep('s')
  rmSync(bench.at('s'))
  mkdirSync(bench.at('s'))
  expect(await bench.keep('s')).toMatchObject({
    change: 'unreadable',
    sourceId: first.sourceId,
    generationId: first.generationId,
    reason: 'It is a folder, not a file.',
  })
  expect(bench.vault.findSource(bench.at('s'))).toMatchObject({
    problem: 'It is a folder, not a file.',
    generation: { length: 4 },
  })

  execFileSync('mkfifo', [bench.at('pipe')])
  expect(await bench.keep('pipe')).toMatchObject({
    change: 'unreadable',
    reason: 'It is a pipe, not a file.',
    generationId: null,
  })
  symlinkSync(bench.at('loop'), bench.at('loop'))
  expect(await bench.keep('loop')).toMatchObject({ change: 'unreadable', reason: 'It is a symbolic link, not a file.' })
  symlinkSync(bench.at('above'), bench.at('above'))
  const below = await bench.keep('above/file')
  expect(below).toMatchObject({ change: 'unreadable' })

  rmSync(bench.at('s'), { recursive: true })
  writeFileSync(bench.at('s'), 'one\ntwo\n')
  expect(await bench.keep('s')).toMatchObject({ change: 'grown', keptFrom: 4, keptTo: 8, returned: true })
  expect(bench.vault.findSource(bench.at('s'))?.problem).toBeNull()
})

test('a file that grows while it is read is kept to its new end', async () => {
  const bytes = lines(3000, 1)
  writeFileSync(bench.at('s'), bytes)
  let rounds = 0

  const outcome = await bench.keep('s', () => {
    if (rounds++ < 2) appendFileSync(bench.at('s'), 'more\n')
  })

  expect(outcome).toMatchObject({ change: 'new', keptTo: bytes.length + 10 })
  expect(bench.hasBytesOf('s')).toBe(true)
})

test('a file that shrinks or vanishes while it is read keeps what was read, and is looked at again', async () => {
  const bytes = lines(4000, 1)
  writeFileSync(bench.at('s'), bytes)
  const cut = await bench.keep('s', ({ offset }) => {
    if (offset === 0) truncateSync(bench.at('s'), 100)
  })
  expect(cut.keptTo).toBeLessThan(bytes.length)
  expect(joined(cut.blocks).equals(bytes.subarray(0, cut.keptTo))).toBe(true)
  expect(await bench.keep('s')).toMatchObject({ change: 'rewritten', keptTo: 100 })

  writeFileSync(bench.at('t'), bytes)
  const vanished = await bench.keep('t', () => rmSync(bench.at('t'), { force: true }))
  expect(joined(vanished.blocks).equals(bytes)).toBe(true)
  expect(await bench.keep('t')).toMatchObject({ change: 'gone', generationId: vanished.generationId })
})

test('calls for one path follow each other, those for others run between them', async () => {
  writeFileSync(bench.at('large'), lines(6000, 1))
  writeFileSync(bench.at('small'), 'one\n')
  const order: string[] = []
  const note = (name: string) => () => void order.push(name)

  const [first, second, small] = await Promise.all([
    bench.keep('large', note('large')),
    bench.keep('large', note('large again')),
    bench.keep('small', note('small')),
  ])

  expect([first.change, second.change, small.change]).toEqual(['new', 'unchanged', 'new'])
  expect(order).not.toContain('large again')
  expect(order.indexOf('small')).toBeLessThan(order.lastIndexOf('large'))
})

test('many small files can be kept at once', async () => {
  const names = Array.from({ length: 40 }, (_, number) => `small-${number}`)
  for (const name of names) writeFileSync(bench.at(name), `${name}\n`.repeat(10))

  const outcomes = await Promise.all(names.map((name) => bench.keep(name)))

  expect(new Set(outcomes.map((outcome) => outcome.sourceId)).size).toBe(40)
  expect(names.filter((name) => !bench.hasBytesOf(name))).toEqual([])
  expect([...bench.vault.verify()]).toEqual([])
})

test('a failing receiver rejects the call but loses no bytes', async () => {
  const bytes = lines(3000, 1)
  writeFileSync(bench.at('s'), bytes)
  const failing = bench.keep('s', () => {
    throw new Error('cannot read this')
  })
  await expect(failing).rejects.toThrow('cannot read this')

  const rest = await bench.keep('s')

  expect(rest.change).toBe('grown')
  expect(rest.keptFrom).toBeGreaterThan(0)
  expect(bench.hasBytesOf('s')).toBe(true)
})

test('the blocks of a generation can be had again from any offset', async () => {
  const bytes = lines(4000, 1)
  writeFileSync(bench.at('s'), bytes)
  const { generationId, sourceId } = await bench.keep('s')
  const from = 1_234_567
  const blocks = [...bench.vault.blocks(generationId ?? 0, from)]
  expect(blocks[0]).toMatchObject({ sourceId, generationId, generation: 1, offset: from })
  expect(blocks.every((block) => block.bytes.length <= 1024 * 1024)).toBe(true)
  expect(joined(blocks).equals(bytes.subarray(from))).toBe(true)
})

test('a reader on another connection sees growth and merged pieces, never stale bytes', async () => {
  writeFileSync(bench.at('s'), '')
  const other = openVaultDb(bench.databasePath, { readonly: true })
  const reader = new Vault(new VaultStore(other))
  for (let part = 0; part < 50; part++) {
    appendFileSync(bench.at('s'), lines(9, part))
    await bench.keep('s')
    const whole = reader.readWhole(bench.at('s'))
    expect(Buffer.compare(whole ?? Buffer.alloc(0), bench.vault.readWhole(bench.at('s')) ?? Buffer.alloc(0))).toBe(0)
  }
  expect(bench.hasBytesOf('s')).toBe(true)
  other.close()
})

test('sources are listed with what the adapter says of them, which may change', async () => {
  writeFileSync(bench.at('s'), 'one\n')
  await bench.vault.keep(sourceAt(bench.at('s')), () => undefined)
  appendFileSync(bench.at('s'), 'two\n')
  await bench.vault.keep({ ...sourceAt(bench.at('s')), role: 'subagent', subagentId: 'a1' }, () => undefined)
  expect(bench.vault.listSources()).toMatchObject([
    {
      agent: 'claude-code',
      path: bench.at('s'),
      role: 'subagent',
      nativeId: 's',
      subagentId: 'a1',
      state: 'present',
      problem: null,
      rawBytes: 8,
    },
  ])
})

test('a check finds bytes that were changed, lost or misplaced', async () => {
  writeFileSync(bench.at('s'), lines(3000, 1))
  const { generationId } = await bench.keep('s')
  const second = bench.sqlite
    .prepare<[], { offset: number; id: number }>(
      'SELECT "offset", chunk_id AS id FROM pieces ORDER BY "offset" LIMIT 1 OFFSET 1',
    )
    .get()
  expect([...bench.vault.verify()]).toEqual([])

  bench.sqlite.prepare('UPDATE chunks SET codec = 0, bytes = zeroblob(length) WHERE id = ?').run(second?.id)
  expect([...bench.vault.verify()]).toMatchObject([
    { generationId, offset: second?.offset, reason: 'Its bytes do not have their hash.' },
  ])
  bench.sqlite.prepare("UPDATE chunks SET codec = 1, bytes = x'00112233' WHERE id = ?").run(second?.id)
  expect([...bench.vault.verify()]).toMatchObject([
    { offset: second?.offset, reason: 'Its bytes cannot be decompressed.' },
  ])
  bench.sqlite.prepare('DELETE FROM pieces WHERE chunk_id = ?').run(second?.id)
  expect([...bench.vault.verify()]).toMatchObject([{ offset: second?.offset, reason: 'Bytes are missing or doubled.' }])
})
