import { parentPort } from 'node:worker_threads'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'

parentPort?.on('message', ({ id, texts }: { id: number; texts: string[] }) => {
  try {
    // A text that spells a special token is a text like any other.
    const counts = texts.map((text) => countTokens(text, { disallowedSpecial: new Set() }))
    parentPort?.postMessage({ id, counts })
  } catch (error) {
    parentPort?.postMessage({ id, error: String(error) })
  }
})
