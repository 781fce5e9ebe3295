import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { buildApp } from './app.ts'
import { allRoutes } from './contract/all-routes.ts'
import { buildDeps, type Deps } from './deps.ts'

let folder: TemporaryFolder
let deps: Deps
let app: FastifyInstance

beforeEach(async () => {
  folder = createTemporaryFolder()
  const webDir = join(folder.path, 'web')
  mkdirSync(webDir)
  deps = buildDeps({
    version: '1.2.3',
    token: 'secret-token',
    homeDir: folder.path,
    dataDir: folder.path,
    vaultFile: join(folder.path, 'vault.db'),
    indexFile: join(folder.path, 'index.db'),
    agentEnv: {},
    isDemo: false,
    log: pino({ level: 'silent' }),
    webDir,
  })
  cpSync(join(import.meta.dirname, '../web/index.html'), join(webDir, 'index.html'))
  app = await buildApp(deps)
  await app.ready()
})

afterEach(async () => {
  await app.close()
  await deps.close()
  folder.remove()
})

const HOST = '127.0.0.1:4177'

function ask(url: string, headers: Record<string, string> = {}) {
  return app.inject({ method: 'GET', url, headers: { host: HOST, ...headers } })
}

const bearer = { authorization: 'Bearer secret-token' }

test('a request with the token is answered', async () => {
  const reply = await ask('/api/health', bearer)
  expect(reply.statusCode).toBe(200)
  expect(reply.json()).toMatchObject({ status: 'ok', version: '1.2.3' })
})

test('a request without the token, or with another one, is refused in one error shape', async () => {
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'lossless_4177=wrong' }]) {
    const reply = await ask('/api/sessions', headers)
    expect(reply.statusCode).toBe(401)
    expect(reply.json()).toEqual({ code: 'unauthorized', message: expect.stringMatching(/token/) as string })
  }
})

test('a page without the token says how to open it', async () => {
  const reply = await ask('/sessions')
  expect(reply.statusCode).toBe(401)
  expect(reply.headers['content-type']).toMatch(/^text\/html/)
  expect(reply.body).toContain('Open the address that it printed')
})

test('the printed address sets the cookie once and drops the token from the address', async () => {
  const reply = await ask('/sessions?q=x&token=secret-token')
  expect(reply.statusCode).toBe(303)
  expect(reply.headers.location).toBe('/sessions?q=x')
  const cookie = String(reply.headers['set-cookie'])
  expect(cookie).toMatch(/^lossless_4177=secret-token; Path=\/; HttpOnly; SameSite=Strict/)

  const page = await ask('/sessions?q=x', { cookie: cookie.split(';')[0] ?? '' })
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('<html')
})

test('a foreign Host or Origin is refused even with the token', async () => {
  expect((await ask('/api/health', { ...bearer, host: 'evil.example:4177' })).statusCode).toBe(403)
  expect((await ask('/api/health', { ...bearer, origin: 'http://evil.example' })).statusCode).toBe(403)
  expect((await ask('/api/health', { ...bearer, origin: 'http://127.0.0.1:9999' })).statusCode).toBe(403)
  expect((await ask('/api/health', { ...bearer, origin: 'null' })).statusCode).toBe(403)
  expect((await ask('/api/health', { ...bearer, origin: `http://${HOST}` })).statusCode).toBe(200)
})

test('every page comes with a policy that lets nothing in from elsewhere', async () => {
  const policy = String((await ask('/', bearer)).headers['content-security-policy'])
  expect(policy).toContain("default-src 'self'")
  expect(policy).not.toContain('unsafe-eval')
  expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/)
  expect(policy).not.toMatch(/https?:/)
})

test('every route of the contract is mounted and described', async () => {
  const document = (await ask('/api/openapi.json', bearer)).json<{ openapi: string; paths: Record<string, object> }>()
  expect(document.openapi).toBe('3.1.0')
  expect(allRoutes.length).toBeGreaterThan(12)
  for (const route of allRoutes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    expect(Object.keys(document.paths[path] ?? {}), path).toContain(route.method.toLowerCase())
  }
})

test('there is a page to read the API on', async () => {
  const reply = await ask('/api/docs/', bearer)
  expect(reply.statusCode).toBe(200)
  expect(reply.headers['content-type']).toMatch(/^text\/html/)
})

test('what does not exist, and what does not fit, is said in the one error shape', async () => {
  const missing = await ask('/api/sessions/claude-code:nothing', bearer)
  expect(missing.statusCode).toBe(404)
  expect(missing.json()).toMatchObject({ code: 'not_found' })

  const wrong = await ask('/api/sessions?limit=abc', bearer)
  expect(wrong.statusCode).toBe(400)
  expect(wrong.json<{ message: string }>().message).toContain('limit')

  expect((await ask('/api/nothing', bearer)).json()).toMatchObject({ code: 'not_found' })
  expect((await ask('/assets/nothing.js', bearer)).statusCode).toBe(404)
})

test('a path mapping is kept, used and removed', async () => {
  const put = (payload: object) =>
    app.inject({ method: 'PUT', url: '/api/path-mappings', headers: { host: HOST, ...bearer }, payload })
  expect((await put({ from: '/Users/x/cli', to: join(folder.path, 'no-such-folder') })).statusCode).toBe(400)
  expect((await put({ from: 'relative', to: folder.path })).statusCode).toBe(400)
  expect((await put({ from: '/Users/x/cli', to: folder.path })).json()).toMatchObject({ exists: true, sessions: 0 })
  expect((await ask('/api/path-mappings', bearer)).json()).toMatchObject({
    items: [{ from: '/Users/x/cli', to: folder.path, exists: true }],
  })

  const removed = await app.inject({
    method: 'DELETE',
    url: '/api/path-mappings?from=%2FUsers%2Fx%2Fcli',
    headers: { host: HOST, ...bearer },
  })
  expect(removed.json()).toEqual({ removed: true })
  expect((await ask('/api/path-mappings', bearer)).json()).toEqual({ items: [], missing: [] })
})
