import { expect, test } from 'vitest'
import type { OwnPatterns } from './finding.ts'
import { Scanner } from './scanner.ts'

/** Numbers of staff, as a company may write them: `MA-` and digits. */
const STAFF: OwnPatterns = {
  find: (text) =>
    [...text.matchAll(/MA-\d{4}/g)].map(({ index, 0: found }) => ({
      start: index,
      end: index + found.length,
      kind: 'staff',
    })),
}
const scanner = new Scanner({ extra: [STAFF] })

test('what a pattern of the user finds is a sure finding of its own kind', () => {
  expect(scanner.scanText('ask MA-4711 about the deployment').findings).toEqual([
    {
      kind: 'staff',
      provider: 'own',
      tier: 'definite',
      start: 4,
      end: 11,
      value: 'MA-4711',
      within: [],
      path: [],
      isKey: false,
    },
  ])
})

test.each<[string, unknown, string]>([
  ['a short string', { by: 'MA-4711' }, 'MA-4711'],
  ['JSON in a string', { output: JSON.stringify({ by: 'MA-4711' }) }, 'MA-4711'],
  ['escapes', { output: 'by: MA\\u002d4711 (staff)' }, 'MA\\u002d4711'],
  ['colours', { output: 'by: MA-\u001b[1m4711\u001b[0m (staff)' }, 'MA-\u001b[1m4711'],
])('it is found in %s', (_name, value, written) => {
  const [finding, ...others] = scanner.scanValue(value).findings
  const [text] = Object.values(value as Record<string, string>)

  expect(others).toEqual([])
  expect(finding).toMatchObject({ kind: 'staff', value: 'MA-4711' })
  expect(text?.slice(finding?.start, finding?.end)).toBe(written)
})

test('it is found inside base64, and in a JSON line as it is written', () => {
  const encoded = Buffer.from('the file was signed by MA-4711 in May').toString('base64')
  const line = JSON.stringify({ note: 'by MA-4711, twice' })

  expect(scanner.scanText(`cat | base64\n${encoded}\n`).findings).toMatchObject([
    { kind: 'staff', value: 'MA-4711', within: [{ start: 23, end: 30 }] },
  ])
  expect(scanner.scanJson(line)?.findings).toMatchObject([{ kind: 'staff', path: ['note'], start: 3, end: 10 }])
})

test('it wins over a guess at the same place, and two patterns that overlap give one finding', () => {
  const wide: OwnPatterns = {
    find: (text) =>
      text.includes('by MA-4711')
        ? [{ start: text.indexOf('by MA'), end: text.indexOf('by MA') + 10, kind: 'wide' }]
        : [],
  }

  expect(scanner.scanValue({ password: 'MA-4711' }).findings.map(({ kind }) => kind)).toEqual(['staff'])
  expect(
    new Scanner({ extra: [STAFF, wide] }).scanText('signed by MA-4711 in May').findings.map(({ kind }) => kind),
  ).toEqual(['wide'])
})

test('a range that does not lie in the text is passed over', () => {
  const broken: OwnPatterns = {
    find: (text) => [
      { start: -1, end: 3, kind: 'before' },
      { start: 3, end: 3, kind: 'empty' },
      { start: 3, end: text.length + 1, kind: 'beyond' },
    ],
  }

  expect(new Scanner({ extra: [broken] }).scanText('an ordinary sentence').findings).toEqual([])
})
