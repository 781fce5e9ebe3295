import { expect, test } from 'vitest'
import { KnownValues } from './known-values.ts'
import { LineRedactor } from './line-redactor.ts'
import { pieceIn } from './pieces.ts'
import { drawn, sampleOf, seeded } from './sample.ts'
import { Scanner } from './scanner.ts'
import { ALPHABETS } from './charset.ts'
import { shapeText } from './shape.ts'

const scanner = new Scanner()
const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(41))
const redactor = new LineRedactor({
  scanner,
  known: new KnownValues(),
  placeholderOf: ({ kind }) => `[REDACTED:${kind}:7F3A]`,
  takesOut: () => true,
})
const delta = (text: string) => JSON.stringify({ n: 1, event: { delta: { type: 'text_delta', text } }, f: 1 })
const encode = (text: string) => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test.each([
  [
    'a value that is cut in two',
    [`use ${TOKEN.slice(0, 9)}`, `${TOKEN.slice(9)} now`],
    ['use [REDACTED:github-pat:7F3A]', ' now'],
  ],
  [
    'one in three pieces, the middle one all of it',
    ['x ', TOKEN.slice(0, 5), TOKEN.slice(5, 30), `${TOKEN.slice(30)}\n`],
    ['x ', '[REDACTED:github-pat:7F3A]', '', '\n'],
  ],
  ['one in a single piece', ['say ', TOKEN, '"'], ['say ', '[REDACTED:github-pat:7F3A]', '"']],
])('%s goes from the first piece on, the rest of it from the others', (_name, texts, expected) => {
  const lines = redactor.redactPieces(texts.map((text) => encode(delta(text))))
  expect(lines.map(({ bytes }) => decode(bytes))).toEqual(expected.map((text) => delta(text)))
  expect(lines.flatMap(({ hits }) => hits.map(({ finding }) => finding.value))).toEqual([TOKEN])
})

test('only records of a stream hold pieces', () => {
  expect(pieceIn(delta('a'))).toMatchObject({ text: 'a' })
  expect(pieceIn('{"delta":"a","text":"b"}')).toBeNull()
  expect(pieceIn('{"delta":{"text":"torn')).toBeNull()
})

test('whatever a line holds: it parses, has its shape, keeps every byte around, and nothing is found in it again', () => {
  const random = seeded(7)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const wrap = [
    (text: string) => text,
    (text: string) => JSON.stringify({ out: text, n: [1.5, null] }),
    (text: string) => `$ base64\n${Buffer.from(text).toString('base64')}\n`,
    (text: string) => `\u001b[32m${text}\u001b[0m`,
    (text: string) => `${text}\r\n\t"quoted" \\ / é \ud83d\ude00 \ud800`,
  ]
  for (let round = 0; round < 400; round += 1) {
    const value = sampleOf('ghp_{a62:30}{crc62}', random)
    let text = `${drawn(random, ALPHABETS.a62, 5)} export GITHUB_TOKEN=${value} `
    for (let level = Math.floor(random() * 3); level > 0; level -= 1) text = pick(wrap)(text)
    const literal = JSON.stringify(text).replaceAll('/', () => pick(['/', '\\/']))
    const [front, end] = ['{ "n": 12345678901234567890, "f":1.0,"t" : ', ',"t":"again", "e":-0.0e+1 }']
    const line = `${front}${literal}${end}`

    const { bytes, isChanged, problem } = redactor.redact(encode(line))
    const out = decode(bytes)

    expect([isChanged, problem], line).toEqual([true, null])
    expect(out.startsWith(front) && out.endsWith(end), out).toBe(true)
    expect(shapeText(JSON.parse(out))).toBe(shapeText(JSON.parse(line)))
    expect(scanner.scanJson(out)?.findings, out).toEqual([])
  }
})
