import { bytesOf, decodedText } from './base64.ts'
import { ALPHABETS } from './charset.ts'
import type { Hit } from './finding.ts'

/** What stands in the place of a value from now on: printable ASCII without quotes and backslashes. */
export type PlaceholderOf = (secret: { value: string; kind: string }) => string

/** A range of a text and what it becomes. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** A text with its hits replaced. */
export function replaceHits(text: string, hits: readonly Hit[], placeholderOf: PlaceholderOf): string {
  const parts: string[] = []
  let at = 0
  for (const { start, end, text: put } of editsFor(text, hits, placeholderOf)) {
    parts.push(text.slice(at, start), put)
    at = end
  }
  parts.push(text.slice(at))
  return parts.join('')
}

/**
 * The edits that replace hits, in the order of the text and without overlaps. Where hits overlap, the first one stands
 * for all that they cover. What is inside base64 is decoded, replaced and encoded again, in the alphabet, with the
 * padding and in the lines that it had.
 */
export function editsFor(text: string, hits: readonly Hit[], placeholderOf: PlaceholderOf): Edit[] {
  const edits: (Edit & { inner: Hit[] })[] = []
  const sorted = [...hits].sort((a, b) => a.start - b.start || a.within.length - b.within.length || b.end - a.end)
  for (const hit of sorted) {
    const last = edits.at(-1)
    const inner = innerOf(hit)
    if (last === undefined || hit.start >= last.end) {
      edits.push({ start: hit.start, end: hit.end, text: placeholderOf(hit), inner: inner === null ? [] : [inner] })
    } else if (inner !== null && last.inner.length > 0 && last.start === hit.start && last.end === hit.end) {
      last.inner.push(inner)
    } else {
      last.end = Math.max(last.end, hit.end)
    }
  }
  return edits.map(({ start, end, text: put, inner }) => ({
    start,
    end,
    text: inner.length === 0 ? put : (encodedAgain(text.slice(start, end), inner, placeholderOf) ?? put),
  }))
}

/** The hit as it stands in what its base64 says; null for one that is not inside base64. */
function innerOf(hit: Hit): Hit | null {
  const [range, ...within] = hit.within
  return range === undefined ? null : { ...hit, ...range, within }
}

/** Null when the run does not decode any more: then the whole of it has to go. */
function encodedAgain(run: string, hits: readonly Hit[], placeholderOf: PlaceholderOf): string | null {
  const said = decodedText(run, 0, run.length)
  if (said === null) return null
  return encode(bytesAs(bytesOf(run, 0, run.length), said, replaceHits(said, hits, placeholderOf)), run)
}

/** A text in the encoding in which another one stands for these bytes: UTF-16, UTF-8, or a byte for each character. */
function bytesAs(bytes: Uint8Array, said: string, text: string): Uint8Array {
  const isWide = bytes[1] === 0 && bytes[3] === 0
  if (isWide) return Uint8Array.from([...text].flatMap((char) => [char.charCodeAt(0) & 255, 0]))
  const asUtf8 = new TextEncoder()
  if (asUtf8.encode(said).length === bytes.length) return asUtf8.encode(text)
  return Uint8Array.from(text, (char) => char.charCodeAt(0) & 255)
}

const LINE_ENDS = /\\r\\n|\\n|\r\n|\n/g

/** Base64 as another run of it is written. */
function encode(bytes: Uint8Array, like: string): string {
  const digits = ALPHABETS.b64.slice(0, 62) + (/[-_]/.test(like) ? '-_' : '+/')
  const ends = like.match(LINE_ENDS)
  const width = ends === null ? 0 : like.search(LINE_ENDS)
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3)
    const group = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63]
    for (const digit of group.slice(0, bytes.length - at + 1)) text += digits.charAt(digit)
  }
  if (like.replace(LINE_ENDS, '').length % 4 === 0) while (text.length % 4 !== 0) text += '='
  if (width === 0) return text
  const lines: string[] = []
  for (let at = 0; at < text.length; at += width) lines.push(text.slice(at, at + width))
  return lines.join(ends?.[0] ?? '')
}
