import { expect, test } from 'vitest'
import type { Usage } from '../adapter.ts'
import { costOf } from './prices.ts'
import { compactsAt, contextWindow } from './windows.ts'

function usage(model: string, tokens: Partial<Usage['tokens']>): Usage {
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
  }
}

test.each([
  ['gemini-3.8-flash', { input: 1_000_000 }, 0.75],
  ['gemini-3.8-flash', { cacheRead: 1_000_000 }, 0.075],
  ['models/gemini-2.5-pro', { input: 100_000, output: 1_000_000 }, 10.125],
  // A long prompt costs more, all of it, what came from the cache included in its length.
  ['gemini-3.1-pro-preview-customtools', { input: 100_000, cacheRead: 150_000, output: 1_000_000 }, 18.46],
  ['gemini-2.5-flash-lite-preview-09-2025', { input: 1_000_000 }, 0.1],
])('%s costs what the table says for %j', (model, tokens, dollars) => {
  expect(costOf(usage(model, tokens))).toBeCloseTo(dollars, 10)
})

test.each(['gemini-9', 'gemma-4-31b-it', 'gemini-2.5-flash-image', 'gemini-3.1-flash-live-preview', ''])(
  '%s has no price, so none is made up',
  (model) => {
    expect(costOf(usage(model, { input: 1 }))).toBeNull()
  },
)

test('the window and where it is compressed are those of the agent', () => {
  expect(contextWindow('gemini-3.8-flash')).toBe(1_048_576)
  expect(contextWindow('gemma-4-31b-it')).toBe(256_000)
  expect(compactsAt(1_048_576)).toBe(524_288)
})
