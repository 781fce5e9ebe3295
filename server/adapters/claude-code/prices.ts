import type { Usage } from '../adapter.ts'
import { PRICE_TABLE, type ModelPrice } from './price-table.ts'

export { PRICE_DATE } from './price-table.ts'

const byLength = [...PRICE_TABLE].sort((a, b) => b.model.length - a.model.length)
const known = new Map<string, ModelPrice | null>()

/** What one answer cost in US dollars: as its record states, else by the dated table; null where the model has no price. */
export function costOf(usage: Usage): number | null {
  if (usage.statedCostUsd !== null) return usage.statedCostUsd
  const model = findModelPrice(usage.model)
  if (model === null) return null

  const { input, output, cacheRead, cacheWrite } = usage.tokens
  const isLong = model.long !== undefined && input + cacheRead + cacheWrite > model.long.above
  const price = isLong && model.long !== undefined ? model.long.price : model.standard
  const dollars =
    input * price.input +
    output * price.output +
    cacheRead * price.cacheRead +
    (cacheWrite - usage.cacheWrite1h) * price.cacheWrite5m +
    usage.cacheWrite1h * price.cacheWrite1h
  return (dollars / 1_000_000) * (usage.speed === 'fast' ? (model.fastFactor ?? 1) : 1)
}

/** Names come with dates, regions and suffixes: `us.anthropic.claude-opus-4-5-20251101-v1:0`, `claude-opus-4-6[1m]`. */
function findModelPrice(name: string): ModelPrice | null {
  const held = known.get(name)
  if (held !== undefined) return held
  const found = byLength.find((entry) => name.includes(entry.model)) ?? null
  if (known.size < 1000) known.set(name, found)
  return found
}
