import type { Worker } from 'node:worker_threads'
import { startThread } from '../thread.ts'

/**
 * Claude's tokenizer is not public, so OpenAI's o200k_base counts and this factor makes up the difference: measured on
 * answers of recorded sessions, Claude 4.5 counted 1.09 to 1.25 times as much (docs/decisions/0006).
 */
const SAFETY = 1.25

/** A worker that has nothing to count ends after this time: its tables take some 70 MB. */
const IDLE_MS = 60_000

interface Reply {
  id: number
  counts?: number[]
  error?: string
}

/** Counts tokens in a thread of its own: loading the tables would hold up every request for a quarter of a second. */
export class Tokens {
  #worker: Worker | null = null
  #waiting = new Map<number, { resolve: (counts: number[]) => void; reject: (error: Error) => void }>()
  #next = 0
  #idle: NodeJS.Timeout | undefined

  /** Tokens of each text, never fewer than the models that were measured would count. */
  async count(texts: string[]): Promise<number[]> {
    if (texts.length === 0) return []
    const id = this.#next++
    clearTimeout(this.#idle)
    const counts = await new Promise<number[]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#running().postMessage({ id, texts })
    })
    return counts.map((count) => Math.ceil(count * SAFETY))
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    await this.#worker?.terminate()
    this.#worker = null
  }

  #running(): Worker {
    if (this.#worker) return this.#worker
    const worker = startThread(new URL('./token-worker.ts', import.meta.url))
    worker.unref()
    worker.on('message', (reply: Reply) => this.#answer(reply))
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('The thread that counts tokens ended. Try again.')))
    this.#worker = worker
    return worker
  }

  #answer({ id, counts, error }: Reply): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (counts) waiting?.resolve(counts)
    else waiting?.reject(new Error(`Tokens could not be counted: ${error ?? 'unknown reason'}.`))
    if (this.#waiting.size > 0) return
    this.#idle = setTimeout(() => void this.close(), IDLE_MS)
    this.#idle.unref()
  }

  #fail(error: Error): void {
    this.#worker = null
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

const PIECE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+|\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}+|[^\s\p{L}\p{N}]+|\p{L}+/gu
const CJK = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/** Tokens of a short text without the tables, within a fifth of the count for nine texts in ten. */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (const [piece] of text.matchAll(PIECE)) tokens += costOf(piece)
  return Math.max(1, Math.ceil(tokens * SAFETY))
}

function costOf(piece: string): number {
  if (/^\p{N}/u.test(piece)) return Math.ceil(piece.length / 3)
  if (CJK.test(piece)) return piece.length * 0.75
  if (/^\p{L}/u.test(piece)) return piece.length <= 8 ? 1 : Math.ceil(piece.length / 6)
  return piece.length <= 2 ? 0.7 : Math.ceil(piece.length / 3)
}
