import type { Usage } from '../adapter.ts'

/** US dollars for a million tokens. */
export interface Price {
  input: number
  output: number
  cacheWrite5m: number
  cacheWrite1h: number
  cacheRead: number
}

/** The day on which the table was compared with its sources. */
export const PRICE_DATE = '2026-11-24'

const OPUS = price(5, 25)
const OPUS_OLD = price(15, 75)
const SONNET = price(3, 15)
const HAIKU_4_5 = price(1, 5)

const PRICES: readonly { model: RegExp; standard: Price }[] = [
  { model: /claude-opus-4-[5-8]/, standard: OPUS },
  { model: /claude-opus-4/, standard: OPUS_OLD },
  { model: /claude-sonnet-4/, standard: SONNET },
  { model: /claude-haiku-4-5/, standard: HAIKU_4_5 },
]

/** What the tokens of one answer cost in US dollars: as stated by the record, else by the table; null where the model has no price. */
export function costOf(usage: Usage): number | null {
  if (usage.statedCostUsd !== null) return usage.statedCostUsd
  const standard = PRICES.find((entry) => entry.model.test(usage.model))?.standard
  if (standard === undefined) return null
  const { input, output, cacheRead, cacheWrite } = usage.tokens
  const write5m = cacheWrite - usage.cacheWrite1h
  const sum =
    input * standard.input +
    output * standard.output +
    cacheRead * standard.cacheRead +
    write5m * standard.cacheWrite5m +
    usage.cacheWrite1h * standard.cacheWrite1h
  return sum / 1_000_000
}

/** Caching costs a fixed multiple of the input's price, unless a model says otherwise. */
function price(input: number, output: number): Price {
  return { input, output, cacheWrite5m: input * 1.25, cacheWrite1h: input * 2, cacheRead: input * 0.1 }
}
