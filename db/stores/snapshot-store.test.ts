import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryDatabases, type TemporaryDatabases } from '../testing.ts'
import { SnapshotStore, type NewSnapshot } from './snapshot-store.ts'
import { VaultStore } from './vault-store.ts'

let databases: TemporaryDatabases
let store: SnapshotStore
beforeEach(() => {
  databases = createTemporaryDatabases()
  store = new SnapshotStore(databases.vault)
})
afterEach(() => databases.close())

/** Adds a source with one generation; both have the same id. */
function addSource(name: string): number {
  const vault = new VaultStore(databases.vault)
  const nothing = Buffer.alloc(0)
  const sourceId = vault.putSource({
    agent: 'claude-code',
    path: `/${name}`,
    role: 'session',
    nativeId: name,
    subagentId: null,
  })
  vault.createGeneration({ sourceId, number: 1, length: 1000, settled: 0, headHash: nothing, tailHash: nothing }, 0)
  return sourceId
}

const NEW: NewSnapshot = {
  label: null,
  reason: 'manual',
  cause: null,
  scope: { all: true },
  members: null,
  at: 1_790_000_000_000,
  sessions: 1,
  sources: 1,
  rawBytes: 0,
  changedSources: 0,
  changedBytes: 0,
  marks: [],
}

/** Takes a snapshot that notes a length for each of some sources. */
function take(lengths: Record<number, number>, extra: Partial<NewSnapshot> = {}): number {
  const marks = Object.entries(lengths).map(([source, length]) => ({
    sourceId: Number(source),
    generationId: Number(source),
    length,
    state: 'present' as const,
    mode: 0o600,
    mtimeNs: '1790000000000000000',
  }))
  return store.create({ ...NEW, ...extra, marks }).id
}

function lengthsIn(id: number): Record<number, number> {
  return Object.fromEntries(store.filesOf(id).map((file) => [file.sourceId, file.length]))
}

test('a source counts as it was marked last, and one that came later is not in it', () => {
  const [a, b] = [addSource('a'), addSource('b')]
  const first = take({ [a]: 10 })
  const second = take({ [b]: 5 })
  const third = take({ [a]: 20 })

  expect(lengthsIn(first)).toEqual({ [a]: 10 })
  expect(lengthsIn(second)).toEqual({ [a]: 10, [b]: 5 })
  expect(lengthsIn(third)).toEqual({ [a]: 20, [b]: 5 })
})

test('a deleted snapshot leaves to later ones what they count on, and takes what only it needed', () => {
  const [a, b] = [addSource('a'), addSource('b')]
  const first = take({ [a]: 10, [b]: 10 })
  const second = take({ [a]: 20 })
  const third = take({ [b]: 30 })
  const marks = databases.vault.prepare<[], number>('SELECT count(*) FROM snapshot_marks').pluck()

  expect(store.remove(first)).toBe(true)
  expect(lengthsIn(second)).toEqual({ [a]: 20, [b]: 10 })
  expect(lengthsIn(third)).toEqual({ [a]: 20, [b]: 30 })
  expect(store.remove(second)).toBe(true)
  expect(lengthsIn(third)).toEqual({ [a]: 20, [b]: 30 })
  expect(marks.get()).toBe(2)
  expect(store.remove(third)).toBe(true)
  expect(marks.get()).toBe(0)
  expect(store.remove(third)).toBe(false)
})

test('a mark goes to a snapshot of some sources only when these are among them', () => {
  const [a, b] = [addSource('a'), addSource('b')]
  const first = take({ [a]: 10, [b]: 10 })
  const onlyB = take({}, { members: [b], scope: { sessions: ['claude-code:b'] } })
  store.remove(first)

  expect(lengthsIn(onlyB)).toEqual({ [b]: 10 })
  expect(store.filesOf(onlyB, { sourceIds: [a, b] }).map((file) => file.sourceId)).toEqual([b])
  const all = take({ [a]: 10 })
  expect(lengthsIn(all)).toEqual({ [a]: 10, [b]: 10 })
})

test('the list is read in pages, newest first, of one reason or of those that name a source', () => {
  const [a, b] = [addSource('a'), addSource('b')]
  const first = take({ [a]: 10 })
  const second = take({ [b]: 10 }, { reason: 'compaction', members: [b], scope: { sessions: ['claude-code:b'] } })
  const third = take({})
  const ids = (page: { items: { id: number }[] }) => page.items.map((item) => item.id)

  const page = store.list({ limit: 2 })
  expect(ids(page)).toEqual([third, second])
  const rest = store.list({ limit: 2, cursor: page.nextCursor ?? undefined })
  expect(ids(rest)).toEqual([first])
  expect(rest.nextCursor).toBeNull()
  expect(ids(store.list({ limit: 9, reason: 'compaction' }))).toEqual([second])
  expect(ids(store.list({ limit: 9, sourceIds: [a] }))).toEqual([third, first])
  expect(ids(store.list({ limit: 9, sourceIds: [b] }))).toEqual([third, second])
})

test('manual, labelled and pinned snapshots are never expendable', () => {
  take({})
  take({}, { reason: 'daily', label: 'keep' })
  const pinned = take({}, { reason: 'daily' })
  store.update(pinned, { isPinned: true })
  const going = take({}, { reason: 'level' })

  expect(store.listExpendable().map((snapshot) => snapshot.id)).toEqual([going])
  expect(store.update(pinned, { label: 'why' })).toMatchObject({ isPinned: true, label: 'why' })
  expect(store.update(999, { label: 'x' })).toBeUndefined()
})
