// @vitest-environment node
import { expect, test } from 'vitest'
import type { Event } from '../../../server/contract/event.ts'
import { ApiError } from '../../api/call.ts'
import { ForkDraft, type ForkApi, type ForkReply } from './fork-draft.svelte.ts'

const earlier = { seq: 40, id: 'e40', text: 'Fix the lexer', contextUsed: 90_000, reason: 'It leaves room.' }

function reply(parts: Partial<ForkReply>): ForkReply {
  return {
    nativeId: 'new',
    path: '/home/ada/.claude/projects/-w/new.jsonl',
    resume: { cwd: '/w', command: 'cd /w && claude --resume new' },
    changeId: null,
    endsAt: 60,
    lines: 61,
    bytes: 9_000,
    warnings: [],
    alternatives: [],
    ...parts,
  }
}

/** A server that offers an earlier cut for 61 only, and notes what it was asked to write. */
function serverWith(parts: Partial<ForkApi> = {}): { api: ForkApi; written: number[] } {
  const written: number[] = []
  const api: ForkApi = {
    fork: async (at, { dryRun }) => {
      if (!dryRun) written.push(at)
      return reply({ endsAt: at - 1, changeId: dryRun ? null : 7, alternatives: at === 61 ? [earlier] : [] })
    },
    getEvent: async (seq) => ({ seq, text: `event ${seq}` }) as Event,
    undo: async () => ({ applied: true, reason: undefined }),
    ...parts,
  }
  return { api, written }
}

test('a draft says what it would write and how that ends, and writes nothing', async () => {
  const { api, written } = serverWith()
  const draft = new ForkDraft(api, 61)

  await draft.cutAt(61)

  expect(draft.plan?.endsAt).toBe(60)
  expect(draft.last?.text).toBe('event 60')
  expect(written).toEqual([])
})

test('choosing an earlier cut keeps the choice between all of them', async () => {
  const { api, written } = serverWith()
  const draft = new ForkDraft(api, 61)
  await draft.cutAt(61)

  await draft.cutAt(40)
  await draft.write()

  expect(draft.alternatives).toEqual([earlier])
  expect(draft.plan?.endsAt).toBe(39)
  expect(written).toEqual([40])
})

test('an answer for a cut that is no longer wanted is not shown', async () => {
  const answers: ((value: ForkReply) => void)[] = []
  const { api } = serverWith({ fork: () => new Promise((resolve) => answers.push(resolve)) })
  const draft = new ForkDraft(api, 61)
  const first = draft.cutAt(61)
  const second = draft.cutAt(40)

  answers[1]?.(reply({ endsAt: 39 }))
  answers[0]?.(reply({ endsAt: 60 }))
  await Promise.all([first, second])

  expect(draft.plan?.endsAt).toBe(39)
})

test('a plan whose last event cannot be read is still a plan', async () => {
  const { api } = serverWith({ getEvent: () => Promise.reject(new ApiError('not_found', 'No such event.')) })
  const draft = new ForkDraft(api, 61)

  await draft.cutAt(61)

  expect(draft.plan?.endsAt).toBe(60)
  expect(draft.error).toBeUndefined()
})

test('a refused write leaves the plan and says why', async () => {
  const { api } = serverWith()
  const draft = new ForkDraft(
    {
      ...api,
      fork: (at, options) =>
        options.dryRun ? api.fork(at, options) : Promise.reject(new ApiError('conflict', 'The folder is read-only.')),
    },
    61,
  )
  await draft.cutAt(61)

  await draft.write()

  expect(draft.written).toBeUndefined()
  expect(draft.plan).toBeDefined()
  expect((draft.error as ApiError).message).toBe('The folder is read-only.')
})

test('an undo takes the fork back, a refused one says why and leaves it', async () => {
  const { api } = serverWith({ undo: async () => ({ applied: false, reason: 'The agent went on in it.' }) })
  const draft = new ForkDraft(api, 61)
  await draft.cutAt(61)
  await draft.write()

  expect(await draft.undo()).toBe('The agent went on in it.')
  expect(draft.written?.changeId).toBe(7)

  api.undo = async () => ({ applied: true, reason: undefined })
  expect(await draft.undo()).toBeUndefined()
  expect(draft.written).toBeUndefined()
})
