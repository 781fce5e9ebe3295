import { expect, it } from 'vitest'
import { eventsIn, readText } from './fixture-events.ts'

const record = (id: string, text: string): string =>
  JSON.stringify({
    parentUuid: null,
    type: 'user',
    uuid: id,
    timestamp: '2026-09-01T10:00:00.000Z',
    message: { role: 'user', content: text },
  })

it('reads both of two records on one line', () => {
  const events = eventsIn([readText(record('a', 'one') + record('b', 'two'))])
  expect(events.map((event) => [event.id, event.text])).toEqual([
    ['a', 'one'],
    ['b', 'two'],
  ])
})

it('reads the whole record behind a torn one', () => {
  const torn = record('a', 'one')
  for (let cut = 1; cut < torn.length; cut += 1) {
    expect(eventsIn([readText(torn.slice(0, cut) + record('b', 'two'))]).map((event) => event.id)).toEqual(['b'])
  }
})

it('reads an event and bookkeeping on one line without losing either', () => {
  const reading = readText(`{"type":"custom-title","customTitle":"T","sessionId":"s"}${record('b', 'two')}`)
  expect(reading).toMatchObject({ kind: 'events', events: [{ id: 'b' }] })
  expect(reading.kind === 'events' && reading.facts).toContainEqual({ kind: 'title', rank: 4, text: 'T' })
})

it('reads a record between NUL bytes, behind a byte order mark, and before a carriage return', () => {
  for (const line of [`\0\0\0${record('a', 'x')}\0`, `\ufeff${record('a', 'x')}`, `${record('a', 'x')}\r`]) {
    expect(eventsIn([readText(line)]).map((event) => event.id)).toEqual(['a'])
  }
})

it('replaces what is no UTF-8 and lone surrogates', () => {
  const [before, after] = record('a', 'X').split('X') as [string, string]
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0x61, 0xff, 0x62]), Buffer.from(after)])
  expect(eventsIn([readText(bytes)])[0]?.text).toBe('a\ufffdb')
  expect(eventsIn([readText(record('a', 'X').replace('X', 'a\\ud800b'))])[0]?.text).toBe('a\ufffdb')
})

it('takes a time that cannot be read as missing', () => {
  for (const at of ['yesterday', '', '9999999-01-01', 5e20, null, {}]) {
    const line = JSON.stringify({ type: 'user', uuid: 'a', timestamp: at, message: { content: 'x' } })
    expect(eventsIn([readText(line)])[0]?.at).toBeNull()
  }
})

it('gives a record without an id one that is the same each time and in each place', () => {
  const line = JSON.stringify({ type: 'user', message: { content: 'x' } })
  const [first] = eventsIn([readText(line)])
  expect(first?.id).toMatch(/^line-[0-9a-f]{24}$/)
  expect(eventsIn([readText(`${line}\r`)])[0]?.id).toBe(first?.id)
  expect(eventsIn([readText(JSON.stringify({ type: 'user', message: { content: 'y' } }))])[0]?.id).not.toBe(first?.id)
})

it('tells a problem, and throws nothing, at a record that is nested without end', () => {
  const deep = `{"type":"user","uuid":"a","x":${'['.repeat(200_000)}"\\ud800"${']'.repeat(200_000)}}`
  expect(readText(deep).kind).toBe('problem')
})

it('reads a line of 60 MB', () => {
  const [event] = eventsIn([readText(record('a', 'x'.repeat(60 * 1024 * 1024)))])
  expect(event?.text?.length).toBe(60 * 1024 * 1024)
}, 120_000)

it('keeps a self-parent and a cycle as they are recorded', () => {
  const line = JSON.stringify({ type: 'user', uuid: 'a', parentUuid: 'a', message: { content: 'x' } })
  expect(eventsIn([readText(line)])[0]).toMatchObject({ id: 'a', parentId: 'a' })
})
