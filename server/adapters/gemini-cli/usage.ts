import type { Usage } from '../adapter.ts'
import { countOf, isShape, textOf, type Shape } from '../shared/shape.ts'

/** Name for answers whose record names no model. */
const UNNAMED = 'gemini'

/**
 * Reads the tokens of a message; null where it states none. `input` includes what came from the cache, `output` leaves
 * out thoughts, which are paid like it, and `tool` is what tools of the API put into the prompt.
 */
export function usageOf(message: Shape, id: string): Usage | null {
  const stated = message['tokens']
  if (!isShape(stated)) return null
  const input = countOf(stated['input'])
  const cacheRead = Math.min(countOf(stated['cached']), input)
  return {
    key: `gemini-cli:${id}`,
    messageId: id,
    isSidechain: false,
    model: textOf(message['model']) ?? UNNAMED,
    tokens: {
      input: input - cacheRead + countOf(stated['tool']),
      output: countOf(stated['output']) + countOf(stated['thoughts']),
      cacheRead,
      cacheWrite: 0,
    },
    cacheWrite1h: 0,
    speed: 'standard',
    statedCostUsd: null,
    contextUsed: input,
  }
}
