import type { Axis } from '../replay/scrubber-axis.ts'

/** Marks that follow each other closer than this stand apart all the same, so that each can be seen and reached. */
const SHORTEST_MS = 1_000
/** Longer than this nobody worked: the axis shows no more of it, and still less where all work was short. */
const LONGEST_MS = 180_000
const LEAST_PAUSE_MS = 15_000
/** Of the whole axis, about what one pause may take. */
const PAUSE_SHARE = 1 / 4
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
  const pauses = times.map((at, position) => Math.max(0, at - (times[position - 1] ?? at)))
  const longest = longestOf(pauses)
  const gaps: Gap[] = []
  let length = 0
  for (let position = 1; position < times.length; position++) {
    const pause = pauses[position] ?? 0
    if (pause >= NAMED_MS) gaps.push({ position, ms: times[position - 1] === 0 ? 0 : pause })
    length += shownOf(pause, longest)
    fractions[position] = length
  }
  return { fractions: length > 0 ? fractions.map((place) => place / length) : fractions, gaps }
}

function shownOf(pause: number, longest: number): number {
  return Math.min(longest, Math.max(SHORTEST_MS, pause))
}

/** How much of a pause is shown: a night between two sessions of a minute must not fill the axis. */
function longestOf(pauses: readonly number[]): number {
  let longest = LONGEST_MS
  for (let pass = 0; pass < 2; pass += 1) {
    const length = pauses.slice(1).reduce((sum, pause) => sum + shownOf(pause, longest), 0)
    longest = Math.min(longest, Math.max(LEAST_PAUSE_MS, length * PAUSE_SHARE))
  }
  return longest
}
