import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import type { LiveMessage } from '../contract/live.ts'
import type { LiveHub } from './hub.ts'

/** A client that takes nothing for this long (bytes waiting) is cut off; it comes back with `since`. */
const MOST_BYTES_WAITING = 8_000_000

/** Serves `/api/live`: greets, catches the client up from `?since=`, then passes on every message. */
export function liveRoutes(app: FastifyInstance, hub: LiveHub, version: string): void {
  app.get<{ Querystring: { since?: string } }>(
    '/api/live',
    { websocket: true, schema: { hide: true } },
    (socket: WebSocket, request) => {
      const send = (message: LiveMessage) => {
        if (socket.bufferedAmount > MOST_BYTES_WAITING) socket.terminate()
        else socket.send(JSON.stringify(message))
      }
      send({ kind: 'hello', sequence: hub.sequence, version })
      const since = Number(request.query.since)
      if (Number.isSafeInteger(since)) {
        const missed = hub.since(since)
        if (missed) missed.forEach(send)
        else send({ kind: 'reset', sequence: hub.sequence })
      }
      const stop = hub.listen(send)
      socket.on('close', stop)
      socket.on('error', () => socket.terminate())
    },
  )
}
