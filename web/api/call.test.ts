// @vitest-environment node
import { afterEach, expect, test, vi } from 'vitest'
import { listSessions, getSession } from '../../server/contract/sessions.ts'
import { putPathMapping, getHealth } from '../../server/contract/system.ts'
import { ApiError, call, isAbort } from './call.ts'

afterEach(() => vi.unstubAllGlobals())

const health = {
  status: 'ok',
  version: '0.1.0',
  ingest: { state: 'idle', sourcesDone: 1, sourcesTotal: 1, bytesDone: 2, bytesTotal: 2 },
}

test('params and query stand in the address', async () => {
  const asked = answer(200, { items: [], nextCursor: null })
  await call(listSessions, { query: { q: 'a b&c', limit: 20 } })
  expect(asked.url).toBe('/api/sessions?q=a+b%26c&limit=20')

  const one = answer(404, { code: 'not_found', message: 'No session has this id.' })
  await expect(call(getSession, { params: { sessionId: 'claude-code:a/b' } })).rejects.toThrow('No session')
  expect(one.url).toBe('/api/sessions/claude-code%3Aa%2Fb')
})

test('a body goes as JSON', async () => {
  const asked = answer(200, { from: '/a', to: '/b', exists: true, sessions: 3 })

  const reply = await call(putPathMapping, { body: { from: '/a', to: '/b' } })

  expect(asked.init).toMatchObject({ method: 'PUT', body: '{"from":"/a","to":"/b"}' })
  expect(reply.sessions).toBe(3)
})

test('an error reply is thrown with its code and sentence', async () => {
  answer(503, { code: 'unavailable', message: 'The index is being built.' })

  const error = await call(getHealth).catch((thrown: unknown) => thrown)

  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ code: 'unavailable', message: 'The index is being built.' })
})

test('an answer that is no JSON is an internal error', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502 })))

  await expect(call(getHealth)).rejects.toMatchObject({ code: 'internal' })
})

test('no answer is offline', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))

  await expect(call(getHealth)).rejects.toMatchObject({ code: 'offline' })
})

test('an aborted request is neither', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('aborted', 'AbortError')))

  const error = await call(getHealth).catch((thrown: unknown) => thrown)

  expect(isAbort(error)).toBe(true)
})

test('a reply of another shape is refused', async () => {
  answer(200, { ...health, version: 4 })

  await expect(call(getHealth)).rejects.toThrow()
})

function answer(status: number, reply: unknown): { url: string; init: RequestInit } {
  const asked: { url: string; init: RequestInit } = { url: '', init: {} }
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.url = url
    asked.init = init
    return Promise.resolve(new Response(JSON.stringify(reply), { status }))
  })
  return asked
}
