import { isShape, type Shape } from './shape.ts'

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/

/** What a line of JSON held: records, at least one, or the reason why there is none. */
export type JsonLine = { records: Shape[] } | { problem: string }

/** How whole records are told from parts of torn ones in a damaged line. */
export interface RecordSigns {
  /** Finds where a record can begin; global. */
  start: RegExp
  isRecord(found: Shape): boolean
}

/** Characters that are looked through in one damaged line beyond its length, so that an odd line cannot hold up the rest. */
const SEARCH_BUDGET = 32 * 1024 * 1024

/**
 * Reads a line that should hold one record. Invalid UTF-8 and lone surrogates become U+FFFD. Where writes collided, the line may
 * hold a torn record before a whole one, or several: every whole record is returned, the torn text is left out. Throws only
 * at records that are nested beyond what the stack holds.
 */
export function readJsonLine(bytes: Uint8Array, signs: RecordSigns): JsonLine {
  const text = decode(bytes)
  const whole = parse(text)
  if (whole !== undefined) {
    return isShape(whole) ? { records: [repaired(whole, text)] } : { problem: 'The line is JSON, but not a record.' }
  }
  const records = wholeRecords(text, signs).map((record) => repaired(record, text))
  return records.length > 0 ? { records } : { problem: reasonFor(text) }
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function reasonFor(text: string): string {
  const end = text.trimEnd()
  if (!end.startsWith('{')) return 'The line does not begin like a record.'
  return end.endsWith('}') ? 'The line is not valid JSON.' : 'The record breaks off before its end.'
}

/** A nested object never counts: a whole record ends at the end of the line or where the next one begins. */
function wholeRecords(text: string, signs: RecordSigns): Shape[] {
  const starts = new RegExp(signs.start)
  const found: Shape[] = []
  let budget = text.length + Math.min(SEARCH_BUDGET, 7 * text.length)
  for (let match = starts.exec(text); match !== null && budget > 0; match = starts.exec(text)) {
    const start = match.index
    const end = endOfValue(text, start)
    budget -= (end ?? text.length) - start
    if (end === null || !/^\s*(?:$|\{)/.test(text.slice(end, end + 64))) continue
    const record = parse(text.slice(start, end))
    if (!isShape(record) || !signs.isRecord(record)) continue
    found.push(record)
    starts.lastIndex = end
  }
  return found
}

/** Where the object that begins at `start` ends, by counting braces outside of strings; null when it does not. */
function endOfValue(text: string, start: number): number | null {
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === 0x22) {
      at = endOfString(text, at)
      if (at === -1) return null
    } else if (char === 0x7b) {
      depth += 1
    } else if (char === 0x7d) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return null
}

function endOfString(text: string, quote: number): number {
  for (let end = text.indexOf('"', quote + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1
    if (slashes % 2 === 0) return end
  }
  return -1
}

/** Lone surrogates can only come from an escape, so most records need no walk. */
function repaired(record: Shape, text: string): Shape {
  if (!text.includes('\\u') || !SURROGATE_ESCAPE.test(text)) return record
  return wellFormed(record) as Shape
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (!isShape(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]))
}
