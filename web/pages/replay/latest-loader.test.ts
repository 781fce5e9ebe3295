import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LatestLoader } from './latest-loader.ts'

interface Request {
  key: number
  signal: AbortSignal
  answer: (value: string) => void
  fail: (error: Error) => void
}

let requests: Request[]
let values: string[]
let errors: unknown[]

function makeLoader(): LatestLoader<number, string> {
  return new LatestLoader<number, string>({
    load: (key, signal) =>
      new Promise((answer, fail) => {
        requests.push({ key, signal, answer, fail })
      }),
    onvalue: (value) => values.push(value),
    onerror: (error) => errors.push(error),
    staleMs: 150,
  })
}

const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  requests = []
  values = []
  errors = []
})
afterEach(() => vi.useRealTimers())

it('has one request under way and then asks for the last wish only', async () => {
  const loader = makeLoader()
  for (const key of [1, 2, 3, 4]) loader.want(key)
  expect(requests.map((request) => request.key)).toEqual([1])

  requests[0]?.answer('one')
  await settle()
  expect(requests.map((request) => request.key)).toEqual([1, 4])

  requests[1]?.answer('four')
  await settle()
  expect(values).toEqual(['one', 'four'])
  expect(requests).toHaveLength(2)
})

it('asks nothing more when the wish comes back to what is under way', async () => {
  const loader = makeLoader()
  loader.want(1)
  loader.want(2)
  loader.want(1)
  requests[0]?.answer('one')
  await settle()

  expect(requests).toHaveLength(1)
})

it('gives up a slow request once something newer is wanted, and shows no error for it', async () => {
  const loader = makeLoader()
  loader.want(1)
  await vi.advanceTimersByTimeAsync(200)
  loader.want(2)
  expect(requests[0]?.signal.aborted).toBe(true)

  requests[0]?.fail(new DOMException('aborted', 'AbortError'))
  await settle()
  expect(requests.map((request) => request.key)).toEqual([1, 2])
  expect(errors).toEqual([])
})

it('tells of a failure and goes on with the next wish', async () => {
  const loader = makeLoader()
  loader.want(1)
  loader.want(2)
  requests[0]?.fail(new Error('broken'))
  await settle()

  expect(errors).toEqual([new Error('broken')])
  expect(requests.map((request) => request.key)).toEqual([1, 2])
})

it('shows nothing that arrives after it was stopped', async () => {
  const loader = makeLoader()
  loader.want(1)
  loader.stop()
  requests[0]?.answer('late')
  await settle()

  expect(values).toEqual([])
})
