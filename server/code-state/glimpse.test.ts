import { expect, test } from 'vitest'
import { fitGlimpse, joinGlimpses } from './glimpse.ts'

const TEXT = 'a\nb\nc\nd\ne\n'

test('lines that stand where they were seen fit', () => {
  expect(fitGlimpse(TEXT, { text: 'b\nc', startLine: 2, totalLines: 6 })).toBe('fits')
  expect(fitGlimpse(TEXT, { text: 'e\n', startLine: 5, totalLines: 6 })).toBe('fits')
  expect(fitGlimpse(TEXT, { text: 'b', startLine: 2, totalLines: null })).toBe('fits')
})

test('a part of a line is no line', () => {
  expect(fitGlimpse('ab\n', { text: 'a', startLine: 1, totalLines: 2 })).toEqual({ text: 'a\n' })
})

test('changed lines within the seen part are taken over', () => {
  expect(fitGlimpse(TEXT, { text: 'b\nX\nY\nd', startLine: 2, totalLines: 7 })).toEqual({ text: 'a\nb\nX\nY\nd\ne\n' })
})

test('the same lines further down mean that something changed above', () => {
  expect(fitGlimpse(TEXT, { text: 'b\nc', startLine: 3, totalLines: 7 })).toBe('elsewhere')
})

test('another number of lines with the same part means that something changed elsewhere', () => {
  expect(fitGlimpse(TEXT, { text: 'b\nc', startLine: 2, totalLines: 9 })).toBe('elsewhere')
})

test('a part beyond the end of the text cannot be placed', () => {
  expect(fitGlimpse(TEXT, { text: 'x', startLine: 90, totalLines: 95 })).toBe('elsewhere')
})

test('parts make the whole when no line is missing', () => {
  const head = { text: 'a\nb', startLine: 1, totalLines: 4 }
  expect(joinGlimpses([head])).toBeNull()
  expect(joinGlimpses([{ text: 'd\n', startLine: 3, totalLines: 4 }, head])).toBe('a\nb\nd\n')
  expect(joinGlimpses([])).toBeNull()
})
