import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Session } from '../../../server/contract/session.ts'
import { sessionWith } from '../../testing/session.ts'
import { SessionList } from './session-list.svelte.ts'

/** What the server holds, the last active first. */
let held: Session[]
let asked: string[]

beforeEach(() => {
  held = []
  asked = []
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address)
    const { searchParams } = new URL(address, 'http://server')
    const start = Number(searchParams.get('cursor') ?? 0)
    const end = start + Number(searchParams.get('limit'))
    const nextCursor = end < held.length ? String(end) : null
    return Promise.resolve(new Response(JSON.stringify({ items: held.slice(start, end), nextCursor })))
  })
})

afterEach(() => vi.unstubAllGlobals())

test('a list of many pages is read to its end', async () => {
  held = many(1_450)
  const list = new SessionList()

  await list.read('')

  expect(list.sessions).toHaveLength(1_450)
  expect(list.status).toBe('complete')
  expect(asked).toHaveLength(3)
})

test('words are looked up by the server', async () => {
  const list = new SessionList()

  await list.read('flaky test')

  expect(asked).toEqual(['/api/sessions?limit=200&q=flaky+test'])
})

test('a page that wants a list while it changes reads it once', async () => {
  held = many(450)
  const list = new SessionList()

  const stop = $effect.root(() => {
    $effect(() => {
      void list.status
      list.want('')
    })
  })
  await vi.waitFor(() => expect(list.status).toBe('complete'))
  await new Promise((resolve) => setTimeout(resolve, 300))

  expect(asked).toHaveLength(2)
  stop()
})

test('typing on asks once, for the last words', async () => {
  const list = new SessionList()
  list.want('')
  await vi.waitFor(() => expect(asked).toHaveLength(1))

  for (const words of ['f', 'fl', 'fla', 'flaky']) list.want(words)
  await vi.waitFor(() => expect(asked).toHaveLength(2))

  expect(asked[1]).toBe('/api/sessions?limit=200&q=flaky')
})

test('a new session waits until it is let in, then stands on top', async () => {
  held = many(3)
  const list = new SessionList()
  await list.read('')
  const grown = sessionWith({ id: 'claude-code:2', events: 99 })
  held = [sessionWith({ id: 'claude-code:new' }), grown, ...held.slice(0, 2)]

  const { live, grow } = fakeLive()
  const stop = list.start(live)
  grow()
  await vi.waitFor(() => expect(list.arrived).toHaveLength(1))

  expect(ids(list.sessions)).toEqual(['claude-code:0', 'claude-code:1', 'claude-code:2'])
  expect(list.sessions[2]?.events).toBe(99)
  list.admit()
  expect(ids(list.sessions)).toEqual(['claude-code:new', 'claude-code:0', 'claude-code:1', 'claude-code:2'])
  expect(list.arrived).toEqual([])
  stop()
})

test('a list that cannot be read says why and keeps what it had', async () => {
  held = many(2)
  const list = new SessionList()
  await list.read('')
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))

  await list.read('')

  expect(list.error).toMatchObject({ code: 'offline' })
  expect(list.sessions).toHaveLength(2)
})

function many(count: number): Session[] {
  return Array.from({ length: count }, (_, index) => sessionWith({ id: `claude-code:${index}` }))
}

function ids(sessions: readonly Session[]): string[] {
  return sessions.map(({ id }) => id)
}

/** The socket's place in this test: what the server says comes from `grow`. */
function fakeLive() {
  const listeners: (() => void)[] = []
  const live = {
    subscribe(kind: string, fn: () => void) {
      if (kind === 'session') listeners.push(fn)
      return () => {}
    },
    onStale: () => () => {},
  }
  return { live: live as unknown as Parameters<SessionList['start']>[0], grow: () => listeners.forEach((fn) => fn()) }
}
