/** A moment in the history of all sessions. `at` never runs backwards inside one session. */
export interface Stamp {
  /** Milliseconds since 1970. */
  at: number
  /** The session's row key. */
  session: number
  seq: number
  /** Position inside the event. */
  n: number
}

/** Before everything: what stood on disk when the first session began. */
export const ORIGIN: Stamp = { at: -1, session: 0, seq: 0, n: 0 }

/** Orders moments by time; inside one session by its own order. Negative when `a` is earlier. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.at - b.at || a.session - b.session || a.seq - b.seq || a.n - b.n
}

/** Picks the four parts of a stamp out of a larger record. */
export function stampOf(record: Stamp): Stamp {
  return { at: record.at, session: record.session, seq: record.seq, n: record.n }
}
