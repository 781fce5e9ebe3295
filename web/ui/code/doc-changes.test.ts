import { ChangeSet, Text } from '@codemirror/state'
import { describe, expect, it } from 'vitest'
import { docChanges } from './doc-changes.ts'

function apply(before: string, after: string): string {
  return ChangeSet.of(docChanges(before, after), before.length)
    .apply(Text.of(before.split('\n')))
    .toString()
}

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`)

describe('docChanges', () => {
  it('is empty for equal texts', () => {
    expect(docChanges('same', 'same')).toEqual([])
  })

  it('touches only what changed', () => {
    expect(docChanges('one\ntwo\nthree', 'one\n2\nthree')).toEqual([{ from: 4, to: 7, insert: '2' }])
    expect(docChanges('ab', 'aXb')).toEqual([{ from: 1, to: 1, insert: 'X' }])
    expect(docChanges('aa', 'a')).toEqual([{ from: 1, to: 2, insert: '' }])
  })

  it('leaves the text between two distant changes alone', () => {
    const before = lines(400)
    const after = [...before]
    after[3] = 'first change'
    after[390] = 'second change'
    const changes = docChanges(before.join('\n'), after.join('\n'))

    expect(changes.reduce((sum, { from, to }) => sum + to - from, 0)).toBeLessThan(60)
    expect(apply(before.join('\n'), after.join('\n'))).toBe(after.join('\n'))
  })

  it.each([
    ['', 'new file\n'],
    ['gone\n', ''],
    ['😀 one', '😁 one'],
    ['a\nb\nc\n', 'c\nb\na\n'],
    [lines(9_000).join('\n'), lines(9_000).toReversed().join('\n')],
  ])('leads from the old text to the new one', (before, after) => {
    expect(apply(before, after)).toBe(after)
  })
})
