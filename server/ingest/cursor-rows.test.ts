import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RowSession } from '../adapters/adapter.ts'
import { headOfLine } from '../adapters/shared/row-line.ts'
import { fixtureRows, ID, newsOf, rows, StateDatabase } from './cursor-testing.ts'
import { createTemporaryFolder } from '../../db/testing.ts'
import { Opened } from './row-access.ts'

const folder = { path: '', remove: (): void => undefined }
let state: StateDatabase
const host = { homeDir: '', env: {}, platform: 'linux' as const }

beforeEach(() => {
  Object.assign(folder, createTemporaryFolder())
  host.homeDir = folder.path
  state = new StateDatabase(folder.path)
})

afterEach(() => {
  state.close()
  folder.remove()
})

function open(id = ID): RowSession {
  return rows().open(state.path, id, { ...host })
}

function keysOf(lines: readonly string[]): string[] {
  return lines.map((line) => headOfLine(Buffer.from(line))?.key.replace(`:${ID}`, '') ?? line)
}

function placesOf(lines: readonly string[]): Record<string, unknown> {
  const heads = lines.flatMap((line) => headOfLine(Buffer.from(line)) ?? [])
  return Object.fromEntries(
    heads
      .filter(({ place }) => Object.keys(place).length > 0)
      .map(({ key, place }) => [key.replace(`:${ID}`, ''), place]),
  )
}

function bubble(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { _v: 3, bubbleId: id, type: 2, text: `I am ${id}.`, ...more }
}

function put(values: Record<string, unknown>): void {
  state.put({ cursorDiskKV: Object.fromEntries(Object.entries(values).map(([key, value]) => [`${key}`, value])) })
}

function composer(ids: readonly string[], more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    _v: 16,
    composerId: ID,
    fullConversationHeadersOnly: ids.map((bubbleId) => ({ bubbleId, type: 2 })),
    ...more,
  }
}

