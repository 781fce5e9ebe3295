/** A text as what it has of the one before, and what stands between. */
export interface Delta {
  keepStart: number
  keepEnd: number
  text: string
}

/** What of a text is new against the one before; most changes of a file are in one place. */
export function deltaOf(before: string | null, after: string): Delta {
  if (before === null) return { keepStart: 0, keepEnd: 0, text: after }
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1
  let end = 0
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) {
    end += 1
  }
  // No half of a surrogate pair is written.
  if (start > 0 && isHigh(after.charCodeAt(start - 1))) start -= 1
  if (end > 0 && isLow(after.charCodeAt(after.length - end))) end -= 1
  return { keepStart: start, keepEnd: end, text: after.slice(start, after.length - end) }
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}
