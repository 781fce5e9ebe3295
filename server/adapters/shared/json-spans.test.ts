import { describe, expect, it } from 'vitest'
import { endOfJson, isTrueAt, itemsOf, membersOf, textAt, type Span } from './json-spans.ts'

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text)
}

/** Runs the check to its end, with how often it stopped on the way. */
function check(bytes: Uint8Array, from = 0): { end: number | null; rests: number } {
  const work = endOfJson(bytes, from)
  for (let rests = 0; ; rests += 1) {
    const step = work.next()
    if (step.done === true) return { end: step.value, rests }
  }
}

function textOf(bytes: Uint8Array, span: Span | undefined): string | null {
  return span === undefined ? null : Buffer.from(bytes.subarray(span.from, span.to)).toString()
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Numbers that look random and are the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff
  }
}

describe('checking a value', () => {
  it.each([
    '{}',
    '[]',
    '0',
    '-0.5e+7',
    '"a\\u00e9\\n"',
    'true',
    'null',
    '{"a":{"b":[1,2,{"c":[]}]},"d":"}]"}',
    ' [ 1 , { "x" : [ ] } , "\\"" ] ',
    '{"":""}',
  ])('takes %s as whole', (text) => {
    expect(check(bytesOf(text)).end).toBe(text.trimEnd().length)
  })

  it.each([
    '',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '[1 2]',
    '{"a" 1}',
    '01',
    '1.',
    '.5',
    '+1',
    'tru',
    'nul1',
    '"a\nb"',
    '"\\x"',
    '"\\u12g4"',
    '"open',
    '[}',
    '{"a":]',
    'Infinity',
    '-',
    ',',
  ])('takes %j as not whole', (text) => {
    expect(check(bytesOf(text)).end).toBeNull()
  })

  it('tells where a value ends when more follows', () => {
    expect(check(bytesOf('{"a":[1]}{"b":2}')).end).toBe(9)
    expect(check(bytesOf('{"a":[1]}{"b":2}'), 9).end).toBe(16)
  })

  it('is as strict as JSON.parse on texts with any one byte changed, added or missing', () => {
    const text = '{"a":[1,-2.5e3,"x\\u00e9\\n",true,{"b":null,"":[]}],"c":"é"}'
    const random = randomFrom(7)
    const odd = '{}[]",:\\0123eE+-.tfn u\u0001\u0000é'
    let whole = 0
    for (let round = 0; round < 4_000; round += 1) {
      const at = Math.floor(random() * text.length)
      const put = odd[Math.floor(random() * odd.length)] ?? ''
      const kinds = [
        text.slice(0, at) + put + text.slice(at + 1),
        text.slice(0, at) + put + text.slice(at),
        text.slice(0, at),
      ]
      const changed = kinds[round % 3] ?? text
      const bytes = bytesOf(changed)
      const { end } = check(bytes)
      const isWhole = end !== null && Buffer.from(bytes.subarray(end)).toString().trim() === ''
      expect(isWhole, JSON.stringify(changed)).toBe(isJson(changed))
      if (isWhole) whole += 1
    }
    expect(whole).toBeGreaterThan(100)
  })

  it('goes as deep as a file can be nested', () => {
    const depth = 200_000
    expect(check(bytesOf('['.repeat(depth) + ']'.repeat(depth))).end).toBe(2 * depth)
    expect(check(bytesOf('['.repeat(depth))).end).toBeNull()
  })

  it('rests on the way through a long text, and through many short ones', () => {
    expect(check(bytesOf(`{"a":"${'x'.repeat(4_000_000)}"}`)).rests).toBeGreaterThan(6)
    expect(check(bytesOf(`[${'"xxxxxxxx",'.repeat(200_000)}1]`)).rests).toBeGreaterThan(3)
  })
})

describe('looking into a value', () => {
  it('finds the members of an object where they stand', () => {
    const bytes = bytesOf(' {"a" : 1.0 ,"b":{"a":[2,"}"]}, "c":"x\\"y" ,"d":[] }')
    const members = membersOf(bytes, 1)
    expect([...members.keys()]).toEqual(['a', 'b', 'c', 'd'])
    expect([...members.values()].map((span) => textOf(bytes, span))).toEqual(['1.0', '{"a":[2,"}"]}', '"x\\"y"', '[]'])
  })

  it('takes the last of two members with one name, also when one is written with escapes', () => {
    const bytes = bytesOf('{"id":1,"i\\u0064":2}')
    expect(textOf(bytes, membersOf(bytes, 0).get('id'))).toBe('2')
  })

  it('finds the items of a list where they stand', () => {
    const bytes = bytesOf('[1 , "a,]" ,{"x":[1,2]},[[]], null]')
    expect(itemsOf(bytes, 0).map((span) => textOf(bytes, span))).toEqual(['1', '"a,]"', '{"x":[1,2]}', '[[]]', 'null'])
  })

  it('finds nothing in what is empty or something else', () => {
    expect(membersOf(bytesOf('{}'), 0).size).toBe(0)
    expect(membersOf(bytesOf('[1]'), 0).size).toBe(0)
    expect(itemsOf(bytesOf('[]'), 0)).toEqual([])
    expect(itemsOf(bytesOf('"[1]"'), 0)).toEqual([])
  })

  it('reads names and flags, and nothing that is neither', () => {
    const bytes = bytesOf('{"a":"caf\\u00e9","b":true,"c":"true","d":3}')
    const members = membersOf(bytes, 0)
    expect(textAt(bytes, members.get('a'))).toBe('café')
    expect(textAt(bytes, members.get('d'))).toBeNull()
    expect(textAt(bytes, members.get('missing'))).toBeNull()
    expect(isTrueAt(bytes, members.get('b'))).toBe(true)
    expect(isTrueAt(bytes, members.get('c'))).toBe(false)
  })
})
