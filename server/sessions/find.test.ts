import { expect, test } from 'vitest'
import type { StoredEvent } from '../../db/stores/event-store.ts'
import { findText } from './find.ts'

function row(seq: number, length: number): StoredEvent {
  return {
    seq,
    id: `e${seq}`,
    at: null,
    kind: 'prompt',
    parentSeq: null,
    branch: 0,
    generationId: 1,
    offset: 0,
    length,
    part: 0,
    preview: null,
    callId: null,
    toolName: null,
    isError: 0,
    subagentId: null,
  }
}

function searched(texts: string[], sizes: number[] = []) {
  const rows = texts.map((text, seq) => row(seq, sizes[seq] ?? text.length))
  const read: number[] = []
  return {
    read,
    events: { linesAfter: (_key: number, after: number) => rows.filter((one) => one.seq > after) },
    bodies: {
      line: (one: StoredEvent) => {
        read.push(one.seq)
        return [Buffer.from(JSON.stringify(texts[one.seq] ?? ''))]
      },
      texts: (one: StoredEvent) => [{ part: 0, text: texts[one.seq] ?? '' }],
    },
  }
}

test('a text is found whatever its case and however JSON escapes it', async () => {
  const found = await findText(searched(['Say "Hello\nWorld"', 'nothing', 'hello\nworld']), 1, {
    text: 'hello\nworld',
    limit: 10,
  })
  expect(found.items.map((item) => item.seq)).toEqual([0, 2])
  expect(found.isCut).toBe(false)
})

test('more matches than asked for are told', async () => {
  const found = await findText(searched(['abc', 'abc', 'abc']), 1, { text: 'abc', limit: 2 })
  expect(found).toMatchObject({ isCut: true, items: [{ seq: 0 }, { seq: 1 }] })
})

test('the bytes of a line of 60 MB are not read to search it', async () => {
  const world = searched(['the beginning', 'the end'], [60_000_000])
  const found = await findText(world, 1, { text: 'the', limit: 10 })
  expect(found.items.map((item) => item.seq)).toEqual([0, 1])
  expect(world.read).toEqual([1])
})
