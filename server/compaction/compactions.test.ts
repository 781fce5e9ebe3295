import { afterAll, expect, test } from 'vitest'
import type { StoredEvent } from '../../db/stores/event-store.ts'
import type { StoredSession } from '../../db/stores/session-store.ts'
import type { Event } from '../contract/event.ts'
import { Compactions } from './compactions.ts'
import { Script } from './testing.ts'
import { Tokens } from './tokens.ts'

const tokens = new Tokens()
afterAll(() => tokens.close())

/** A session out of a script, of which only the first `shown` events are known. */
function world(script: Script, shown = () => script.events.length) {
  let reads = 0
  const row = (event: Script['events'][number]): StoredEvent => ({
    seq: event.seq,
    id: event.id,
    at: null,
    kind: event.kind,
    parentSeq: event.parentSeq,
    branch: event.branch,
    generationId: 1,
    offset: event.seq * 1000,
    length: 1000,
    part: 0,
    preview: event.text,
    callId: event.tool?.id ?? event.result?.callId ?? null,
    toolName: event.tool?.name ?? null,
    isError: event.result?.isError ? 1 : 0,
    subagentId: null,
  })
  const compactions = new Compactions({
    sessions: {
      find: (id) =>
        id === 'cc:1'
          ? ({ id, key: 1, title: 'A session', projectPath: '/w/app', events: shown() } as StoredSession)
          : undefined,
    },
    source: {
      events: {
        page: (_key, after, limit) => script.events.slice(after + 1, Math.min(after + 1 + limit, shown())).map(row),
      },
      bodies: {
        page: (rows) => {
          reads += rows.length
          return rows.map((one) => script.events[one.seq] as unknown as Event)
        },
      },
    },
    tokens,
  })
  return { compactions, reads: () => reads }
}

function small(): Script {
  const script = new Script()
  script.prompt('Add a login page, never store passwords in plain text')
  script.answer('I decided to use argon2 instead of bcrypt because the limits of bcrypt cut long passwords.')
  script.compact('A login page is being added.')
  return script
}

test('a compaction is listed with its summary and items that fit the contract', async () => {
  const script = small()
  const [loss] = await world(script).compactions.list('cc:1')
  expect(loss).toMatchObject({
    seq: 2,
    id: 'e2',
    at: '2026-09-01T10:00:00.000Z',
    trigger: 'auto',
    preTokens: 167_000,
    postTokens: null,
    summary: 'A login page is being added.',
    fromSeq: 0,
  })
  expect(loss?.items.map(({ id, kind, seq }) => [id, kind, seq])).toEqual([
    ['instruction:e0:0', 'instruction', 0],
    ['decision:e1:0', 'decision', 1],
  ])
  expect(loss?.items[1]).toMatchObject({
    coverage: 'lost',
    missing: expect.arrayContaining(['argon2', 'bcrypt']) as string[],
  })
  expect(Object.keys(loss?.items[0] ?? {}).toSorted()).toEqual(
    ['coverage', 'detail', 'found', 'id', 'importance', 'kind', 'missing', 'seq', 'text', 'tokens'].toSorted(),
  )
})

test('an unknown session, compaction or item is refused with a sentence', async () => {
  const { compactions } = world(small())
  await expect(compactions.list('cc:2')).rejects.toMatchObject({ code: 'not_found' })
  await expect(compactions.brief('cc:1', { budget: 500, compaction: 77 })).rejects.toMatchObject({ code: 'not_found' })
  await expect(compactions.brief('cc:1', { budget: 500, items: ['todo:e9:0'] })).rejects.toThrow(
    /has no item “todo:e9:0”/,
  )
})

test('asking twice reads once, and a session that grew costs what came since', async () => {
  const script = small()
  const { compactions, reads } = world(script)
  await Promise.all([compactions.list('cc:1'), compactions.list('cc:1')])
  const once = reads()
  await compactions.list('cc:1')
  expect(reads()).toBe(once)
  script.prompt('Now the logout page, please make sure it clears the cookie')
  script.compact('Login done, logout begun.')
  const losses = await compactions.list('cc:1')
  expect(reads() - once).toBe(3)
  expect(losses.map(({ seq, items }) => [seq, items.length])).toEqual([
    [2, 2],
    [5, 1],
  ])
})

