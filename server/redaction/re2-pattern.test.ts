import { expect, test } from 'vitest'
import { compilePattern } from './re2-pattern.ts'
import { sampleOf, seeded } from './sample.ts'
import { Scanner } from './scanner.ts'

const MILLION = 1_000_000

function find(pattern: string, keyword: string, text: string): { found: string[]; isComplete: boolean } {
  const compiled = compilePattern({ kind: 'own-x', pattern, keyword })
  if (compiled.pattern === null) throw new Error(compiled.problem)
  let isComplete = true
  const ranges = compiled.pattern.find(text, () => (isComplete = false))
  return { found: ranges.map(({ start, end }) => text.slice(start, end)), isComplete }
}

test.each([
  ['all of it', 'acme_[a-z]{6}', 'use acme_abcdef, or acme_ghijkl', ['acme_abcdef', 'acme_ghijkl']],
  ['its first group', 'acme key: (\\w+)', 'the acme key: s3cr3t!', ['s3cr3t']],
  ['all of it where the group is empty', 'acme(?:: (\\w{4,}))?!', 'acme! acme: word!', ['acme!', 'word']],
  ['nothing without the keyword', '[a-z]{6}', 'abcdef', []],
  ['what stands near the keyword', '\\d{6}', `acme${' '.repeat(900)}123456${' '.repeat(900)}654321`, ['123456']],
  ['nothing shorter than four characters', 'acme-(\\d+)', 'acme-12 acme-1234', ['1234']],
  ['whole words at both ends', '\\bacme\\w+\\b', `${'x'.repeat(3000)} acme1 xacme2 acme3`, ['acme1', 'acme3']],
])('a pattern finds %s', (_what, pattern, text, found) => {
  expect(find(pattern, 'acme', text)).toEqual({ found, isComplete: true })
})

test('in a long text everything is found once, wherever pieces of it end', () => {
  const keys = Array.from({ length: 400 }, (_, index) => `acme_${String(index).padStart(7, '0')}`)

  expect(find('acme_\\d+', 'acme', keys.join(' ')).found).toEqual(keys)
  expect(find('\\d{7}', 'acme', keys.join(`\n${'-'.repeat(77)}\n`)).found).toEqual(keys.map((key) => key.slice(5)))
})

test.each([
  ['(abc', 'A parenthesis is opened and not closed.'],
  ['abc)', 'A parenthesis is closed that was not opened.'],
  ['[ab', 'A bracket is opened and not closed.'],
  [
    'a{2000}',
    'A number of repetitions is too large or they are in the wrong order; at most 1,000 are possible: {2000}',
  ],
  ['*a', 'There is nothing before a repetition that it could repeat: *'],
  ['a**', 'Two repetitions follow on each other: **'],
  ['acme(?=x)', 'Looking ahead, looking behind and these flags are not possible: (?='],
  ['(?<!x)acme', 'Looking behind is not possible, nor this name of a group: (?<!x)acme'],
  ['(a)\\1', 'A backslash stands before a character that it cannot stand before; \\1 to \\9 are not possible: \\1'],
  ['acme\\', 'A backslash stands at the end.'],
  [
    '\\p{Foo}',
    'What stands in brackets or braces is no class of characters, or a range in it runs backwards: \\p{Foo}',
  ],
  ['[a-z]{1,900}', 'The pattern is too large. Use smaller numbers of repetitions.'],
  ['a*', 'The pattern fits an empty text, so it would fit everywhere.'],
])('%s is refused with a sentence', (pattern, problem) => {
  expect(compilePattern({ kind: 'own-x', pattern, keyword: 'acme' })).toEqual({ pattern: null, problem })
})

test.each([
  ['nested repetitions', '(x+x+)+y', 'xxx', 'x'],
  ['a short match that looks ahead', '(?:x*y|xxxx)', 'xxx', 'x'],
  ['many optional ones', '(?:a?){120}a{120}', 'aaa', 'a'],
  ['a large class, many times', '\\p{L}{390}', 'aaa', 'aé'],
  ['any character', '.{0,90}acme.{90}Z', 'acme', 'acme_'],
  ['letters that never end', '[a-z_]+\\d', 'acme', 'acme_'],
])('%s take half a second at most', (_what, pattern, keyword, piece) => {
  const text = piece.repeat(MILLION / piece.length)
  const begun = process.threadCpuUsage()
  find(pattern, keyword, text)
  const { user, system } = process.threadCpuUsage(begun)

  // Twice the promised time, because other processes on the machine slow caches and clocks.
  expect((user + system) / 1000).toBeLessThan(1000)
})

test('a scanner says what is unchecked when a pattern gave up, and what the rules look for is found all the same', () => {
  const { pattern } = compilePattern({ kind: 'own-x', pattern: '(?:x*y|xxxx)', keyword: 'xxx' })
  const scanner = new Scanner({ extra: pattern === null ? [] : [pattern] })
  const token = sampleOf('ghp_{a62:30}{crc62}', seeded(91))

  const { findings, unchecked } = scanner.scanValue({
    a: `${token} ${'x'.repeat(MILLION)} ${token}`,
    b: 'an xxxxxy',
    c: 'an xyy',
  })

  expect(findings.filter(({ value }) => value === token)).toHaveLength(2)
  expect(unchecked.map(({ path }) => path)).toEqual([['a'], ['b']])
})

test('many strings of one line take no longer than one, and each line begins anew', () => {
  const { pattern } = compilePattern({ kind: 'own-x', pattern: '(?:x*y|xxxx)', keyword: 'xxx' })
  const scanner = new Scanner({ extra: pattern === null ? [] : [pattern] })
  const line = JSON.stringify([
    ...Array.from({ length: 2500 }, () => 'x'.repeat(390)),
    'nothing',
    `id ${'q7'.repeat(3)}`,
  ])

  const begun = process.threadCpuUsage()
  const unchecked = scanner.scanJson(line)?.unchecked ?? []
  const { user, system } = process.threadCpuUsage(begun)

  expect((user + system) / 1000).toBeLessThan(1500)
  expect(unchecked.length).toBeGreaterThan(1000)
  expect(unchecked.map(({ path }) => path[0])).not.toContain(2500)
  expect(scanner.scanText('an xxxxxy')).toMatchObject({ findings: [{ value: 'xxxxxy' }], unchecked: [] })
})
