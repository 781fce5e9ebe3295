import { expect, test } from 'vitest'
import type { LiveMessage } from '../contract/live.ts'
import { LiveHub } from './hub.ts'

test('a client that was away gets exactly what it missed, in order', () => {
  const hub = new LiveHub(1000)
  hub.announce({ kind: 'settings' })
  const last = hub.sequence
  hub.announce({ kind: 'state', sessionId: 'claude-code:a' })
  hub.announce({ kind: 'state', sessionId: 'claude-code:b' })

  expect(hub.since(last)).toEqual([
    { kind: 'state', sessionId: 'claude-code:a', sequence: 1002 },
    { kind: 'state', sessionId: 'claude-code:b', sequence: 1003 },
  ])
  expect(hub.since(hub.sequence)).toEqual([])
})

test('a number of another run, or one that is no longer held, is not known', () => {
  const hub = new LiveHub(5000)
  for (let count = 0; count < 2500; count += 1) hub.announce({ kind: 'settings' })

  expect(hub.since(4999)).toBeNull()
  expect(hub.since(9000)).toBeNull()
  expect(hub.since(5001)).toBeNull()
  expect(hub.since(7400)).toHaveLength(100)
})

test('a listener hears messages until it stops listening', () => {
  const hub = new LiveHub(0)
  const heard: LiveMessage[] = []
  const stop = hub.listen((message) => heard.push(message))
  hub.announce({ kind: 'settings' })
  stop()
  hub.announce({ kind: 'settings' })

  expect(heard).toEqual([{ kind: 'settings', sequence: 1 }])
})