describe('the rows of a composer', () => {
  it('become lines: its own first, bubbles in the order of its list, the rest after them', () => {
    state.put(fixtureRows())

    const lines = newsOf(open(), state.path)

    expect(keysOf(lines)).toEqual([
      'composerData',
      ...['b01', 'x01', 'b02', 'b03', 'b04', 'b05', 'b06', 'b07', 'b08', 'b09', 'b10', 'b11', 'b12', 'b13', 'b14'].map(
        (id) => `bubbleId:${id}`,
      ),
      'checkpointId:k1',
      'messageRequestContext:b01',
    ])
    expect(placesOf(lines)).toEqual({ 'bubbleId:b11': { marker: true }, 'bubbleId:x01': { aside: true } })
  })

  it('are kept byte for byte, also when they are no JSON, no text, or JSON on several lines', () => {
    const values = {
      b1: '{ "type":2,  "n":1.50e0 }',
      b2: 'not {json',
      b3: Buffer.from([0xff, 0x00, 0x7b]),
      b4: '{"a":\n1}',
    }
    put({ [`composerData:${ID}`]: composer(['b1', 'b2', 'b3', 'b4']) })
    put(Object.fromEntries(Object.entries(values).map(([id, value]) => [`bubbleId:${ID}:${id}`, value])))

    const [, b1 = '', b2 = '', b3 = '', b4 = ''] = newsOf(open(), state.path)

    expect(b1).toContain(',"json":{ "type":2,  "n":1.50e0 }')
    expect(JSON.parse(b2)).toMatchObject({ text: 'not {json' })
    expect(JSON.parse(b3)).toMatchObject({ blob: true, base64: '/wB7' })
    expect(JSON.parse(b4)).toMatchObject({ text: '{"a":\n1}' })
  })

  it('that did not change make no line again, also when it is only known from the kept lines', () => {
    state.put(fixtureRows())
    const first = open()
    const lines = newsOf(first, state.path)
    const again = open()
    for (const line of lines) again.take(Buffer.from(line.slice(0, -1)))

    expect(newsOf(first, state.path)).toEqual([])
    expect(newsOf(again, state.path)).toEqual([])
    state.sqlite.exec('VACUUM')
    expect(newsOf(first, state.path)).toEqual([])
  })

  it('make one further line each when they are new, changed or gone', () => {
    put({ [`composerData:${ID}`]: composer(['b1', 'b2']), [`bubbleId:${ID}:b1`]: bubble('b1') })
    put({ [`bubbleId:${ID}:b2`]: bubble('b2'), [`checkpointId:${ID}:k`]: {} })
    const session = open()
    newsOf(session, state.path)
    put({ [`bubbleId:${ID}:b2`]: bubble('b2', { text: 'More.' }), [`bubbleId:${ID}:b3`]: bubble('b3') })
    state.remove(`checkpointId:${ID}:k`)

    const lines = newsOf(session, state.path)

    expect(keysOf(lines)).toEqual(['bubbleId:b2', 'bubbleId:b3', 'checkpointId:k'])
    expect(placesOf(lines)).toEqual({})
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ gone: true })
  })

  it('tell where the conversation went back to, before what is said instead', () => {
    put({ [`composerData:${ID}`]: composer(['b1', 'b2', 'b3']) })
    for (const id of ['b1', 'b2', 'b3']) put({ [`bubbleId:${ID}:${id}`]: bubble(id) })
    const session = open()
    newsOf(session, state.path)
    put({ [`bubbleId:${ID}:c2`]: bubble('c2') })
    put({ [`composerData:${ID}`]: composer(['b1', 'c2']) })

    const lines = newsOf(session, state.path)

    expect(keysOf(lines)).toEqual(['composerData', 'bubbleId:c2'])
    expect(placesOf(lines)).toEqual({ composerData: { left: 'b2' } })
  })

  it('are nothing where a chat was opened and never used', () => {
    put({ [`composerData:${ID}`]: { _v: 16, composerId: ID, fullConversationHeadersOnly: [], conversation: [] } })

    expect(newsOf(open(), state.path)).toEqual([])
  })

  it('that were written since are found by their number; nothing is told once rows were deleted at the end', () => {
    put({ [`composerData:${ID}`]: composer(['b1']), [`bubbleId:${ID}:b1`]: bubble('b1') })
    using opened = new Opened(state.path)
    const mark = rows().mark(opened.reader)
    if (mark === null) throw new Error('There are rows.')

    expect(rows().touched(opened.reader, mark, state.path)).toEqual([])
    put({ 'bubbleId:other-composer:b9': bubble('b9'), 'composer.content.ff': 'x' })
    expect(rows().touched(opened.reader, mark, state.path)).toEqual(['other-composer'])
    state.remove('composer.content.ff', 'bubbleId:other-composer:b9', `bubbleId:${ID}:b1`)
    expect(rows().touched(opened.reader, mark, state.path)).toBeNull()
  })

  it('on pages that are damaged are told, and the others are kept', () => {
    const filler = 'x'.repeat(3000)
    const ids = Array.from({ length: 40 }, (_, index) => `b${String(index).padStart(2, '0')}`)
    put({ [`composerData:${ID}`]: composer(ids) })
    for (const id of ids) put({ [`bubbleId:${ID}:${id}`]: bubble(id, { filler }) })
    state.sqlite.pragma('wal_checkpoint(TRUNCATE)')
    state.close()
    const bytes = readFileSync(state.path)
    const torn = bytes.indexOf('I am b20.') & ~4095
    bytes.fill(0xa5, torn, torn + 4096)
    writeFileSync(state.path, bytes)

    const lines = newsOf(open(), state.path)

    const told = lines.filter((line) => line.includes('"problem":"The database is damaged'))
    expect(keysOf(told)).toContain('bubbleId:b20')
    expect(told.length).toBeLessThan(4)
    expect(lines.filter((line) => line.includes('"text":"I am ')).length).toBeGreaterThan(36)
    state = new StateDatabase(`${folder.path}/other`)
  })
})
