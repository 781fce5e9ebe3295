import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { snapshotWith } from '../../testing/snapshot.ts'
import { RetentionDraft } from './retention-draft.svelte.ts'

const saved = { keepAllDays: 14, keepDailyDays: 90, keepWeeklyDays: 730 }

let asked: string[]

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address)
    const wouldGo = address.includes('keepAllDays=7') ? [snapshotWith({ id: 3 }), snapshotWith({ id: 2 })] : []
    return Promise.resolve(new Response(JSON.stringify({ rules: saved, wouldGo })))
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('what would go is asked once, after a pause in typing', async () => {
  const draft = new RetentionDraft(saved, [])

  draft.set({ keepAllDays: 71 })
  draft.set({ keepAllDays: 7 })
  expect(draft.wouldGo).toBeUndefined()
  await vi.advanceTimersByTimeAsync(300)

  expect(asked).toEqual(['/api/retention?keepAllDays=7&keepDailyDays=90&keepWeeklyDays=730'])
  expect(draft.wouldGo?.map(({ id }) => id)).toEqual([3, 2])
  expect(draft.isChanged).toBe(true)
})

test.each([{ keepAllDays: null }, { keepAllDays: 0 }, { keepDailyDays: 1.5 }, { keepWeeklyDays: -1 }])(
  'with %j nothing is asked and nothing can be saved',
  async (change) => {
    const draft = new RetentionDraft(saved, [])

    draft.set(change)
    await vi.advanceTimersByTimeAsync(1_000)

    expect(draft.rules).toBeUndefined()
    expect(asked).toEqual([])
  },
)

test('discarding brings the saved rules back', async () => {
  const draft = new RetentionDraft(saved, [])
  draft.set({ keepAllDays: 7 })

  draft.reset()
  await vi.advanceTimersByTimeAsync(300)

  expect(draft.typed).toEqual(saved)
  expect(draft.isChanged).toBe(false)
  expect(draft.wouldGo).toEqual([])
})

test('what the server says later is taken over, but not while one edits', () => {
  const draft = new RetentionDraft(saved, [])

  draft.take({ ...saved, keepAllDays: 20 }, [snapshotWith({ id: 5 })])
  expect(draft.typed.keepAllDays).toBe(20)
  expect(draft.wouldGo).toHaveLength(1)
  draft.set({ keepAllDays: 7 })
  draft.take({ ...saved, keepAllDays: 30 }, [])

  expect(draft.typed.keepAllDays).toBe(7)
  draft.stop()
})

test('saved rules are the ones that nothing differs from', async () => {
  const draft = new RetentionDraft(saved, [])
  draft.set({ keepAllDays: 7 })

  await draft.settle({ ...saved, keepAllDays: 7 })

  expect(draft.isChanged).toBe(false)
})
