/** What the agent takes of a model's window for use, and at which part of the whole window it compacts by itself. */
const USABLE = 0.95
const THRESHOLD = 0.9

/** Tokens that fit, where the agent does not tell: what it takes of the 272,000 of most of its models. */
const USUAL_WINDOW = 258_400

/** Tokens that fit into a model's context as the agent counts. Its records state the true number. */
export function contextWindow(): number {
  return USUAL_WINDOW
}

/** Tokens in the context at which the agent compacts by itself. A lower limit in the user's settings is not known here. */
export function compactsAt(window: number): number {
  return Math.round((window / USABLE) * THRESHOLD)
}
