import { expect, it } from 'vitest'
import { readJsonLine } from './json-line.ts'

const SIGNS = { start: /\{"(?:type|uuid)":/g, isRecord: (found: Record<string, unknown>) => found['type'] !== 'text' }

function read(text: string): unknown {
  return readJsonLine(Buffer.from(text), SIGNS)
}

it('reads one record', () => {
  expect(read('{"type":"a","n":1}')).toEqual({ records: [{ type: 'a', n: 1 }] })
})

it('reads two whole records on one line', () => {
  expect(read('{"type":"a","s":"}{\\""}{"type":"b"}')).toEqual({ records: [{ type: 'a', s: '}{"' }, { type: 'b' }] })
  expect(read('{"type":"a"} {"type":"b"}')).toEqual({ records: [{ type: 'a' }, { type: 'b' }] })
})

it('reads the whole record behind a torn one, wherever it was torn', () => {
  const torn =
    '{"type":"a","message":{"content":[{"type":"text","text":"it {said} \\"hi\\""}],"more":[1,2]},"uuid":"x"}'
  const whole = '{"type":"b","message":{"content":[{"type":"text","text":"fine"}]}}'
  const expected = { records: [{ type: 'b', message: { content: [{ type: 'text', text: 'fine' }] } }] }
  for (let cut = 1; cut < torn.length; cut += 1)
    expect(read(torn.slice(0, cut) + whole), torn.slice(0, cut)).toEqual(expected)
})

it('never takes a part of a torn record for a record', () => {
  expect(read('{"type":"a","message":{"content":[{"type":"text","text":"whole block"},')).toEqual({
    problem: 'The record breaks off before its end.',
  })
})

it('reads a torn record between two whole ones', () => {
  expect(read('{"type":"a"}{"type":"torn","x":"ab{"type":"b"}')).toEqual({ records: [{ type: 'a' }, { type: 'b' }] })
})

it('tells why there is no record', () => {
  expect(read('hello')).toEqual({ problem: 'The line does not begin like a record.' })
  expect(read('{"type":}')).toEqual({ problem: 'The line is not valid JSON.' })
  expect(read('[1]')).toEqual({ problem: 'The line is JSON, but not a record.' })
})

it('replaces invalid UTF-8', () => {
  const bytes = Buffer.concat([Buffer.from('{"type":"a'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')])
  expect(readJsonLine(bytes, SIGNS)).toEqual({ records: [{ type: 'a\ufffd\ufffd' }] })
})

it('replaces lone surrogates in values and names, and keeps pairs', () => {
  expect(read('{"type":"\\ud83d","b":["x\\uDE00y"],"\\ud800":1,"ok":"\\ud83d\\ude00"}')).toEqual({
    records: [{ type: '\ufffd', b: ['x\ufffdy'], '\ufffd': 1, ok: '😀' }],
  })
})

it('gives up on a damaged line of 20 MB with very many beginnings before long', () => {
  const text = `{"type":"a","x":[${'{"type":"b","y":"'.repeat(1_200_000)}`
  const started = performance.now()
  expect(read(text)).toEqual({ problem: 'The record breaks off before its end.' })
  expect(performance.now() - started).toBeLessThan(10_000)
})
