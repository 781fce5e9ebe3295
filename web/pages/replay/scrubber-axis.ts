/** Where steps stand along the scrubber: fractions from 0 to 1, rising with the position. */
export interface Axis {
  /** The fraction of each position. */
  fractions: Float64Array
}

/** Each step as wide as the next. */
export function stepAxis(length: number): Axis {
  const fractions = new Float64Array(length)
  for (let position = 0; position < length; position++) fractions[position] = length > 1 ? position / (length - 1) : 0
  return { fractions }
}

/** Steps by the time at which they happened. A clock that ran backwards stands still until it is passed. */
export function timeAxis(times: readonly number[]): Axis {
  const fractions = new Float64Array(times.length)
  const first = times[0] ?? 0
  const span = times.reduce((latest, time) => Math.max(latest, time), first) - first
  if (span <= 0) return stepAxis(times.length)
  let latest = first
  for (const [position, time] of times.entries()) {
    latest = Math.max(latest, time)
    fractions[position] = (latest - first) / span
  }
  return { fractions }
}

/** The position nearest to a fraction; of several at the same place the last. */
export function positionAt({ fractions }: Axis, fraction: number): number {
  let low = 0
  let high = fractions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((fractions[middle] ?? 0) <= fraction) low = middle + 1
    else high = middle
  }
  const before = Math.max(0, low - 1)
  const after = Math.min(fractions.length - 1, low)
  const isAfterNearer = (fractions[after] ?? 0) - fraction < fraction - (fractions[before] ?? 0)
  return Math.max(0, isAfterNearer ? after : before)
}

/** The part of the axis that is shown. */
export interface Window {
  from: number
  to: number
}

export const WHOLE: Window = { from: 0, to: 1 }

/** Narrows (`factor` < 1) or widens the window around a fraction that keeps its place on screen. */
export function zoomWindow(window: Window, around: number, factor: number, narrowest: number): Window {
  const width = Math.min(1, Math.max(narrowest, (window.to - window.from) * factor))
  const share = (around - window.from) / (window.to - window.from)
  return placeWindow(around - share * width, width)
}

/** Moves the window so that a fraction is in it, with some room; returns the same window when it is already. */
export function windowWith(window: Window, fraction: number): Window {
  if (fraction >= window.from && fraction <= window.to) return window
  const width = window.to - window.from
  return placeWindow(fraction - width / 2, width)
}

/** A window of a width that begins at a fraction, kept inside the axis. */
export function placeWindow(from: number, width: number): Window {
  const start = Math.min(Math.max(0, from), 1 - width)
  return { from: start, to: start + width }
}