test('reading in parts gives the same as reading at once', async () => {
  const script = small()
  script.edit('/w/app/a.ts', 2, 1)
  script.run('npm test', '1 failed', 1)
  script.answer('The root cause is that the clock of the test runs backwards. I need to freeze it.')
  script.compact('The clock is frozen in tests now.')
  script.tool('Read', { file_path: '/w/app/a.ts' })
  script.prompt('go on with the next page')
  const whole = await world(script).compactions.list('cc:1')
  let shown = 1
  const { compactions } = world(script, () => shown)
  for (shown = 1; shown < script.events.length; shown += 1) await compactions.list('cc:1')
  expect(await compactions.list('cc:1')).toEqual(whole)
})

test('after a rewind the session is read anew: what was left is rejected', async () => {
  const script = new Script()
  script.prompt('Draw the chart with canvas')
  script.answer('Done with the canvas chart.')
  script.prompt('Add a legend to the canvas chart')
  const { compactions } = world(script)
  await compactions.list('cc:1')
  for (const event of script.events.slice(2)) event.branch = 1
  script.add({ kind: 'prompt', text: 'Draw it with SVG instead of that', parentSeq: 1 })
  script.compact('A chart is drawn.')
  const [loss] = await compactions.list('cc:1')
  expect(loss?.items.map(({ kind, text }) => [kind, text])).toEqual([
    ['instruction', 'Draw the chart with canvas'],
    ['rejected', 'Rewound: Add a legend to the canvas chart'],
    ['instruction', 'Draw it with SVG instead of that'],
  ])
})

test('a brief without compaction is about all so far; `next` about what came after the last one', async () => {
  const script = new Script()
  script.prompt('Add a login page, never store passwords in plain text')
  const { compactions } = world(script)
  const first = await compactions.brief('cc:1', { budget: 1000 })
  expect(first.text).toContain('“Add a login page, never store passwords in plain text”')

  script.compact('login page')
  const last = await compactions.brief('cc:1', { budget: 1000, compaction: 'next' })
  expect(last.text).toContain('never store passwords')
  script.prompt('Do not use cookies for the session')
  expect((await compactions.brief('cc:1', { budget: 1000, compaction: 'next' })).included).toEqual(['instruction:e3:0'])
  expect((await compactions.brief('cc:1', { budget: 1000 })).included).toEqual(['instruction:e0:0'])
  expect((await compactions.brief('cc:1', { budget: 1000, compaction: 'e1' })).included).toEqual(['instruction:e0:0'])
}, 20_000)

test('named items come into the brief whatever was kept of them', async () => {
  const script = small()
  script.events[3] = {
    ...(script.events[3] as (typeof script.events)[number]),
    text: 'Add a login page, never store passwords in plain text',
  }
  const { compactions } = world(script)
  expect((await compactions.list('cc:1'))[0]?.items[0]?.coverage).toBe('kept')
  const brief = await compactions.brief('cc:1', { budget: 1000, items: ['instruction:e0:0'], maxCharacters: 700 })
  expect(brief.included).toEqual(['instruction:e0:0'])
  expect(brief.text.length).toBeLessThanOrEqual(700)
  expect(brief.text).toContain('plain text” @0\n')
}, 20_000)

test('20,000 events are read in small parts, so that other requests get their turn', async () => {
  const script = new Script()
  for (let round = 0; script.events.length < 20_000; round += 1) {
    script.prompt(`Task ${round}: never break the module number ${round} of the importer`)
    script.answer(
      `I decided to split module ${round} instead of patching it because it has ${round} callers. `.repeat(3),
    )
    script.edit(`/w/app/src/module-${round % 300}.ts`, 3, 1)
    script.run(`npm test -- module-${round % 50}`, round % 7 === 0 ? '1 failed' : '12 passed', round % 7 === 0 ? 1 : 0)
    if (round % 800 === 799) script.compact(`Modules up to ${round} were split. All tests pass.`)
  }
  script.compact('All modules were split.')
  const { compactions } = world(script)
  const turns: number[] = []
  let isDone = false
  const watch = () => {
    turns.push(process.threadCpuUsage().user / 1000)
    if (!isDone) setImmediate(watch)
  }
  watch()
  const losses = await compactions.list('cc:1')
  isDone = true
  expect(losses.length).toBeGreaterThan(3)
  for (const { items } of losses) expect(items.length).toBeLessThan(400)
  // By the clock of this thread: a busy machine must not make it fail.
  const longest = Math.max(...turns.slice(1).map((at, index) => at - (turns[index] ?? at)))
  expect(longest).toBeLessThan(50)
}, 60_000)
