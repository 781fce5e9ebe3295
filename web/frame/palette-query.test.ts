// @vitest-environment node
import { expect, test } from 'vitest'
import { sessionWith } from '../testing/session.ts'
import { isFitFor, parsePaletteQuery, targetOf, verbPrefixes } from './palette-query.ts'

test.each([
  ['lexer  rewrite ', { verb: 'open', words: 'lexer  rewrite' }],
  ['fork lexer', { verb: 'fork', words: 'lexer' }],
  ['redact lexer', { verb: 'redact', words: 'lexer' }],
  ['continue lexer', { verb: 'handoff', words: 'lexer' }],
  ['hand off the lexer', { verb: 'handoff', words: 'the lexer' }],
  ['continued', { verb: 'open', words: 'continued' }],
  ['Fork ', { verb: 'fork', words: '' }],
  ['what was lost in the lexer', { verb: 'lost', words: 'the lexer' }],
  ['lost lexer', { verb: 'lost', words: 'lexer' }],
  ['project tides', { verb: 'project', words: 'tides' }],
  ['projector', { verb: 'open', words: 'projector' }],
  ['forklift', { verb: 'open', words: 'forklift' }],
  ['what was lost', { verb: 'open', words: 'what was lost' }],
  ['a lost lock', { verb: 'open', words: 'a lost lock' }],
])('“%s” is understood', (text, query) => {
  expect(parsePaletteQuery(text)).toEqual(query)
})

test('a chosen verb is understood like a typed one', () => {
  expect(parsePaletteQuery(verbPrefixes.fork)).toEqual({ verb: 'fork', words: '' })
  expect(parsePaletteQuery(verbPrefixes.lost)).toEqual({ verb: 'lost', words: '' })
})

test('only a compacted session can have lost something', () => {
  expect(isFitFor('lost', sessionWith({ compactions: 0 }))).toBe(false)
  expect(isFitFor('lost', sessionWith({ compactions: 1 }))).toBe(true)
  expect(isFitFor('fork', sessionWith({ compactions: 0 }))).toBe(true)
  expect(isFitFor('project', sessionWith({}))).toBe(false)
})

test('each verb leads where it is done', () => {
  expect(targetOf('redact', sessionWith({ id: 'claude-code:a' }))).toBe('/sessions/claude-code:a?redact=1')
  const session = sessionWith({ id: 'claude-code:1' })

  expect(targetOf('open', session)).toBe('/sessions/claude-code:1')
  expect(targetOf('project', sessionWith({ projectPath: '/w/app' }))).toBe('/projects/%2Fw%2Fapp')
  expect(targetOf('fork', session)).toBe('/sessions/claude-code:1?fork=end')
  expect(targetOf('handoff', session)).toBe('/sessions/claude-code:1?handoff=end')
  expect(targetOf('lost', session)).toBe('/sessions/claude-code:1/compaction')
})
