/** Shorter absences are not worth a report. */
const shortestMs = 10 * 60_000
const seenKey = 'lossless.lastSeen'
const awayKey = 'lossless.awaySince'

/** What of the browser's storage is needed, so that a test can bring its own. */
type Store = Pick<Storage, 'getItem' | 'setItem'>

/**
 * Since when the person was away, in milliseconds since 1970; undefined at the first visit or after a short pause. A
 * reload asks again and gets the same, as long as the tab lives (`tab`); `browser` outlives it.
 */
export function awaySince(input: { browser: Store; tab: Store; now: number }): number | undefined {
  const told = readTime(input.tab, awayKey)
  if (told !== undefined) return told
  const seen = readTime(input.browser, seenKey)
  if (seen === undefined || input.now - seen < shortestMs) return undefined
  input.tab.setItem(awayKey, String(seen))
  return seen
}

/** Notes that the person is here now. */
export function noteSeen(browser: Store, now: number): void {
  browser.setItem(seenKey, String(now))
}

function readTime(store: Store, key: string): number | undefined {
  const time = Number(store.getItem(key) ?? Number.NaN)
  return Number.isFinite(time) ? time : undefined
}
