import { expect, test } from 'vitest'
import { deltaOf } from './delta.ts'

test.each([
  ['what is new alone', null, 'abc', { keepStart: 0, keepEnd: 0, text: 'abc' }],
  ['a change in the middle', 'one two three', 'one 2 three', { keepStart: 4, keepEnd: 6, text: '2' }],
  ['nothing where nothing changed', 'same', 'same', { keepStart: 4, keepEnd: 0, text: '' }],
  ['no unit counted twice where a part repeats', 'aa', 'aaa', { keepStart: 2, keepEnd: 0, text: 'a' }],
  ['what was cut away', 'head tail', 'tail', { keepStart: 0, keepEnd: 4, text: '' }],
  ['whole pairs, where they begin alike', 'x\u{1f600}', 'x\u{1f601}', { keepStart: 1, keepEnd: 0, text: '\u{1f601}' }],
  ['whole pairs, where they end alike', '\u{1f600}y', '\u{1fa00}y', { keepStart: 0, keepEnd: 1, text: '\u{1fa00}' }],
])('a delta is %s', (_name, before, after, delta) => {
  expect(deltaOf(before, after)).toEqual(delta)
})
