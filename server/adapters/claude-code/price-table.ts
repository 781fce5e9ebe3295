/** US dollars for a million tokens. */
export interface Price {
  input: number
  output: number
  cacheWrite5m: number
  cacheWrite1h: number
  cacheRead: number
}

/** What a model costs. */
export interface ModelPrice {
  /** Part of the model's name. The longest one in it counts, so that `claude-opus-4-5` wins over `claude-opus-4`. */
  model: string
  standard: Price
  /** For requests whose prompt, cache included, is longer than `above` tokens: counts for all their tokens. */
  long?: { above: number; price: Price }
  /** How many times as much the fast mode costs. */
  fastFactor?: number
}

/** The day on which the table was compared with its sources, which the README beside names. */
export const PRICE_DATE = '2026-11-24'

/** Prices of Anthropic's own API on that day; a price that changed before is not remembered. */
export const PRICE_TABLE: readonly ModelPrice[] = [
  { model: 'claude-fable-5', standard: price(10, 50) },
  { model: 'claude-fable-5-1', standard: price(10, 50, { cacheRead: 0.25 }) },
  { model: 'claude-mythos-5', standard: price(10, 50) },
  { model: 'claude-mythos-5-1', standard: price(10, 50, { cacheRead: 0.25 }) },
  { model: 'claude-opus-5-5', standard: price(4, 20, { cacheRead: 0.2 }), fastFactor: 2 },
  { model: 'claude-opus-5', standard: price(5, 25), fastFactor: 2 },
  { model: 'claude-opus-4-8', standard: price(5, 25), fastFactor: 2 },
  { model: 'claude-opus-4-7', standard: price(5, 25), fastFactor: 6 },
  { model: 'claude-opus-4-6', standard: price(5, 25), fastFactor: 6 },
  { model: 'claude-opus-4-5', standard: price(5, 25) },
  { model: 'claude-opus-4', standard: price(15, 75) },
  { model: 'claude-3-opus', standard: price(15, 75) },
  { model: 'claude-sonnet-5-5', standard: price(2, 10, { cacheRead: 0.1 }) },
  { model: 'claude-sonnet-5', standard: price(2, 10) },
  { model: 'claude-sonnet-4-6', standard: price(3, 15) },
  { model: 'claude-sonnet-4', standard: price(3, 15), long: { above: 200_000, price: price(6, 22.5) } },
  { model: 'claude-3-7-sonnet', standard: price(3, 15) },
  { model: 'claude-3-5-sonnet', standard: price(3, 15) },
  { model: 'claude-haiku-5-5', standard: price(0.1, 0.5), long: { above: 100_000, price: price(0.5, 2.5) } },
  { model: 'claude-haiku-4-5', standard: price(1, 5) },
  { model: 'claude-3-5-haiku', standard: price(0.8, 4) },
  { model: 'claude-3-haiku', standard: price(0.25, 1.25, { cacheWrite5m: 0.3, cacheRead: 0.03 }) },
]

/** Caching costs a fixed multiple of the input's price unless the model says otherwise. */
function price(input: number, output: number, special: Partial<Price> = {}): Price {
  return { input, output, cacheWrite5m: input * 1.25, cacheWrite1h: input * 2, cacheRead: input * 0.1, ...special }
}
