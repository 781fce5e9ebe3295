import { expect, test } from 'vitest'
import { completed, DocumentSplitter } from './document-splitter.ts'

const TEXT =
  '{"a":"messages","b":[{"x":1}],"c":{"messages":[{"no":1}]},"messages":[{"t":"]} \\" {["}, {"u":{"v":[{}]}}\n],"z":"\\\\"}\n'

function piecesOf(bytes: Buffer, size: number): string[] {
  const splitter = new DocumentSplitter()
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += size) {
    for (const piece of splitter.push(bytes.subarray(at, at + size), at)) {
      expect(bytes.toString('utf8', piece.offset, piece.offset + piece.size)).toBe(Buffer.from(piece.bytes).toString())
      pieces.push(Buffer.from(piece.bytes).toString())
    }
  }
  return pieces
}

const EXPECTED = [
  '{"a":"messages","b":[{"x":1}],"c":{"messages":[{"no":1}]},"messages":[',
  '{"t":"]} \\" {["}',
  '{"u":{"v":[{}]}}',
  '],"z":"\\\\"}',
]

test.each([1, 2, 7, 64, 1000])(
  'a document is cut into its messages and what is around them, %i bytes at once',
  (size) => {
    expect(piecesOf(Buffer.from(TEXT), size)).toEqual(EXPECTED)
  },
)

test('it goes on from the start of any piece', () => {
  const bytes = Buffer.from(TEXT)
  for (let at = 0; at <= bytes.length; at += 1) {
    const first = new DocumentSplitter()
    const before = first.push(bytes.subarray(0, at), 0)
    const second = new DocumentSplitter(first.position)
    const after = second.push(bytes.subarray(first.position.offset), first.position.offset)
    expect([...before, ...after].map((piece) => Buffer.from(piece.bytes).toString())).toEqual(EXPECTED)
    expect([...before, ...after].map((piece) => piece.number)).toEqual([1, 2, 3, 4])
  }
})

test('a document that breaks off waits, and is handed out in the end', () => {
  const splitter = new DocumentSplitter()
  expect(splitter.push(Buffer.from('{"messages":[{"a":1},{"b"'), 0)).toHaveLength(2)
  expect(splitter.waitingBytes).toBe(5)
  expect(Buffer.from(splitter.flush()?.bytes ?? []).toString()).toBe(',{"b"')
  expect(splitter.position).toEqual({ offset: 25, lineNumber: 4 })
})

test('a document without messages is one piece, and a gap between blocks is refused', () => {
  const splitter = new DocumentSplitter()
  expect(splitter.push(Buffer.from('{"sessionId":"x","messages":{}}'), 0)).toHaveLength(1)
  expect(() => splitter.push(Buffer.from('x'), 99)).toThrow('byte 31 was due')
})

test('what is around the messages is made whole', () => {
  expect(Buffer.from(completed(Buffer.from('{"a":1,"messages":['))).toString()).toBe('{"a":1,"messages":[]}')
  expect(Buffer.from(completed(Buffer.from('],"z":2}'))).toString()).toBe('{"messages":[],"z":2}')
  expect(Buffer.from(completed(Buffer.from('{"id":"m"}'))).toString()).toBe('{"id":"m"}')
})
