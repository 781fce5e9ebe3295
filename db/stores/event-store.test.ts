import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTemporaryDatabases, type TemporaryDatabases } from '../testing.ts'
import { EventStore } from './event-store.ts'

let databases: TemporaryDatabases
let store: EventStore

beforeEach(() => {
  databases = createTemporaryDatabases()
  store = new EventStore(databases.index)
})
afterEach(() => databases.close())

/** Writes events of session 1, in order; each is its kind and the call that it names. */
function write(events: [kind: string, callId: string | null][]): void {
  const insert = databases.index.prepare(
    `INSERT INTO events (session_key, seq, id, at, kind, generation_id, offset, length, part, call_id, tool_name)
     VALUES (1, ?, ?, ?, ?, 1, 0, 1, 0, ?, 'Task')`,
  )
  databases.index.transaction(() => {
    for (const [seq, [kind, callId]] of events.entries()) insert.run(seq, `e${seq}`, seq, kind, callId)
  })()
}

it('pairs a call with its result and never with progress that names the same call', () => {
  write([
    ['tool_call', 'a'],
    ['progress', 'a'],
    ['tool_result', 'a'],
    ['progress', 'a'],
  ])

  expect(store.timeline(1, -1).results).toEqual([[0, 2]])
  expect(store.timeline(1, 0).results).toEqual([[0, 2]])
  expect(store.linksOf(1, ['a']).get('a')).toMatchObject({ callSeq: 0, resultSeq: 2 })
})

it('finds the result of a call behind hundreds of progress records', () => {
  write([
    ['tool_call', 'a'],
    ...Array.from({ length: 400 }, (): [string, string] => ['progress', 'a']),
    ['tool_result', 'a'],
  ])

  expect(store.linksOf(1, ['a']).get('a')?.resultSeq).toBe(401)
})

it('looks up a call without walking the whole session', () => {
  // 20 000 events, each naming a call that is not there: walked each time, this took half a minute.
  write(Array.from({ length: 20_000 }, (_, seq): [string, string] => ['tool_result', `call-${seq}`]))
  const start = process.cpuUsage()
  expect(store.timeline(1, -1).length).toBe(20_000)
  expect(process.cpuUsage(start).user).toBeLessThan(5_000_000)
})
