import { setImmediate } from 'node:timers/promises'
import type { EventStore, StoredEvent } from '../../db/stores/event-store.ts'

/** Where the search looks. */
export interface Searched {
  events: Pick<EventStore, 'linesAfter'>
  bodies: { line(row: StoredEvent): Iterable<Uint8Array>; texts(row: StoredEvent): { part: number; text: string }[] }
}

/** Lines looked at before other requests get their turn. */
const BYTES_AT_ONCE = 1_000_000
const LINES_AT_ONCE = 200
const LONGEST_SEARCHED = 4_000_000

/** Finds a text in a session's events, ignoring case, by looking through its lines in the vault. */
export async function findText(
  searched: Searched,
  sessionKey: number,
  query: { text: string; limit: number },
): Promise<{ items: { seq: number; excerpt: string }[]; isCut: boolean }> {
  const needle = query.text.toLowerCase()
  const mayStandInLine = lineTest(needle)
  const items: { seq: number; excerpt: string }[] = []
  let after = -1
  for (;;) {
    const rows = searched.events.linesAfter(sessionKey, after, LINES_AT_ONCE)
    if (rows.length === 0) return { items, isCut: false }
    let bytes = 0
    for (const row of rows) {
      after = row.seq
      bytes += row.length
      if (mayStandInLine(row, searched)) {
        for (const { part, text } of searched.bodies.texts(row)) {
          const at = text.toLowerCase().indexOf(needle)
          const seq = at === -1 ? undefined : row.seq + part
          if (seq === undefined) continue
          if (items.length === query.limit) return { items, isCut: true }
          items.push({ seq, excerpt: excerptOf(text, at, needle.length) })
        }
      }
      if (bytes > BYTES_AT_ONCE) {
        bytes = 0
        await setImmediate()
      }
    }
    await setImmediate()
  }
}

/** A cheap test on the bytes of a line: false only when the text can't be in it, however JSON escapes it. */
function lineTest(needle: string): (row: StoredEvent, searched: Searched) => boolean {
  const words = needle.match(/[a-z0-9]+/g) ?? []
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), '')
  if (longest.length < 2) return () => true
  return (row, { bodies }) => {
    // Of a very long line only the beginning is known to the index: its bytes are not searched.
    if (row.length > LONGEST_SEARCHED) return true
    return Buffer.concat([...bodies.line(row)])
      .toString('latin1')
      .toLowerCase()
      .includes(longest)
  }
}

function excerptOf(text: string, at: number, length: number): string {
  const from = Math.max(0, at - 60)
  const excerpt = text
    .slice(from, at + length + 100)
    .replace(/\s+/g, ' ')
    .toWellFormed()
  return `${from > 0 ? '…' : ''}${excerpt}${at + length + 100 < text.length ? '…' : ''}`
}
