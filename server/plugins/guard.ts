import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]']

/** Answers requests only when they name this server as host, come from its own pages, and carry its token. */
export function guard(app: FastifyInstance, token: string): void {
  app.addHook('onRequest', async (request, reply) => {
    checkHost(request)
    checkOrigin(request)
    // What sessions say stays in this machine's memory: no browser keeps an answer on disk.
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    if (acceptsToken(request, reply, token)) return reply
    if (hasToken(request, token)) return
    if (request.url.startsWith('/api/')) {
      throw new AppError(
        'unauthorized',
        'This request has no valid token. Open the address that Lossless printed when it started, or send the token of its data folder as “Authorization: Bearer …”.',
      )
    }
    return reply.code(401).type('text/html; charset=utf-8').send(LOCKED_PAGE)
  })
}

/** A page of another site that points its name at this machine still sends its own name: it is refused. */
function checkHost(request: FastifyRequest): void {
  const host = request.headers.host ?? ''
  const name = host.replace(/:\d+$/, '')
  if (!LOOPBACK_NAMES.includes(name)) {
    throw new AppError('forbidden_origin', `Lossless answers only as localhost, not as “${host}”.`)
  }
}

function checkOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers
  if (origin === undefined || origin === `http://${host}`) return
  throw new AppError('forbidden_origin', `Lossless does not answer pages of “${origin}”.`)
}

/** Turns the token of the printed address into a cookie, and goes to the same address without it. */
function acceptsToken(request: FastifyRequest, reply: FastifyReply, token: string): boolean {
  const url = new URL(request.url, 'http://localhost')
  const given = url.searchParams.get('token')
  if (request.method !== 'GET' || url.pathname.startsWith('/api/') || given === null || !isSame(given, token)) {
    return false
  }
  url.searchParams.delete('token')
  const cookie = `${cookieName(request)}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`
  void reply
    .header('set-cookie', cookie)
    .header('cache-control', 'no-store')
    .redirect(url.pathname + url.search, 303)
  return true
}

function hasToken(request: FastifyRequest, token: string): boolean {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return isSame(bearer, token)
  const name = cookieName(request)
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
  return cookies.some((cookie) => cookie.startsWith(`${name}=`) && isSame(cookie.slice(name.length + 1), token))
}

/** Browsers share cookies over all ports of a host, so each instance has a name of its own. */
function cookieName(request: FastifyRequest): string {
  return `lossless_${/:(\d+)$/.exec(request.headers.host ?? '')?.[1] ?? '80'}`
}

/** Compares without telling by its time how much was right. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}

const LOCKED_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Lossless is locked</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 20vh auto 0; max-width: 34rem; padding: 0 1rem }
code { font-family: ui-monospace, monospace }
</style>
<h1>This browser has no key yet</h1>
<p>Lossless shows your sessions only to browsers that were opened with its own address. Open the address that it printed
when it started; it ends in <code>?token=…</code>. Starting it again with <code>npm start</code> prints and opens it.</p>
</html>
`
