import type { Usage } from '../adapter.ts'
import { countOf, isShape, numberOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'

/** The name under which the agent writes its own messages; no model answered, nothing was paid. */
export const SYNTHETIC_MODEL = '<synthetic>'

/**
 * Reads the tokens of an `assistant` record; null where it states none. Each record of one answer carries them: `key`
 * is the same in all, and in copies in other sessions.
 */
export function usageOf(record: Shape, isSidechain: boolean, fallbackKey: string): Usage | null {
  const message = shapeOf(record['message'])
  const stated = message['usage']
  const model = textOf(message['model'])
  if (!isShape(stated) || model === null || model === SYNTHETIC_MODEL) return null

  const cache = shapeOf(stated['cache_creation'])
  const write1h = countOf(cache['ephemeral_1h_input_tokens'])
  const split = countOf(cache['ephemeral_5m_input_tokens']) + write1h
  const tokens = {
    input: countOf(stated['input_tokens']),
    output: countOf(stated['output_tokens']),
    cacheRead: countOf(stated['cache_read_input_tokens']),
    cacheWrite: Math.max(countOf(stated['cache_creation_input_tokens']), split),
  }
  const messageId = textOf(message['id'])
  const requestId = textOf(record['requestId'])
  return {
    key: messageId === null ? fallbackKey : `${messageId}:${requestId ?? ''}`,
    messageId,
    isSidechain,
    model,
    tokens,
    cacheWrite1h: Math.min(write1h, tokens.cacheWrite),
    speed: stated['speed'] === 'fast' ? 'fast' : 'standard',
    statedCostUsd: numberOf(record['costUSD']),
    contextUsed: tokens.input + tokens.cacheRead + tokens.cacheWrite,
  }
}
