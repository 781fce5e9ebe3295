import { expect, test } from 'vitest'
import { costOf } from './prices.ts'
import { usageOf } from './usage.ts'
import { compactsAt, contextWindow } from './windows.ts'

const MILLION = { input_tokens: 1_000_000, cached_input_tokens: 0, output_tokens: 1_000_000 }

function priceOf(model: string, stated: Record<string, number>): number | null {
  return costOf(usageOf(stated, { key: 'k', model }))
}

test.each([
  ['gpt-5.2-codex', 15.75],
  ['openai/gpt-5.2-codex-2026-01-14', 15.75],
  ['gpt-5.4-mini', 5.25],
  // Longer than 272,000 tokens.
  ['gpt-5.5', 55],
  ['gpt-6.1-sol', 19],
])('a million tokens of %s in and out cost %d dollars', (model, dollars) => {
  expect(priceOf(model, MILLION)).toBeCloseTo(dollars, 6)
})

test('what came from the cache is cheaper', () => {
  const stated = { input_tokens: 100_000, cached_input_tokens: 90_000, output_tokens: 1000 }

  expect(priceOf('gpt-5.5', stated)).toBeCloseTo(0.05 + 0.045 + 0.03, 9)
})

test.each(['gpt-5.5-pro', 'gpt-5.3-codex-spark', 'gpt-7', 'mistral'])('%s has no price', (model) => {
  expect(priceOf(model, MILLION)).toBeNull()
})

test('the agent compacts at nine tenths of the whole window, of which it uses 95 hundredths', () => {
  expect(compactsAt(contextWindow())).toBe(244_800)
})
