import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import type { Source } from '../adapters/adapter.ts'
import { Vault } from '../vault/vault.ts'
import { Unpacking } from './unpacking.ts'

let databases: TemporaryDatabases
beforeEach(() => {
  databases = createTemporaryDatabases()
})
afterEach(() => databases.close())

const LINES = Array.from({ length: 20_000 }, (_, index) => `{"line":${index},"n":${(index * 7919) % 9973}}\n`).join('')

/** A packed file that the vault has, and what unpacks it. */
async function createWorld(packed: Uint8Array, largest?: number) {
  const path = join(databases.folder, 'a.jsonl')
  const folder = join(databases.folder, 'unpacked')
  const vault = new Vault(new VaultStore(databases.vault))
  const source: Source = { agent: 'codex', path, role: 'session', nativeId: 'a', subagentId: null }
  const place = async (bytes: Uint8Array) => {
    writeFileSync(`${path}.zst`, bytes)
    await vault.keep({ ...source, role: 'companion', path: `${path}.zst` }, () => undefined)
  }
  await place(packed)
  const unpacking = new Unpacking(vault, folder, largest)
  return {
    path,
    vault,
    place,
    unpack: (isNews = true) => unpacking.keep(`${path}.zst`, { source, isNews, onBlock: () => undefined }),
    kept: () => {
      const bytes = vault.readWhole(path)
      return bytes === undefined ? undefined : Buffer.from(bytes).toString()
    },
    problem: () => vault.findSource(`${path}.zst`)?.problem ?? null,
    leftOver: () => readdirSync(folder),
  }
}

test('what a packed file holds is kept under the name that it has unpacked, and the packed bytes as they are', async () => {
  const packed = zstdCompressSync(LINES)
  const world = await createWorld(packed)

  const outcome = await world.unpack()

  expect(outcome).toMatchObject({ change: 'new', keptTo: LINES.length })
  expect(world.kept()).toBe(LINES)
  expect(world.vault.findSource(world.path)?.state).toBe('gone')
  expect(Buffer.compare(world.vault.readWhole(`${world.path}.zst`) ?? Buffer.alloc(0), packed)).toBe(0)
  expect([world.problem(), world.leftOver()]).toEqual([null, []])
})

test('it is unpacked once, and not where it lies unpacked besides', async () => {
  const world = await createWorld(zstdCompressSync(LINES))
  await world.unpack()

  expect(await world.unpack(false)).toBeNull()

  writeFileSync(world.path, 'another one\n')
  expect(await world.unpack(true)).toBeNull()
  expect(world.kept()).toBe(LINES)
})

test('a file that ends too early is told, and gives what can be unpacked of it', async () => {
  const packed = zstdCompressSync(LINES)
  const world = await createWorld(packed.subarray(0, Math.floor(packed.length / 2)))

  await world.unpack()

  const half = world.kept() ?? ''
  expect(half.length).toBeGreaterThan(LINES.length / 10)
  expect(LINES.startsWith(half)).toBe(true)
  expect(world.problem()).toContain('damaged')

  await world.place(packed)
  await world.unpack()
  expect(world.kept()).toBe(LINES)
  expect(world.problem()).toBeNull()
  expect(world.vault.findSource(world.path)?.generation?.number).toBe(1)
})

test('a damaged copy takes nothing away from what was kept of a whole one', async () => {
  const packed = zstdCompressSync(LINES)
  const world = await createWorld(packed)
  await world.unpack()

  await world.place(packed.subarray(0, 1000))

  expect(await world.unpack()).toBeNull()
  expect(world.kept()).toBe(LINES)
  expect(world.problem()).toContain('damaged')
})

test.each([
  ['no zstd at all', Buffer.from('{"line":1}\n')],
  ['nothing', Buffer.alloc(0)],
])('%s is told, and nothing is made of it', async (_, bytes) => {
  const world = await createWorld(bytes)

  expect(await world.unpack()).toBeNull()
  expect(world.kept()).toBeUndefined()
  expect(world.problem()).toContain('damaged')
})

test('a small file that holds too much is told, and left', async () => {
  const world = await createWorld(zstdCompressSync(Buffer.alloc(64 * 1024 * 1024)), 1024 * 1024)

  expect(await world.unpack()).toBeNull()
  expect(world.kept()).toBeUndefined()
  expect(world.problem()).toContain('holds more than')
  expect(world.leftOver()).toEqual([])
})
