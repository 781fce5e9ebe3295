import { expect, test } from 'vitest'
import { ALPHABETS } from './charset.ts'
import type { Finding } from './finding.ts'
import { eachLiteral, literalView } from './json-literals.ts'
import { KnownValues } from './known-values.ts'
import { drawn, sampleOf, seeded } from './sample.ts'
import { Scanner } from './scanner.ts'

const scanner = new Scanner()
const random = seeded(77)
const text62 = (length: number) => drawn(random, ALPHABETS.a62, length)
const PAT = sampleOf('ghp_{a62:30}{crc62}', random)

function summary(findings: readonly Finding[]): string[] {
  return findings.map(({ kind, tier }) => `${kind} ${tier}`)
}

/** What a finding covers in the string that it stands in. */
function covered(text: string, { start, end }: Finding): string {
  return text.slice(start, end)
}

test('a token says what it is, whose it is and where it stands', () => {
  const text = `remote: use ${PAT}, not the password`

  expect(scanner.scanText(text).findings).toEqual([
    {
      kind: 'github-pat',
      provider: 'GitHub',
      tier: 'definite',
      start: 12,
      end: 52,
      value: PAT,
      within: [],
      path: [],
      isKey: false,
    },
  ])
})

test('a checksum that does not hold lowers the tier and drops nothing', () => {
  const wrong = PAT.slice(0, -1) + (PAT.endsWith('A') ? 'B' : 'A')

  expect(summary(scanner.scanText(wrong).findings)).toEqual(['github-pat likely'])
})

test('in a JSON value the path and the range lead to the value, in values, lists and keys', () => {
  const value = { message: { content: ['nothing', { text: `GITHUB_TOKEN=${PAT}` }] }, [PAT]: 1 }
  const { findings } = scanner.scanValue(value)

  expect(findings.map(({ path, isKey, start }) => ({ path, isKey, start }))).toEqual([
    { path: ['message', 'content', 1, 'text'], isKey: false, start: 13 },
    { path: [PAT], isKey: true, start: 0 },
  ])
})

test('the name of a member counts for its value, also as a pair of name and value', () => {
  const password = 'gU7#kw-Pq2x!'
  const pairs = [{ password }, { name: 'DB_PASSWORD', value: password }, { env: { SMTP_PASSWORD: password } }]

  for (const value of pairs) expect(summary(scanner.scanValue(value).findings)).toEqual(['generic-password likely'])
  expect(scanner.scanValue({ description: password }).findings).toEqual([])
})

test('three levels of JSON in strings map back to the outermost string as it is written', () => {
  const level1 = JSON.stringify({ command: `export API_TOKEN="${PAT}"\n` })
  const level2 = JSON.stringify({ arguments: level1 })
  const level3 = JSON.stringify({ value: level2 })
  const [finding] = scanner.scanValue({ payload: level3 }).findings

  expect(finding?.value).toBe(PAT)
  expect(finding?.path).toEqual(['payload'])
  expect(finding && covered(level3, finding)).toBe(PAT)
})

test('a token that is escaped in the JSON inside is covered with its escapes', () => {
  const inner = `{"output":"key ${PAT.replace('_', '\\u005f')} end"}`
  const [finding] = scanner.scanValue({ output: inner }).findings

  expect(finding?.value).toBe(PAT)
  expect(finding && covered(inner, finding)).toBe(PAT.replace('_', '\\u005f'))
})

test('from the string to the raw line: a splice touches the secret and nothing else', () => {
  const line = `{"big":12345678901234567890,"n":1.0,"a":"x","a":"\\/tmp\\u00e9 \\"${PAT.replace('_', '\\u005F')}\\" \\ud800","z":[]}`
  let spliced = line
  eachLiteral(line, (literal) => {
    for (const { start, end } of scanner.scanText(literal.text).findings) {
      const view = literalView(line, literal)
      spliced = line.slice(0, view.start(start)) + '[REDACTED]' + line.slice(view.end(end))
    }
  })

  expect(spliced).toBe(
    '{"big":12345678901234567890,"n":1.0,"a":"x","a":"\\/tmp\\u00e9 \\"[REDACTED]\\" \\ud800","z":[]}',
  )
})

test('of a repeated key both values are looked at when the JSON is read as it is written', () => {
  const line = `{"text":"${PAT}","text":"harmless"}`

  expect(summary(scanner.scanJson(line)?.findings ?? [])).toEqual(['github-pat definite'])
  expect(scanner.scanJson('{"text":')).toBeNull()
  expect(scanner.scanJson('[not json]')).toBeNull()
})

test('deltas of a stream are one text', () => {
  const { findings } = scanner.scanPieces([`TOKEN=${PAT.slice(0, 15)}`, PAT.slice(15, 30), `${PAT.slice(30)} done`])

  expect(findings.map(({ value, start, end }) => ({ value, start, end }))).toEqual([{ value: PAT, start: 6, end: 46 }])
})

