import { describe, expect, test } from 'vitest'
import { applyEdit, applyHunks } from './apply.ts'
import type { Hunk } from './file-op.ts'

function hunk(oldStart: number, oldLines: number, newLines: number, lines: string[]): Hunk {
  return { oldStart, oldLines, newStart: oldStart, newLines, lines }
}

describe('replacing', () => {
  test('one place is exact', () => {
    expect(applyEdit('a\nb\n', [], [{ old: 'b', new: 'c', all: false }])).toEqual({
      text: 'a\nc\n',
      confidence: 'exact',
    })
  })

  test('a dollar sign in the new text means nothing', () => {
    expect(applyEdit('x', [], [{ old: 'x', new: '$& $1', all: false }])?.text).toBe('$& $1')
  })

  test('all places', () => {
    expect(applyEdit('x y x', [], [{ old: 'x', new: 'z', all: true }])?.text).toBe('z y z')
  })

  test('several replacements follow one another', () => {
    const edits = [
      { old: 'a', new: 'b', all: false },
      { old: 'b', new: 'c', all: false },
    ]
    expect(applyEdit('a', [], edits)?.text).toBe('c')
  })

  test('taking text away takes its line end too', () => {
    expect(applyEdit('a\nb\nc\n', [], [{ old: 'b', new: '', all: false }])?.text).toBe('a\nc\n')
  })

  test('the hunk says which of two places is meant', () => {
    const hunks = [hunk(3, 1, 1, ['-x', '+y'])]
    expect(applyEdit('x\na\nx\n', hunks, [{ old: 'x', new: 'y', all: false }])).toEqual({
      text: 'x\na\ny\n',
      confidence: 'exact',
    })
  })

  test('without a hunk two places leave a doubt', () => {
    expect(applyEdit('x x', [], [{ old: 'x', new: 'y', all: false }])).toEqual({ text: 'y x', confidence: 'probable' })
  })

  test('a result that grew by other lines than the hunks say is only probable', () => {
    const hunks = [hunk(1, 1, 3, ['-a', '+b', '+c', '+d'])]
    expect(applyEdit('a\n', hunks, [{ old: 'a', new: 'b', all: false }])?.confidence).toBe('probable')
  })

  test('tabs shown as spaces in the hunks do not reach the text', () => {
    const hunks = [hunk(1, 2, 2, ['   if x {', '-    a()', '+    b()'])]
    const edits = [{ old: '\t\ta()', new: '\t\tb()', all: false }]
    expect(applyEdit('\tif x {\n\t\ta()\n', hunks, edits)?.text).toBe('\tif x {\n\t\tb()\n')
  })

  test('what is not there gives nothing', () => {
    expect(applyEdit('a', [], [{ old: 'b', new: 'c', all: false }])).toBeNull()
  })
})

describe('hunks', () => {
  test('context must match', () => {
    const one = [hunk(1, 2, 2, [' a', '-b', '+c'])]
    expect(applyHunks('a\nb\n', one)).toEqual({ text: 'a\nc\n', confidence: 'exact' })
    expect(applyHunks('x\ny\n', one)).toBeNull()
  })

  test('some lines off is probable', () => {
    expect(applyHunks('new\na\nb\n', [hunk(1, 2, 2, [' a', '-b', '+c'])])).toEqual({
      text: 'new\na\nc\n',
      confidence: 'probable',
    })
  })

  test('later hunks count the lines that earlier ones brought', () => {
    const hunks = [hunk(1, 1, 2, ['-a', '+a1', '+a2']), { ...hunk(3, 1, 1, ['-c', '+C']), newStart: 4 }]
    expect(applyHunks('a\nb\nc\n', hunks)?.text).toBe('a1\na2\nb\nC\n')
  })

  test('tabs shown as spaces are put back', () => {
    const hunks = [hunk(1, 2, 3, ['   if x {', '+    b()', '     a()'])]
    expect(applyHunks('\tif x {\n\t\ta()\n', hunks)).toEqual({
      text: '\tif x {\n\t\tb()\n\t\ta()\n',
      confidence: 'probable',
    })
  })

  test('lines into an empty file end with a line feed unless the patch says otherwise', () => {
    expect(applyHunks('', [hunk(0, 0, 1, ['+a'])])?.text).toBe('a\n')
    expect(applyHunks('', [hunk(0, 0, 1, ['+a', '\\ No newline at end of file'])])?.text).toBe('a')
  })
})
