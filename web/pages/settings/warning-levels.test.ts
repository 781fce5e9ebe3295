// @vitest-environment node
import { expect, test } from 'vitest'
import { nextLevel, problemOfLevels, sortedLevels } from './warning-levels.ts'

test.each([
  [[75, 90], undefined],
  [[], undefined],
  [[75, null], 'whole number'],
  [[0], 'whole number'],
  [[101], 'whole number'],
  [[74.5], 'whole number'],
  [[80, 80], 'twice'],
])('levels %j: %s', (levels, sentence) => {
  const problem = problemOfLevels(levels)

  if (sentence === undefined) expect(problem).toBeUndefined()
  else expect(problem).toContain(sentence)
})

test('levels go to the server in ascending order', () => {
  expect(sortedLevels([90, 50, null, 75])).toEqual([50, 75, 90])
})

test('a further level lies between the highest and full', () => {
  expect(nextLevel([])).toBe(75)
  expect(nextLevel([75, 90])).toBe(95)
  expect(nextLevel([99])).toBe(100)
})
