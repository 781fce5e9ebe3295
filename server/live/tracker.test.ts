import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveTracker } from './tracker.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

function start(registered: string[] = []) {
  const changes: string[] = []
  const parts = { listRegistered: async () => registered, onChange: (id: string) => changes.push(id), now: Date.now }
  return { tracker: new LiveTracker(parts), changes }
}

test('a session that grew is running for two minutes and then says that it stopped', async () => {
  const { tracker, changes } = start()
  tracker.grew('a', Date.now())
  expect(tracker.isLive('a')).toBe(true)
  expect(changes).toEqual(['a'])

  await vi.advanceTimersByTimeAsync(110_000)
  expect(tracker.ids()).toEqual(['a'])
  await vi.advanceTimersByTimeAsync(30_000)
  expect(tracker.ids()).toEqual([])
  expect(changes).toEqual(['a', 'a'])
  tracker.close()
})

test('growth of long ago does not make a session run', () => {
  const { tracker, changes } = start()
  tracker.grew('a', Date.now() - 600_000)
  expect(tracker.isLive('a')).toBe(false)
  expect(changes).toEqual([])
})

test("a session that the agent's registry names runs until it is named no more", async () => {
  const registered = ['a']
  const { tracker, changes } = start(registered)
  await tracker.refresh()
  expect(tracker.isLive('a')).toBe(true)

  registered.length = 0
  await vi.advanceTimersByTimeAsync(10_000)
  expect(tracker.isLive('a')).toBe(false)
  expect(changes).toEqual(['a', 'a'])
  tracker.close()
})

test('a session whose file is gone runs no more, however fresh its last growth', () => {
  const { tracker } = start()
  tracker.grew('a', Date.now())
  tracker.vanished('a')
  expect(tracker.isLive('a')).toBe(false)
  expect(tracker.ids()).toEqual([])
  tracker.close()
})
