import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StoredSession } from '../../db/stores/session-store.ts'
import type { LiveMessage } from '../contract/live.ts'
import { LiveHub } from '../live/hub.ts'
import { ContextWatch } from './context-watch.ts'
import { DEFAULT_WARNINGS, WarningLevels } from './settings.ts'

const ID = 'claude-code:s'

let hub: LiveHub
let session: StoredSession
let points: { seq: number; used: number }[]
let isLive: boolean
let snapshots: { reason: string; cause: string; scope: unknown }[]
let warnings: LiveMessage[]
let levels: WarningLevels
let watch: ContextWatch
let read: number

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  hub = new LiveHub(0)
  points = []
  isLive = true
  snapshots = []
  warnings = []
  read = 0
  hub.listen((message) => {
    if (message.kind === 'warning') warnings.push(message)
  })
  const notes = new Map<string, unknown>()
  levels = new WarningLevels({ find: (name) => notes.get(name), put: (name, value) => void notes.set(name, value) })
  levels.put({ levels: [75, 90], snapshot: true, notify: true })
  session = sessionWith(0, 0)
  watch = new ContextWatch({
    hub,
    sessions: { find: (id) => (id === ID ? session : undefined) },
    contexts: {
      lastCompaction: () => (session.compactions === 0 ? -1 : 1000 * session.compactions),
      after: (_key, seq) => {
        const found = points.filter((point) => point.seq > seq)
        read += found.length
        return found
      },
    },
    isLive: () => isLive,
    stated: () => undefined,
    compactsAt: (_session, window) => window * 0.8,
    settings: () => levels.get(),
    snapshot: async (request) => snapshots.push(request),
    log: { warn: () => undefined },
  })
})
afterEach(() => {
  watch.close()
  vi.useRealTimers()
})

function sessionWith(used: number, compactions: number): StoredSession {
  return {
    id: ID,
    key: 1,
    agent: 'claude-code',
    title: 'Build it',
    parentId: null,
    activeAt: Date.now(),
    events: points.length,
    compactions,
    context: { used, window: 200 },
  } as StoredSession
}

/** The session answers: its context holds so many tokens now. */
async function grow(used: number, compactions = 0): Promise<void> {
  points.push({ seq: 1000 * compactions + points.length + 1, used })
  session = sessionWith(used, compactions)
  hub.announce({ kind: 'session', sessionId: ID, isNew: false, events: session.events, isLive })
  await vi.advanceTimersByTimeAsync(200)
}

test('each level is told once, with a snapshot, however often the session grows above it', async () => {
  for (const used of [100, 140, 150, 155, 160, 179, 180, 185]) await grow(used)

  expect(warnings.map((one) => one.kind === 'warning' && [one.level, one.used, one.window])).toEqual([
    [75, 150, 200],
    [90, 180, 200],
  ])
  expect(snapshots).toEqual([
    {
      reason: 'level',
      cause: 'The context of “Build it” is 75 % full (level 75 %).',
      scope: { sessions: [ID] },
    },
    {
      reason: 'level',
      cause: 'The context of “Build it” is 90 % full (level 90 %).',
      scope: { sessions: [ID] },
    },
  ])
  expect(watch.active()).toMatchObject([{ sessionId: ID, level: 90, used: 185 }])
})

test('a jump over several levels is told once, by the highest', async () => {
  await grow(10)
  await grow(190)
  expect(warnings).toMatchObject([{ level: 90 }])
  expect(snapshots).toHaveLength(1)
})

test('a context that wavers about a level is told once', async () => {
  for (const used of [149, 151, 148, 152, 149, 153]) await grow(used)
  expect(warnings).toHaveLength(1)
})

test('after a compaction, and after a rewind far below, a level is told anew', async () => {
  await grow(160)
  await grow(60, 1)
  expect(watch.active()).toEqual([])
  await grow(165, 1)
  await grow(50, 1)
  await grow(170, 1)
  expect(warnings.map((one) => one.kind === 'warning' && one.used)).toEqual([160, 165, 170])
})

test('a session that does not run, a sub-agent, and history that is being read are not told', async () => {
  isLive = false
  await grow(190)
  isLive = true
  session = { ...sessionWith(190, 0), parentId: 'claude-code:p' }
  watch.look(ID)
  session = { ...sessionWith(190, 0), activeAt: Date.now() - 3_600_000 }
  watch.look(ID)
  watch.look('claude-code:unknown')
  expect(warnings).toEqual([])
})

test('a warning goes with the session that it is about', async () => {
  await grow(160)
  isLive = false
  hub.announce({ kind: 'state', sessionId: ID })
  expect(watch.active()).toEqual([])
})

test('snapshots can be turned off, and levels set in any order', async () => {
  expect(levels.put({ levels: [50, 20, 50], snapshot: false, notify: false }).levels).toEqual([20, 50])
  for (const used of [30, 50, 120]) await grow(used)
  expect(warnings.map((one) => one.kind === 'warning' && one.level)).toEqual([20, 50])
  expect(snapshots).toEqual([])
})

test('levels that were noted by another version in another form are the usual ones', () => {
  const odd = new WarningLevels({ find: () => ({ levels: 'all' }), put: () => undefined })
  expect(odd.get()).toEqual(DEFAULT_WARNINGS)
})

test('a running session says how many turns are left, any other only how full it is', async () => {
  for (const used of [100, 104, 108, 112, 116, 120]) await grow(used)
  expect(watch.gauge(session)).toEqual({ used: 120, window: 200, turnsLeft: 10 })
  expect(watch.turnsLeft(ID)).toBe(10)

  isLive = false
  expect(watch.gauge(session)).toEqual({ used: 120, window: 200 })
})

test('records of one answer count once, and each is read once', async () => {
  for (const used of [100, 100, 104, 104, 104, 108, 112, 116, 120]) await grow(used)
  expect(watch.gauge(session)?.turnsLeft).toBe(10)
  watch.gauge(session)
  expect(read).toBe(9)
})
