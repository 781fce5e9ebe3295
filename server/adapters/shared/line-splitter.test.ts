import { expect, it } from 'vitest'
import { LineSplitter, trimFiller } from './line-splitter.ts'

function textsOf(splitter: LineSplitter, block: Uint8Array, offset = 0): string[] {
  return splitter.push(block, offset).map((line) => Buffer.from(line.bytes).toString('latin1'))
}

it('gives lines with offset, number and size, and keeps the rest', () => {
  const splitter = new LineSplitter()
  const lines = splitter.push(Buffer.from('ab\n\ncde\nfg'), 0)
  expect(lines.map(({ offset, number, size }) => [offset, number, size])).toEqual([
    [0, 1, 3],
    [3, 2, 1],
    [4, 3, 4],
  ])
  expect(splitter.position).toEqual({ offset: 8, lineNumber: 4 })
  expect(splitter.waitingBytes).toBe(2)
})

it('splits at line feeds only and strips one carriage return', () => {
  const text = 'a\r\nb\rc\u2028d\r\r\n'
  expect(textsOf(new LineSplitter(), Buffer.from(text, 'utf8'))).toEqual([
    'a',
    Buffer.from('b\rc\u2028d\r', 'utf8').toString('latin1'),
  ])
})

it('joins a line that comes in many blocks, also with the carriage return in another block', () => {
  const splitter = new LineSplitter()
  expect(textsOf(splitter, Buffer.from('ab'), 0)).toEqual([])
  expect(textsOf(splitter, Buffer.from('cd\r'), 2)).toEqual([])
  expect(textsOf(splitter, Buffer.from('\ne'), 5)).toEqual(['abcd'])
})

it('is not confused when the caller uses its buffer again', () => {
  const splitter = new LineSplitter()
  const buffer = Buffer.from('first')
  splitter.push(buffer, 0)
  buffer.fill('x')
  expect(textsOf(splitter, Buffer.from('\n'), 5)).toEqual(['first'])
})

it('refuses a block that leaves a gap or overlaps', () => {
  const splitter = new LineSplitter()
  splitter.push(Buffer.from('abc'), 0)
  expect(() => splitter.push(Buffer.from('d'), 4)).toThrow('A block at byte 4 was read where byte 3 was due.')
  expect(() => splitter.push(Buffer.from('d'), 2)).toThrow('A block at byte 2 was read where byte 3 was due.')
})

it('goes on from a position with the right offsets and numbers', () => {
  const splitter = new LineSplitter({ offset: 100, lineNumber: 7 })
  expect(splitter.push(Buffer.from('x\ny\n'), 100).map((line) => [line.offset, line.number])).toEqual([
    [100, 7],
    [102, 8],
  ])
})

it('shows an unfinished line without giving it away', () => {
  const splitter = new LineSplitter()
  splitter.push(Buffer.from('one\ntw'), 0)
  expect(splitter.peek()).toMatchObject({ offset: 4, number: 2, size: 2 })
  expect(textsOf(splitter, Buffer.from('o\n'), 6)).toEqual(['two'])
})

it('hands out a last line for good; the line feed that comes late is no line of its own', () => {
  const splitter = new LineSplitter()
  splitter.push(Buffer.from('one\ntwo'), 0)
  expect(splitter.flush()).toMatchObject({ offset: 4, number: 2, size: 3 })
  expect(splitter.flush()).toBeNull()
  const after = splitter.push(Buffer.from('\nthree\n'), 7)
  expect(after.map((line) => [Buffer.from(line.bytes).toString(), line.offset, line.number])).toEqual([['three', 8, 3]])
})

it('takes what is written behind a flushed line as the next line', () => {
  const splitter = new LineSplitter()
  splitter.push(Buffer.from('one'), 0)
  splitter.flush()
  expect(textsOf(splitter, Buffer.from('two\n\n'), 3)).toEqual(['two', ''])
})

it('reads a line of 60 MB in blocks of 4 KiB in linear time', () => {
  const block = Buffer.alloc(4096, 'x')
  const splitter = new LineSplitter()
  const started = performance.now()
  for (let offset = 0; offset < 60 * 1024 * 1024; offset += block.length) splitter.push(block, offset)
  const [line] = splitter.push(Buffer.from('\n'), 60 * 1024 * 1024)
  expect(line?.bytes.length).toBe(60 * 1024 * 1024)
  // Copying all that waits at every block would move 470 GB.
  expect(performance.now() - started).toBeLessThan(20_000)
})

it('trims NUL bytes, white space and a byte order mark, at the ends only', () => {
  expect(Buffer.from(trimFiller(Buffer.from('\ufeff{"a":1}'))).toString()).toBe('{"a":1}')
  expect(Buffer.from(trimFiller(Buffer.from('\0\0 {"a":"b c"}\0\t'))).toString()).toBe('{"a":"b c"}')
  expect(trimFiller(Buffer.from('\0\0\0'))).toHaveLength(0)
})
