// @vitest-environment node
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket as Peer } from 'ws'
import { LiveClient } from './live.ts'

let server: WebSocketServer
let client: LiveClient
let asked: string[]
let peers: Peer[]

beforeEach(async () => {
  asked = []
  peers = []
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (peer, request) => {
    peers.push(peer)
    asked.push(request.url ?? '')
    peer.send(JSON.stringify({ kind: 'hello', sequence: 7, version: '0.1.0' }))
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  client = new LiveClient({ address: `ws://127.0.0.1:${port}/api/live` })
})

afterEach(async () => {
  client.close()
  for (const peer of peers) peer.terminate()
  await new Promise((resolve) => server.close(resolve))
})

test('messages go to those who asked for their kind', async () => {
  const grown: string[] = []
  client.subscribe('session', ({ sessionId, events }) => grown.push(`${sessionId} ${events}`))
  client.connect()
  await until(() => client.state === 'open')

  send({ kind: 'state', sequence: 8, sessionId: 'claude-code:x' })
  send({ kind: 'session', sequence: 9, sessionId: 'claude-code:a', isNew: false, events: 12, isLive: true })
  await until(() => grown.length > 0)

  expect(grown).toEqual(['claude-code:a 12'])
})

test('after a break it asks for what it missed', async () => {
  client.connect()
  await until(() => client.state === 'open')
  send({ kind: 'settings', sequence: 31 })
  const seen: number[] = []
  client.subscribe('settings', ({ sequence }) => seen.push(sequence))
  await until(() => seen.length > 0)

  const states: string[] = []
  client.onState((state) => states.push(state))
  peers[0]?.terminate()
  await until(() => asked.length === 2)
  await until(() => client.state === 'open')

  expect(asked).toEqual(['/api/live', '/api/live?since=31'])
  expect(states).toEqual(['open', 'lost', 'open'])
})

test('what was read before the first connection is stale, what was read after a break is not', async () => {
  let stale = 0
  client.onStale(() => (stale += 1))
  client.connect()
  await until(() => client.state === 'open')
  expect(stale).toBe(1)

  peers[0]?.terminate()
  await until(() => asked.length === 2)
  await until(() => client.state === 'open')
  expect(stale).toBe(1)
})

test('when the server no longer holds what was missed, everything is stale', async () => {
  let stale = 0
  client.connect()
  await until(() => client.state === 'open')
  client.onStale(() => (stale += 1))

  send({ kind: 'reset', sequence: 2 })
  await until(() => stale > 0)
  peers[0]?.terminate()
  await until(() => asked.length === 2)

  expect(stale).toBe(1)
  expect(asked[1]).toBe('/api/live?since=2')
})

test('a message that it does not know is passed over', async () => {
  const progress: number[] = []
  client.subscribe('ingest', (message) => progress.push(message.progress.bytesDone))
  client.connect()
  await until(() => client.state === 'open')

  peers[0]?.send('no JSON')
  send({ kind: 'of a newer server', sequence: 8 })
  send({
    kind: 'ingest',
    sequence: 9,
    progress: { state: 'running', sourcesDone: 0, sourcesTotal: 2, bytesDone: 5, bytesTotal: 9 },
  })
  await until(() => progress.length > 0)

  expect(progress).toEqual([5])
})

test('it is ready when the connection stands, and what is read then is not stale', async () => {
  let stale = 0
  client.connect()

  await client.ready()
  client.onStale(() => (stale += 1))
  send({ kind: 'settings', sequence: 8 })
  await new Promise((resolve) => client.subscribe('settings', resolve))

  expect(client.state).toBe('open')
  expect(stale).toBe(0)
})

test('it is ready, too, when nobody answers', async () => {
  const alone = new LiveClient({ address: 'ws://127.0.0.1:9/api/live' })
  alone.connect()

  await alone.ready()

  expect(alone.state).not.toBe('open')
  alone.close()
})

test('a closed client does not come back', async () => {
  client.connect()
  await until(() => client.state === 'open')
  client.close()
  await new Promise((resolve) => setTimeout(resolve, 500))

  expect(asked).toHaveLength(1)
})

function send(message: object): void {
  peers.at(-1)?.send(JSON.stringify(message))
}

async function until(isTrue: () => boolean): Promise<void> {
  const end = Date.now() + 4_000
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('It did not happen within four seconds.')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
