// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BriefDraft, type BriefReply, type BriefRequest } from './brief-draft.svelte.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A server that chooses `a` and `b` by itself and never fits `big`; notes what it was asked. */
function draftWith(answer?: (request: BriefRequest) => Promise<BriefReply>) {
  const asked: BriefRequest[] = []
  const usual = async (request: BriefRequest): Promise<BriefReply> => {
    const items = request.items ?? ['a', 'b']
    return {
      text: `brief of ${items.join(' ')}`,
      tokens: items.length * 10,
      included: items.filter((id) => id !== 'big'),
      leftOut: items.filter((id) => id === 'big'),
    }
  }
  const draft = new BriefDraft((request) => {
    asked.push(request)
    return (answer ?? usual)(request)
  }, 42)
  return { draft, asked }
}

const pass = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1_000)

test('the server chooses first, and what it chose is ticked', async () => {
  const { draft, asked } = draftWith()

  await draft.write()

  expect(asked).toEqual([{ compaction: 42, budget: 4_000 }])
  expect([...draft.ticked]).toEqual(['a', 'b'])
  expect(draft.reply?.text).toBe('brief of a b')
})

test('a tick changes the server’s choice, many ticks are one request', async () => {
  const { draft, asked } = draftWith()
  await draft.write()

  draft.tick(['c'], true)
  draft.tick(['a'], false)
  expect(draft.isWriting).toBe(true)
  await pass()

  expect(asked).toHaveLength(2)
  expect(asked[1]?.items).toEqual(['b', 'c'])
  expect(draft.isUsualChoice).toBe(false)
  expect(draft.isWriting).toBe(false)
})

test('what is ticked and does not fit stays ticked and is named', async () => {
  const { draft } = draftWith()
  await draft.write()

  draft.tick(['big'], true)
  await pass()

  expect([...draft.ticked]).toEqual(['a', 'b', 'big'])
  expect([...draft.leftOut]).toEqual(['big'])
})

test('another budget keeps the choice to the server until a person chose', async () => {
  const { draft, asked } = draftWith()
  await draft.write()

  draft.setBudget(1_000)
  await pass()

  expect(asked[1]).toEqual({ compaction: 42, budget: 1_000 })
})

test('with nothing ticked there is no brief and nothing is asked', async () => {
  const { draft, asked } = draftWith()
  await draft.write()

  draft.tick(['a', 'b'], false)
  await pass()

  expect(draft.reply).toBeUndefined()
  expect(asked).toHaveLength(1)
  draft.useUsualChoice()
  await pass()
  expect(draft.reply?.text).toBe('brief of a b')
})

test('an answer to an earlier choice is not shown', async () => {
  const answers: ((reply: BriefReply) => void)[] = []
  const { draft } = draftWith(() => new Promise((resolve) => answers.push(resolve)))
  const first = draft.write()
  draft.setBudget(1_000)
  await pass()

  answers[1]?.({ text: 'short', tokens: 1, included: [], leftOut: [] })
  answers[0]?.({ text: 'long', tokens: 9, included: [], leftOut: [] })
  await first
  await pass()

  expect(draft.reply?.text).toBe('short')
})

test('a failure keeps the text that was there', async () => {
  let isDown = false
  const { draft } = draftWith(async () => {
    if (isDown) throw new Error('down')
    return { text: 'brief', tokens: 1, included: ['a'], leftOut: [] }
  })
  await draft.write()
  isDown = true

  draft.setBudget(500)
  await pass()

  expect(draft.error).toBeInstanceOf(Error)
  expect(draft.reply?.text).toBe('brief')
})
