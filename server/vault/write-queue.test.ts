import { afterEach, beforeEach, expect, test } from 'vitest'
import { openVaultDb } from '../../db/client.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { createVaultBench, sourceAt, type VaultBench } from './testing.ts'
import { WriteQueue } from './write-queue.ts'

let bench: VaultBench
let store: VaultStore
let queue: WriteQueue

beforeEach(() => {
  bench = createVaultBench()
  store = new VaultStore(bench.sqlite)
  queue = new WriteQueue(store)
})

afterEach(() => {
  bench.close()
})

function paths(): string[] {
  return store.listSources().map((source) => source.path)
}

test('changes asked for at the same time share one transaction', async () => {
  // Counts commits: it changes on another connection with each of them.
  const other = openVaultDb(bench.databasePath, { readonly: true })
  const version = (): unknown => other.pragma('data_version', { simple: true })
  const before = version()
  const seen = new Set<unknown>()
  const ids = await Promise.all(
    ['/a', '/b', '/c'].map((path) =>
      queue.write(path, () => {
        seen.add(version())
        return store.putSource(sourceAt(path))
      }),
    ),
  )
  expect(ids).toEqual([1, 2, 3])
  expect([...seen]).toEqual([before])
  expect(paths()).toEqual(['/a', '/b', '/c'])
  expect(version()).not.toBe(before)
  other.close()
})

test('a change that fails rejects alone, and leaves nothing of itself', async () => {
  const results = await Promise.allSettled([
    queue.write('/a', () => store.putSource(sourceAt('/a'))),
    queue.write('/b', () => {
      store.putSource(sourceAt('/b'))
      throw new Error('no')
    }),
    queue.write('/c', () => store.putSource(sourceAt('/c'))),
  ])
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(paths()).toEqual(['/a', '/c'])
  await queue.write('/d', () => store.putSource(sourceAt('/d')))
  expect(paths()).toEqual(['/a', '/c', '/d'])
})
