import { expect, it } from 'vitest'
import type { Usage } from '../adapter.ts'
import { costOf } from './prices.ts'

function usage(model: string, tokens: Partial<Usage['tokens']>, more: Partial<Usage> = {}): Usage {
  return {
    key: 'k',
    messageId: null,
    isSidechain: false,
    model,
    tokens: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, ...tokens },
    cacheWrite1h: 0,
    speed: 'standard',
    statedCostUsd: null,
    contextUsed: 0,
    ...more,
  }
}

it('prices every kind of token', () => {
  const answer = usage(
    'claude-opus-4-6',
    { input: 1000, output: 1000, cacheRead: 1000, cacheWrite: 1000 },
    { cacheWrite1h: 400 },
  )
  // 5 + 25 + 0.5 + 600 × 6.25 / 1000 + 400 × 10 / 1000, for a thousand tokens in thousandths of a dollar
  expect(costOf(answer)).toBeCloseTo(0.03825, 10)
})

it.each([
  ['claude-opus-4-5-20251101', 5],
  ['claude-opus-4-20250514', 15],
  ['claude-opus-4-1-20250805', 15],
  ['claude-opus-5', 5],
  ['claude-opus-5-5', 4],
  ['claude-sonnet-4-5-20250929', 3],
  ['claude-sonnet-5-5', 2],
  ['claude-haiku-4-5-20251001', 1],
  ['claude-3-5-haiku-20241022', 0.8],
  ['us.anthropic.claude-opus-4-5-20251101-v1:0', 5],
  ['claude-opus-4-6[1m]', 5],
])('knows the price of %s', (model, dollars) => {
  expect(costOf(usage(model, { input: 100_000 }))).toBeCloseTo(dollars / 10, 10)
})

it('equals the amount that the client stated for its own session', () => {
  expect(costOf(usage('claude-opus-5-5', { input: 6000, output: 210, cacheRead: 500 }))).toBeCloseTo(0.0283, 10)
})

it('prices a whole request by the length of its prompt', () => {
  expect(costOf(usage('claude-sonnet-4-5', { input: 1000, cacheRead: 199_000, output: 1000 }))).toBeCloseTo(0.0777, 10)
  expect(costOf(usage('claude-sonnet-4-5', { input: 1001, cacheRead: 199_000, output: 1000 }))).toBeCloseTo(
    0.147906,
    10,
  )
})

it('prices the fast mode', () => {
  expect(costOf(usage('claude-opus-4-6', { output: 1000 }, { speed: 'fast' }))).toBeCloseTo(0.15, 10)
  expect(costOf(usage('claude-opus-4-8', { output: 1000 }, { speed: 'fast' }))).toBeCloseTo(0.05, 10)
})

it('takes the amount that a record states', () => {
  expect(costOf(usage('claude-opus-4-6', { output: 1000 }, { statedCostUsd: 0.5 }))).toBe(0.5)
})

it('knows no price of a foreign model', () => {
  expect(costOf(usage('gpt-9', { output: 1000 }))).toBeNull()
})
