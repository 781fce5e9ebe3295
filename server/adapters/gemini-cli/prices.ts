import type { Usage } from '../adapter.ts'

/** US dollars for a million tokens. */
interface Price {
  input: number
  output: number
  cacheRead: number
}

interface ModelPrice {
  /** Part of the model's name. The longest one in it counts, so that `gemini-2.5-flash-lite` wins over `gemini-2.5-flash`. */
  model: string
  standard: Price
  /** For requests whose prompt, cache included, is longer than 200,000 tokens: counts for all their tokens. */
  long?: Price
}

/** The day on which the table was compared with its sources, which the README beside names. */
export const PRICE_DATE = '2026-11-25'

const LONG_PROMPT = 200_000

/** Prices of Google's API, paid tier, on that day; a price that changed before is not remembered. */
const PRICE_TABLE: readonly ModelPrice[] = [
  // Half the price until the end of 2026.
  { model: 'gemini-3.8-flash', standard: price(0.75, 3.75) },
  { model: 'gemini-3.5-flash', standard: price(1.5, 9) },
  { model: 'gemini-3.5-flash-lite', standard: price(0.3, 2.5) },
  { model: 'gemini-3.1-pro', standard: price(2, 12), long: price(4, 18) },
  { model: 'gemini-3.1-flash-lite', standard: price(0.25, 1.5) },
  { model: 'gemini-3-pro', standard: price(2, 12), long: price(4, 18) },
  { model: 'gemini-3-flash', standard: price(0.5, 3) },
  { model: 'gemini-2.5-pro', standard: price(1.25, 10), long: price(2.5, 15) },
  { model: 'gemini-2.5-flash', standard: price(0.3, 2.5) },
  { model: 'gemini-2.5-flash-lite', standard: price(0.1, 0.4) },
]

const byLength = [...PRICE_TABLE].sort((a, b) => b.model.length - a.model.length)

/** What one answer cost in US dollars by the dated table; null where the model has no price. */
export function costOf(usage: Usage): number | null {
  if (usage.statedCostUsd !== null) return usage.statedCostUsd
  const model = byLength.find((entry) => isOf(usage.model, entry.model))
  if (model === undefined) return null
  const { input, output, cacheRead } = usage.tokens
  const of = input + cacheRead > LONG_PROMPT ? (model.long ?? model.standard) : model.standard
  return (input * of.input + output * of.output + cacheRead * of.cacheRead) / 1_000_000
}

/** Names come with `models/` before and with suffixes; one with a word of its own (`-image`, `-live`) is another product. */
function isOf(name: string, model: string): boolean {
  const at = name.indexOf(model)
  if (at === -1) return false
  const rest = name.slice(at + model.length)
  return rest === '' || /^-(?:preview|latest|exp|base|customtools|\d)/.test(rest)
}

/** What is read from the cache costs a tenth of the input. */
function price(input: number, output: number): Price {
  return { input, output, cacheRead: input / 10 }
}
