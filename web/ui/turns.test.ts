// @vitest-environment node
import { expect, test } from 'vitest'
import { levelOf, turnsText } from './turns.ts'

test.each([
  [null, undefined],
  [undefined, undefined],
  [0, 'Compaction may come with the next turn'],
  [1, 'About 1 turn to compaction'],
  [7, 'About 7 turns to compaction'],
])('%s turns left are told as %s', (turns, text) => {
  expect(turnsText(turns)).toBe(text)
})

test.each([
  [74, [75, 90], 'calm'],
  [75, [75, 90], 'warning'],
  [90, [75, 90], 'error'],
  [60, [50, 70, 95], 'warning'],
  [71, [50, 70, 95], 'error'],
  [85, [80], 'error'],
  [99, [], 'calm'],
] as const)('%s %% with levels at %s is %s', (percent, levels, level) => {
  expect(levelOf(percent, levels)).toBe(level)
})
