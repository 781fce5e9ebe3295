import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createTemporaryFolder } from '../../db/testing.ts'
import { patchOfFile } from './code-patch.ts'

/** Has git turn the one text into the other with our patch. */
function applied(below: string, before: string | null, after: string | null): string | null {
  const { path: folder, remove } = createTemporaryFolder()
  onTestFinished(remove)
  mkdirSync(dirname(join(folder, below)), { recursive: true })
  if (before !== null) writeFileSync(join(folder, below), before)
  execFileSync('git', ['-C', folder, 'init', '-q'])
  execFileSync('git', ['-C', folder, 'apply', '--whitespace=nowarn', '-'], {
    input: patchOfFile({ below, before, after }),
  })
  return existsSync(join(folder, below)) ? readFileSync(join(folder, below), 'utf8') : null
}

const cases: [string, string | null, string | null][] = [
  ['a change', 'one\ntwo\nthree\n', 'one\n2\nthree\n'],
  ['a change at the end without line feed', 'one\ntwo', 'one\ntwo\nthree'],
  ['a line feed that is added', 'one', 'one\n'],
  ['a line feed that is taken away', 'one\n', 'one'],
  ['a new file', null, 'one\ntwo\n'],
  ['a new file without line feed at the end', null, 'one'],
  ['a new file with nothing in it', null, ''],
  ['a file that is deleted', 'one\ntwo\n', null],
  ['an empty file that is deleted', '', null],
  ['a file that is emptied', 'one\n', ''],
  ['a file that gets its first line', '', 'one\n'],
  ['lines with carriage returns', 'one\r\ntwo\r\n', 'one\r\n2\r\n'],
  [
    'more than can be compared in time',
    'a\n'.repeat(40_000),
    Array.from({ length: 40_000 }, (_, n) => `${n}\n`).join(''),
  ],
]

test.each(cases)('git understands %s', (_name, before, after) => {
  expect(applied('src/a.ts', before, after)).toBe(after)
})

test.each(['with space.ts', 'quote".ts', 'back\\slash.ts', 'ümlaut.ts', 'tab\there.ts', 'line\nfeed.ts', 'end '])(
  'git understands the name %j',
  (name) => {
    expect(applied(`src/${name}`, 'one\n', 'two\n')).toBe('two\n')
    expect(applied(`src/${name}`, null, 'two\n')).toBe('two\n')
  },
)
