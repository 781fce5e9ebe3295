// @vitest-environment node
import { expect, test } from 'vitest'
import { sayWarning } from './show-warning.ts'

const warning = {
  sessionId: 'claude-code:1',
  title: 'Rewrite the lexer',
  level: 90,
  used: 181_000,
  window: 200_000,
  turnsLeft: 3,
}

test('a warning says how full, whose context, how long it lasts and what was done', () => {
  expect(sayWarning(warning, true)).toEqual({
    title: 'The context is 90 % full',
    body: 'Rewrite the lexer. 181k of 200k tokens. About 3 turns to compaction. A snapshot was taken.',
  })
})

test('a warning leaves out what is not known or was not done', () => {
  expect(sayWarning({ ...warning, title: '', turnsLeft: null }, false).body).toBe('181k of 200k tokens.')
})
