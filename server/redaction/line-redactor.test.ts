import { describe, expect, test } from 'vitest'
import type { Finding } from './finding.ts'
import { KnownValues } from './known-values.ts'
import { LineRedactor } from './line-redactor.ts'
import { maskValue } from './mask-value.ts'
import { sampleOf, seeded } from './sample.ts'
import { Scanner } from './scanner.ts'

const scanner = new Scanner()
const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(11))
const placeholderOf = ({ kind }: { kind: string }) => `[REDACTED:${kind}:7F3A]`
const OUT = '[REDACTED:github-pat:7F3A]'

function redactorWith(known = new KnownValues(), takesOut: (finding: Finding) => boolean = () => true): LineRedactor {
  return new LineRedactor({ scanner, known, placeholderOf, takesOut })
}

function redact(line: string, redactor = redactorWith()): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(redactor.redact(new TextEncoder().encode(line)).bytes)
}

describe('a line', () => {
  test.each([
    ['a plain value', `{"a":"use ${TOKEN} now"}`, `{"a":"use ${OUT} now"}`],
    [
      'big numbers, decimals, blanks, escaped slashes and letters around it stay',
      `{ "n":12345678901234567890, "f":1.0,"p":"a\\/b \\u00e9", "t": "x ${TOKEN}" }\r\n`,
      `{ "n":12345678901234567890, "f":1.0,"p":"a\\/b \\u00e9", "t": "x ${OUT}" }\r\n`,
    ],
    [
      'a repeated key is looked at each time',
      `{"t":"${TOKEN}","t":"clean","t":"${TOKEN}"}`,
      `{"t":"${OUT}","t":"clean","t":"${OUT}"}`,
    ],
    [
      'a value with an escaped letter in it',
      `{"t":"${TOKEN.slice(0, 10)}\\u00${TOKEN.charCodeAt(10).toString(16)}${TOKEN.slice(11)}"}`,
      `{"t":"${OUT}"}`,
    ],
    [
      'JSON inside a string, and inside that one',
      JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ c: `"${TOKEN}"\n` }) }) }),
      JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ c: `"${OUT}"\n` }) }) }),
    ],
    ['a lone surrogate stays', `{"t":"\\ud800 ${TOKEN}"}`, `{"t":"\\ud800 ${OUT}"}`],
    ['a text that is no JSON', `export GITHUB_TOKEN=${TOKEN} # torn`, `export GITHUB_TOKEN=${OUT} # torn`],
    ['a BOM stays', `\ufeff{"t":"${TOKEN}"}`, `\ufeff{"t":"${OUT}"}`],
  ])('%s', (_name, line, expected) => {
    expect(redact(line)).toBe(expected)
  })

  test('base64 is decoded, and encoded again as it was written', () => {
    const said = `GITHUB_TOKEN=${TOKEN}\nPORT=8080\n`
    const wrapped = (text: string) => Buffer.from(text).toString('base64').replace(/.{40}/g, '$&\n')
    const line = JSON.stringify({ t: Buffer.from(said).toString('base64'), w: `cert\n${wrapped(said)}` })

    const out = JSON.parse(redact(line)) as { t: string; w: string }

    const expected = `GITHUB_TOKEN=${OUT}\nPORT=8080\n`
    expect(Buffer.from(out.t, 'base64').toString()).toBe(expected)
    expect(out.w).toBe(`cert\n${wrapped(expected)}`)
  })

  test('a line without secrets comes back as it is, the same bytes', () => {
    const bytes = new TextEncoder().encode('{"a":"nothing here"}')
    expect(redactorWith().redact(bytes).bytes).toBe(bytes)
  })

  test('bytes that are no UTF-8 come out as they came in', () => {
    const bytes = Buffer.concat([Buffer.from('\xff\xfe token ', 'latin1'), Buffer.from(TOKEN), Buffer.from([0x80])])
    const out = redactorWith().redact(bytes).bytes
    expect(Buffer.from(out).toString('latin1')).toBe(`\xff\xfe token ${OUT}\x80`)
  })

  test('a known value goes without any context, but never from a signature', () => {
    const known = new KnownValues()
    known.add('plain-words-99', { kind: 'generic-password', provider: null, tier: 'likely' })
    const line = `{"x":"it was plain-words-99","signature":"plain-words-99"}`

    const result = redactorWith(known).redact(new TextEncoder().encode(line))

    expect(new TextDecoder().decode(result.bytes)).toBe(
      '{"x":"it was [REDACTED:generic-password:7F3A]","signature":"plain-words-99"}',
    )
    expect(result.untouchable).toEqual([['signature']])
  })

  test('what is to stay stays, and is told', () => {
    const stays = redactorWith(new KnownValues(), ({ value }) => value !== TOKEN)
    const result = stays.redact(new TextEncoder().encode(`{"t":"${TOKEN}"}`))
    expect(result.isChanged).toBe(false)
    expect(result.hits.map(({ isTakenOut }) => isTakenOut)).toEqual([false])
  })

  test('a name of a member that is a secret is replaced as well', () => {
    expect(redact(`{"${TOKEN}":1}`)).toBe(`{"${OUT}":1}`)
  })
})

test('a parsed value is masked to what the spliced line says', () => {
  const records = [
    { a: { b: [`x ${TOKEN}`, { c: JSON.stringify({ d: TOKEN }) }] }, n: 1 },
    { [TOKEN]: { [TOKEN]: `deep ${TOKEN}` }, other: true },
    { e: Buffer.from(`token=${TOKEN}`).toString('base64') },
  ]
  for (const record of records) {
    const line = JSON.stringify(record)
    const { findings } = scanner.scanValue(record)
    expect(findings.length).toBeGreaterThan(0)
    expect(JSON.stringify(maskValue(JSON.parse(line), findings, placeholderOf))).toBe(redact(line))
  }
})
