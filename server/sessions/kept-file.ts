/** A file that a session was read from, in all its states, the first one first. */
export interface KeptFile {
  path: string
  generations: { id: number; length: number }[]
}

/** One state of a kept file. */
export interface KeptState {
  path: string
  generationId: number
  length: number
}

/**
 * Chooses what an export gives: the numbered state, counted from 1, or the longest one that was ever kept, so that a
 * stub that took the file's place does not win. Of a session with several files the one with the longest state counts.
 */
export function chooseState(files: readonly KeptFile[], number?: number): KeptState | undefined {
  const states = files.flatMap(({ path, generations }) =>
    generations.map(({ id, length }, index) => ({ path, generationId: id, length, number: index + 1 })),
  )
  const wanted = number === undefined ? states : states.filter((state) => state.number === number)
  // Of two that are equally long the later one is the newer.
  const [longest] = wanted.toSorted((a, b) => b.length - a.length || b.generationId - a.generationId)
  return longest && { path: longest.path, generationId: longest.generationId, length: longest.length }
}

/** Bytes that are read at once. */
const PART = 1_000_000

/** The bytes of a state in order. */
export function* bytesOf(
  state: KeptState,
  readRange: (generationId: number, offset: number, length: number) => Uint8Array,
): Generator<Uint8Array, void> {
  for (let offset = 0; offset < state.length; offset += PART) {
    yield readRange(state.generationId, offset, Math.min(PART, state.length - offset))
  }
}
