import { diff } from '@codemirror/merge'

/** A replacement of `from`–`to` in the old text. */
export interface DocChange {
  from: number
  to: number
  insert: string
}

/** Above this many changed characters a finer comparison costs more than it saves. */
const FINE_LIMIT = 60_000

/**
 * The changes that turn one text into another, small enough that an editor keeps its scroll position, its folds and
 * what it has parsed. Positions count in the old text.
 */
export function docChanges(before: string, after: string): DocChange[] {
  if (before === after) return []
  const start = commonStart(before, after)
  const end = commonEnd(before, after, start)
  const a = before.slice(start, before.length - end)
  const b = after.slice(start, after.length - end)
  if (a.length + b.length > FINE_LIMIT || a === '' || b === '') {
    return [{ from: start, to: before.length - end, insert: b }]
  }
  return diff(a, b, { scanLimit: 200, timeout: 8 }).map((change) => ({
    from: start + change.fromA,
    to: start + change.toA,
    insert: b.slice(change.fromB, change.toB),
  }))
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}

function commonEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start
  let length = 0
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++
  return length
}
