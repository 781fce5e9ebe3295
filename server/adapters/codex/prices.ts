import type { Usage } from '../adapter.ts'

/** US dollars for a million tokens. */
interface Price {
  input: number
  cacheRead: number
  output: number
}

interface ModelPrice {
  /** Beginning of the model's name. The longest one counts, so that `gpt-5.4-mini` wins over `gpt-5.4`. */
  model: string
  standard: Price
  /** For requests whose prompt, cache included, is longer than 272,000 tokens: counts for all their tokens. */
  long?: Price
}

/** The day on which the table was compared with its sources, which the README beside names. */
export const PRICE_DATE = '2026-11-25'

const LONG_PROMPT = 272_000

/** Prices of OpenAI's API, standard tier, on that day; a price that changed before is not remembered. */
const PRICE_TABLE: readonly ModelPrice[] = [
  { model: 'gpt-6.1-sol', standard: price(2, 0.1, 10), long: price(4, 0.2, 15) },
  { model: 'gpt-5.5', standard: price(5, 0.5, 30), long: price(10, 1, 45) },
  { model: 'gpt-5.4', standard: price(2.5, 0.25, 15), long: price(5, 0.5, 22.5) },
  { model: 'gpt-5.4-mini', standard: price(0.75, 0.075, 4.5) },
  { model: 'gpt-5.4-nano', standard: price(0.2, 0.02, 1.25) },
  { model: 'gpt-5.3-codex', standard: price(1.75, 0.175, 14) },
  { model: 'gpt-5.2', standard: price(1.75, 0.175, 14) },
  { model: 'gpt-5.2-codex', standard: price(1.75, 0.175, 14) },
  { model: 'gpt-5.1', standard: price(1.25, 0.125, 10) },
  { model: 'gpt-5.1-codex', standard: price(1.25, 0.125, 10) },
  { model: 'gpt-5.1-codex-max', standard: price(1.25, 0.125, 10) },
  { model: 'gpt-5.1-codex-mini', standard: price(0.25, 0.025, 2) },
  { model: 'gpt-5', standard: price(1.25, 0.125, 10) },
  { model: 'gpt-5-codex', standard: price(1.25, 0.125, 10) },
  { model: 'gpt-5-mini', standard: price(0.25, 0.025, 2) },
]

const byLength = [...PRICE_TABLE].sort((a, b) => b.model.length - a.model.length)

/** What one answer cost in US dollars by the dated table; null where the model has no price. */
export function costOf(usage: Usage): number | null {
  if (usage.statedCostUsd !== null) return usage.statedCostUsd
  const model = byLength.find((entry) => isOf(usage.model, entry.model))
  if (model === undefined) return null
  const { input, output, cacheRead, cacheWrite } = usage.tokens
  const of = input + cacheRead + cacheWrite > LONG_PROMPT ? (model.long ?? model.standard) : model.standard
  return ((input + cacheWrite) * of.input + output * of.output + cacheRead * of.cacheRead) / 1_000_000
}

/** Names come with a provider before and a date after; one with a word of its own (`-pro`, `-spark`) is another product. */
function isOf(name: string, model: string): boolean {
  const own = name.slice(name.lastIndexOf('/') + 1)
  return own.startsWith(model) && /^(?:$|-\d{4}-?\d{2}-?\d{2}|-latest$)/.test(own.slice(model.length))
}

function price(input: number, cacheRead: number, output: number): Price {
  return { input, cacheRead, output }
}
