import { expect, test } from 'vitest'
import { cutLongStrings, cutText } from './cut.ts'

test('a text is cut without breaking a character in two', () => {
  expect(cutText('abc', 3)).toEqual({ value: 'abc', isCut: false })
  expect(cutText('ab😀', 3)).toEqual({ value: 'ab\ufffd', isCut: true })
  expect(cutText(null, 3)).toEqual({ value: null, isCut: false })
})

test('long strings are cut at every depth and the rest is left alone', () => {
  const value = { a: 'x'.repeat(6), list: [1, null, { b: 'y'.repeat(5), c: true }] }

  expect(cutLongStrings(value, 5)).toEqual({
    value: { a: 'xxxxx… (1 more characters)', list: [1, null, { b: 'yyyyy', c: true }] },
    isCut: true,
  })
  expect(cutLongStrings(value, 6).isCut).toBe(false)
})
