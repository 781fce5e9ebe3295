/** Tokens that fit into every model of Gemini so far. */
const GEMINI_WINDOW = 1_048_576
const GEMMA_WINDOW = 256_000

/** The part of the window at which the agent compresses, unless its settings say otherwise. */
const THRESHOLD = 0.5

/** Tokens that fit into a model's context, as the agent itself counts. */
export function contextWindow(model: string): number {
  return /\bgemma\b/i.test(model) ? GEMMA_WINDOW : GEMINI_WINDOW
}

/** Tokens in the context at which the agent compresses by itself. A setting of the user's own is not known here. */
export function compactsAt(window: number): number {
  return Math.ceil(window * THRESHOLD)
}
