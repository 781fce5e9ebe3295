import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { VerifyReport } from '../../../server/contract/snapshots.ts'
import { Verify } from './verify.svelte.ts'

const idle: VerifyReport = {
  state: 'never',
  startedAt: null,
  endedAt: null,
  bytesDone: 0,
  bytesTotal: 0,
  sources: 0,
  damage: [],
}

let answers: (VerifyReport | 'fail')[]
let asked: string[]

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  vi.stubGlobal('fetch', (address: string, init: { method: string }) => {
    asked.push(`${init.method} ${address}`)
    const answer = answers.shift() ?? idle
    return answer === 'fail' ? Promise.reject(new Error('down')) : Promise.resolve(new Response(JSON.stringify(answer)))
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a running check is asked for its progress until it is done, and no longer', async () => {
  answers = [
    { ...idle, state: 'running', bytesDone: 25, bytesTotal: 100 },
    { ...idle, state: 'running', bytesDone: 75, bytesTotal: 100 },
    { ...idle, state: 'done', bytesDone: 100, bytesTotal: 100 },
  ]
  const verify = new Verify()

  await verify.begin()
  expect(verify.share).toBe(0.25)
  await vi.advanceTimersByTimeAsync(400)
  expect(verify.share).toBe(0.75)
  await vi.advanceTimersByTimeAsync(60_000)

  expect(verify.report?.state).toBe('done')
  expect(asked).toEqual(['POST /api/verify', 'GET /api/verify', 'GET /api/verify'])
})

test('an idle vault is not asked again and again', async () => {
  answers = [idle]
  const verify = new Verify()

  await verify.read()
  await vi.advanceTimersByTimeAsync(60_000)

  expect(asked).toEqual(['GET /api/verify'])
})

test('a page that was left asks no more', async () => {
  answers = [{ ...idle, state: 'running' }]
  const verify = new Verify()
  await verify.begin()

  verify.stop()
  await vi.advanceTimersByTimeAsync(60_000)

  expect(asked).toEqual(['POST /api/verify'])
})

test('one failed question does not end the watching of a running check', async () => {
  answers = [{ ...idle, state: 'running' }, 'fail', { ...idle, state: 'done' }]
  const verify = new Verify()

  await verify.begin()
  await vi.advanceTimersByTimeAsync(2_000)

  expect(verify.report?.state).toBe('done')
  expect(verify.error).toBeUndefined()
})
