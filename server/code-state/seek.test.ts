import { expect, test } from 'vitest'
import { applyHunks } from './apply.ts'
import type { Hunk } from './file-op.ts'

function hunk(lines: string[], seek: 'next' | 'end' = 'next'): Hunk {
  return { oldStart: 0, oldLines: 0, newStart: 0, newLines: 0, lines, seek }
}

test.each([
  ['the first place counts', 'a\nb\na\n', [hunk(['-a', '+x'])], 'x\nb\na\n'],
  ['the next hunk is sought after the one before', 'a\nb\na\n', [hunk(['-a', '+x']), hunk(['-a', '+y'])], 'x\nb\ny\n'],
  ['a hunk without changes only moves on', 'f\na\ng\na\n', [hunk([' g']), hunk(['-a', '+x'])], 'f\na\ng\nx\n'],
  ['the end of the file can be meant', 'a\nb\na\n', [hunk(['-a', '+x'], 'end')], 'a\nb\nx\n'],
  ['lines alone are put at the end', 'a\n', [hunk(['+x'])], 'a\nx\n'],
  ['a last line feed is added', 'a\nb', [hunk(['-b', '+x'])], 'a\nx\n'],
  ['white space may differ', '  a  \nb\n', [hunk(['-a', '+x'])], 'x\nb\n'],
  ['punctuation may differ', 'say “no”\n', [hunk(['-say "no"', '+yes'])], 'yes\n'],
])('%s', (_, base, hunks, expected) => {
  expect(applyHunks(base, hunks)).toEqual({ text: expected, confidence: 'exact' })
})

test('a hunk that is nowhere changes nothing', () => {
  expect(applyHunks('a\nb\n', [hunk(['-c', '+x'])])).toBeNull()
})
