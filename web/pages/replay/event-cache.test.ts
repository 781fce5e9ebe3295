import { expect, it } from 'vitest'
import type { Event } from '../../../server/contract/event.ts'
import { EventCache } from './event-cache.svelte.ts'

/** Only what the cache looks at; the rest of an event passes through it. */
const eventAt = (seq: number) => ({ seq, id: `e${seq}` }) as Event

interface World {
  cache: EventCache
  asked: [after: number, limit: number][]
  /** Settable: a live session grows. */
  length: number
}

function world(length: number, pageSize = 1_000): World {
  const asked: [number, number][] = []
  const self: World = { asked, length, cache: undefined as unknown as EventCache }
  self.cache = new EventCache(
    async (after, limit) => {
      asked.push([after, limit])
      await Promise.resolve()
      const count = Math.min(limit, pageSize, self.length - after - 1)
      return Array.from({ length: Math.max(0, count) }, (_, index) => eventAt(after + 1 + index))
    },
    () => self.length,
  )
  return self
}

const settle = () => new Promise((done) => setTimeout(done, 5))

it('loads the pages around what is asked for, and no others', async () => {
  const { cache, asked } = world(20_000)
  cache.want([10_020, 10_049, 10_050])
  await settle()

  expect(cache.find(10_020)?.id).toBe('e10020')
  expect(cache.find(10_050)?.id).toBe('e10050')
  expect(cache.find(9_999)).toBeUndefined()
  expect(asked).toEqual([
    [9_999, 50],
    [10_049, 50],
  ])
})

it('asks on where the server cut a page short because its events are large', async () => {
  const { cache, asked } = world(50, 20)
  cache.want([45])
  await settle()

  expect(cache.find(45)?.id).toBe('e45')
  expect(asked).toEqual([
    [-1, 50],
    [19, 30],
    [39, 10],
  ])
})

it('loads what a live session added, and only that', async () => {
  const self = world(30)
  self.cache.want([29])
  await settle()
  self.length = 33
  self.cache.want([32])
  await settle()

  expect(self.cache.find(32)?.id).toBe('e32')
  expect(self.asked).toEqual([
    [-1, 50],
    [29, 20],
  ])
})

it('does not load what is no longer wanted by the time there is room', async () => {
  const { cache, asked } = world(20_000)
  cache.want([0, 1_000, 2_000, 3_000])
  cache.want([19_000])
  await settle()

  expect(asked.map(([after]) => after)).toEqual([-1, 999, 18_999])
})

it('forgets what is far away, so that a long session does not fill the memory', async () => {
  const { cache } = world(20_000)
  for (let seq = 0; seq < 10_000; seq += 50) {
    cache.want([seq])
    await Promise.resolve()
    await settle()
  }

  expect(cache.find(0)).toBeUndefined()
  expect(cache.find(9_950)?.id).toBe('e9950')
})

it('asks for nothing outside the session', async () => {
  const { cache, asked } = world(10)
  cache.want([-1, 10, 500])
  await settle()

  expect(asked).toEqual([])
})

it('does not ask again and again for a page that fails, and tells why', async () => {
  let asked = 0
  const cache = new EventCache(
    () => {
      asked++
      return Promise.reject(new Error('disk on fire'))
    },
    () => 100,
  )
  cache.want([0])
  await settle()

  expect(asked).toBe(1)
  expect(cache.error).toEqual(new Error('disk on fire'))
})
