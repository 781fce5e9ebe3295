import type { Axis } from '../replay/scrubber-axis.ts'

/** Marks that follow each other closer than this stand apart all the same, so that each can be seen and reached. */
const SHORTEST_MS = 1_000
/** Longer than this nobody worked: the axis shows no more of it. */
const LONGEST_MS = 180_000
/** From here on a pause is one that the axis names. */
const NAMED_MS = 1_800_000

/** A pause in which no session did anything. */
export interface Gap {
  /** The first mark after it. */
  position: number
  ms: number
}

/** An axis of time on which pauses are shortened. */
export interface GapAxis extends Axis {
  gaps: readonly Gap[]
}

/** Places marks by their times, in order; 0 is no time. Pauses of days take no more room than minutes. */
export function gapAxis(times: readonly number[]): GapAxis {
  const fractions = new Float64Array(times.length)
  const gaps: Gap[] = []
  let length = 0
  for (let position = 1; position < times.length; position++) {
    const before = times[position - 1] ?? 0
    const pause = Math.max(0, (times[position] ?? 0) - before)
    if (pause >= NAMED_MS) gaps.push({ position, ms: before === 0 ? 0 : pause })
    length += Math.min(LONGEST_MS, Math.max(SHORTEST_MS, pause))
    fractions[position] = length
  }
  return { fractions: length > 0 ? fractions.map((place) => place / length) : fractions, gaps }
}