test('colours in and around a value do not hide it', () => {
  const text = `\u001b[33mGITHUB_TOKEN\u001b[0m=\u001b[1m${PAT.slice(0, 9)}\u001b[4m${PAT.slice(9)}\u001b[0m`
  const [finding] = scanner.scanText(text).findings

  expect(finding?.value).toBe(PAT)
  expect(finding && covered(text, finding)).toBe(`${PAT.slice(0, 9)}\u001b[4m${PAT.slice(9)}`)
  expect(scanner.scanText(`\\u001b[32m${PAT}\\u001b[0m`).findings.map(({ value }) => value)).toEqual([PAT])
})

test.each(['\\n', '\\t', '%3D', '\\u003d', '\\x3d'])('a token behind a written %s begins behind it', (before) => {
  const values = scanner.scanText(`a line${before}${PAT}`).findings.map(({ value }) => value)

  expect(values).toEqual([PAT])
})

test('base64 is looked into, twice, also wrapped to lines, and says where inside the value stands', () => {
  const once = Buffer.from(`DB_HOST=db\nGITHUB_TOKEN=${PAT}\n`).toString('base64')
  const twice = Buffer.from(`data: ${once}`).toString('base64')
  const text = `secret.yaml:\n${twice} end`
  const [finding] = scanner.scanText(text).findings

  expect(finding?.value).toBe(PAT)
  expect(finding && covered(text, finding)).toBe(twice)
  expect(finding?.within).toEqual([
    { start: 6, end: 6 + once.length },
    { start: 24, end: 64 },
  ])
  const wrapped = Buffer.from(`x=1\n`.repeat(30) + `GITHUB_TOKEN=${PAT}\n`)
    .toString('base64')
    .replace(/.{76}/g, '$&\n')
  expect(scanner.scanText(wrapped).findings.map(({ value }) => value)).toEqual([PAT])
})

test('percent encoding does not hide a token', () => {
  const text = `callback=https%3A%2F%2Fhost%2Fcb%3Ftoken%3Dghp%5F${PAT.slice(4)}`
  const [finding] = scanner.scanText(text).findings

  expect(finding?.value).toBe(PAT)
  expect(finding && covered(text, finding)).toBe(`ghp%5F${PAT.slice(4)}`)
})

test('a known value is found without context, in ids, in nested JSON and in base64', () => {
  const value = 'zk3-Plum9rest'
  const known = new KnownValues()
  expect(known.add(value, { kind: 'generic-password', provider: null, tier: 'likely' })).toBe(true)
  const places = [
    { note: `(${value})` },
    { sessionId: `x-${value}` },
    { signature: value },
    { output: JSON.stringify({ argv: ['run', value] }) },
    { data: Buffer.from(`some text and ${value} here`).toString('base64') },
  ]

  for (const place of places) {
    expect(scanner.scanValue(place).findings, JSON.stringify(place)).toEqual([])
    const found = scanner.scanValue(place, { known, onlyKnown: true }).findings
    expect(summary(found), JSON.stringify(place)).toEqual(['generic-password likely'])
  }
})

test('short and plain words are never known values', () => {
  const known = new KnownValues()
  const what = { kind: 'generic-password', provider: null, tier: 'likely' } as const

  for (const value of ['abc1234', 'production', '20261125']) expect(known.add(value, what)).toBe(false)
  expect(known.find('the production of 20261125')).toEqual([])
})

test('known values that begin alike are told apart, the longer first', () => {
  const known = new KnownValues()
  const what = { kind: 'generic-token', provider: null, tier: 'likely' } as const
  known.add('abcd1234efgh', what)
  known.add('abcd1234efgh5678', what)

  expect(known.find('x abcd1234efgh5678 abcd1234efgh y').map(({ value }) => value)).toEqual([
    'abcd1234efgh5678',
    'abcd1234efgh',
  ])
})

test('members that hold ids, signatures and images are not judged', () => {
  const value = {
    uuid: PAT,
    signature: PAT,
    thinkingSignature: PAT + text62(100),
    source: { type: 'base64', media_type: 'image/png', data: `iVBORw0KGgo${text62(400)}` },
  }

  expect(scanner.scanValue(value).findings).toEqual([])
})

test('the same output twice in one record is found twice', () => {
  const output = `${'line of output\n'.repeat(60)}GITHUB_TOKEN=${PAT}\n`
  const { findings } = scanner.scanValue({ content: output, toolUseResult: { stdout: output } })

  expect(findings.map(({ path }) => path)).toEqual([['content'], ['toolUseResult', 'stdout']])
})

test('in a file of secrets every setting counts, in its sample none', () => {
  const content = '     1→DB_HOST=db.internal\n     2→LOGIN=zk3-Plum9rest\n     3→DEBUG=true\n'

  expect(scanner.scanText(content, { file: '/app/.env' }).findings.map(({ value }) => value)).toEqual(['zk3-Plum9rest'])
  expect(scanner.scanText(content, { file: '/app/.env.example' }).findings).toEqual([])
  expect(scanner.scanValue({ file: { filePath: '/app/.env.local', content } }).findings).toHaveLength(1)
})
