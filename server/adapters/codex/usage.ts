import type { Usage } from '../adapter.ts'
import { countOf, isShape, numberOf, type Shape } from '../shared/shape.ts'

/** Name for answers of which no record before told the model. */
const UNNAMED = 'gpt'

/** Reads the tokens of one answer. `input_tokens` includes what came from the cache, `output_tokens` the reasoning. */
export function usageOf(stated: Shape, answer: { key: string; model: string | null }): Usage {
  const input = countOf(stated['input_tokens'])
  const cacheRead = Math.min(countOf(stated['cached_input_tokens']), input)
  const cacheWrite = Math.min(countOf(stated['cache_write_input_tokens']), input - cacheRead)
  return {
    key: answer.key,
    messageId: null,
    isSidechain: false,
    model: answer.model ?? UNNAMED,
    tokens: { input: input - cacheRead - cacheWrite, output: countOf(stated['output_tokens']), cacheRead, cacheWrite },
    cacheWrite1h: 0,
    speed: 'standard',
    statedCostUsd: null,
    contextUsed: contextOf(stated),
  }
}

/** Tokens in the context after an answer. */
export function contextOf(stated: Shape): number {
  return numberOf(stated['total_tokens']) === null
    ? countOf(stated['input_tokens']) + countOf(stated['output_tokens'])
    : countOf(stated['total_tokens'])
}

/** All tokens of a session so far as a text that can be compared; null where they are not stated. */
export function totalKey(stated: unknown): string | null {
  if (!isShape(stated)) return null
  const fields = ['input_tokens', 'cached_input_tokens', 'output_tokens', 'reasoning_output_tokens', 'total_tokens']
  return fields.map((field) => countOf(stated[field])).join('/')
}

/** What came between two totals; a total that shrank starts anew. */
export function betweenTotals(before: string | null, total: Shape): Shape {
  const now = (totalKey(total) ?? '').split('/').map(Number)
  const then = before === null ? [] : before.split('/').map(Number)
  const isReset = now.some((count, index) => count < (then[index] ?? 0))
  const [input, cached, output, reasoning, all] = now.map((count, index) => count - (isReset ? 0 : (then[index] ?? 0)))
  return {
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: output,
    reasoning_output_tokens: reasoning,
    total_tokens: all,
  }
}
