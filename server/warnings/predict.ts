/** Growths that are averaged: fewer jump with every large file, more still remember another kind of work. */
const WINDOW = 20
/** Fewer growths say nothing. */
const LEAST = 5
/** Above this a prediction says no more than “not soon”. */
const FARTHEST = 200
/** A context that shrinks by more than this share was rewound or cleared: what came before says nothing. */
const RESTART = 0.2

/**
 * Predicts how many turns a session has left before its agent compacts. A turn is one answer of the model, which may
 * be one of many to the same prompt. `used` are the tokens of the context at each answer since the last compaction,
 * `limit` where the agent compacts. Null when that cannot be said.
 */
export function predictTurns(used: readonly number[], limit: number): number | null {
  const last = used.at(-1)
  if (last === undefined) return null
  if (last >= limit) return 0
  const recent = sinceRestart(used).slice(-WINDOW - 1)
  const growths = recent.length - 1
  if (growths < LEAST) return null
  const grown = (last - (recent[0] ?? last)) / growths
  if (grown <= 0) return null
  const turns = Math.ceil((limit - last) / grown)
  return turns > FARTHEST ? null : turns
}

function sinceRestart(used: readonly number[]): readonly number[] {
  const start = used.findLastIndex((value, index) => value < (1 - RESTART) * (used[index - 1] ?? 0))
  return start === -1 ? used : used.slice(start)
}
