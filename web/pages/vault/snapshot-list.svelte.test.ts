import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Snapshot } from '../../../server/contract/snapshots.ts'
import { snapshotWith } from '../../testing/snapshot.ts'
import { SnapshotList } from './snapshot-list.svelte.ts'

const all = { reason: undefined, session: undefined }

/** What the server holds, newest first. */
let held: Snapshot[]
let asked: string[]

beforeEach(() => {
  held = many(650)
  asked = []
  vi.stubGlobal('fetch', (address: string, init: { method: string; body?: string }) => {
    asked.push(`${init.method} ${address}`)
    const { pathname, searchParams } = new URL(address, 'http://server')
    if (init.method === 'PUT') {
      const snapshot = held.find(({ id }) => pathname.endsWith(`/${id}`))
      return Promise.resolve(new Response(JSON.stringify({ ...snapshot, ...JSON.parse(init.body ?? '{}') })))
    }
    const start = Number(searchParams.get('cursor') ?? 0)
    const end = start + Number(searchParams.get('limit'))
    const nextCursor = end < held.length ? String(end) : null
    return Promise.resolve(new Response(JSON.stringify({ items: held.slice(start, end), nextCursor })))
  })
})

afterEach(() => vi.unstubAllGlobals())

function many(count: number): Snapshot[] {
  return Array.from({ length: count }, (_, place) => snapshotWith({ id: count - place }))
}

test('all pages are read, a small one first', async () => {
  const list = new SnapshotList()

  await list.read(all)

  expect(list.items).toHaveLength(650)
  expect(asked).toEqual([
    'GET /api/snapshots?limit=100',
    'GET /api/snapshots?limit=500&cursor=100',
    'GET /api/snapshots?limit=500&cursor=600',
  ])
})

test('reading again shows nothing less in between', async () => {
  const list = new SnapshotList()
  await list.read(all)
  held = many(651)
  const lengths: (number | undefined)[] = []
  const stop = $effect.root(() => {
    $effect(() => void lengths.push(list.items?.length))
  })

  await list.read()
  await Promise.resolve()
  stop()

  expect(new Set(lengths)).not.toContain(100)
  expect(list.items).toHaveLength(651)
})

test('a filter is the server’s to apply', async () => {
  const list = new SnapshotList()

  await list.read({ reason: 'compaction', session: 'claude-code:1' })

  expect(asked[0]).toBe('GET /api/snapshots?limit=100&reason=compaction&session=claude-code%3A1')
})

test('a label and a pin change the row where it stands', async () => {
  const list = new SnapshotList()
  await list.read(all)

  await list.update(649, { label: 'Before Friday', isPinned: true })

  expect(list.items?.[1]).toMatchObject({ id: 649, label: 'Before Friday', isPinned: true })
})

test('a deleted one leaves the list at once', async () => {
  const list = new SnapshotList()
  await list.read(all)

  list.drop(650)

  expect(list.items?.[0]?.id).toBe(649)
})
