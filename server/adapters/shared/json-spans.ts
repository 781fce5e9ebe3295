/** Where something stands in bytes: from its first byte up to the one after its last. */
export interface Span {
  from: number
  to: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d

/** Bytes that are looked at between two chances for other work to be done. */
const SLICE = 512 * 1024

const LETTER_U = 0x75
/** What may follow a backslash besides `u`. */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'))

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const WORDS = ['true', 'false', 'null']

/**
 * Checks one JSON value that begins at `start`, as strictly as `JSON.parse`, and returns where it ends; null when it is
 * not whole. Yields now and then, because a record can have tens of megabytes. Nothing is decoded or built.
 */
export function* endOfJson(bytes: Uint8Array, start: number): Generator<void, number | null> {
  const open: number[] = []
  let expects: 'value' | 'first' | 'key' | 'next' = 'value'
  let rested = start
  for (let at = skipSpace(bytes, start); ; at = skipSpace(bytes, at)) {
    if (at - rested > SLICE) {
      rested = at
      yield
    }
    const byte = bytes[at]
    const isInObject = open.at(-1) === OPEN_OBJECT
    if (expects === 'next' || (expects === 'first' && byte === (isInObject ? CLOSE_OBJECT : CLOSE_LIST))) {
      if (expects === 'next' && byte === COMMA) expects = isInObject ? 'key' : 'value'
      else if (byte === (isInObject ? CLOSE_OBJECT : CLOSE_LIST)) {
        open.pop()
        if (open.length === 0) return at + 1
        expects = 'next'
      } else return null
      at += 1
      continue
    }
    if (expects === 'key' || (expects === 'first' && isInObject)) {
      const end: number | null = byte === QUOTE ? yield* endOfCheckedString(bytes, at) : null
      if (end === null) return null
      const colon = skipSpace(bytes, end)
      if (bytes[colon] !== COLON) return null
      at = colon + 1
      expects = 'value'
      continue
    }
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      open.push(byte)
      expects = 'first'
      at += 1
      continue
    }
    const end: number | null = byte === QUOTE ? yield* endOfCheckedString(bytes, at) : endOfCheckedScalar(bytes, at)
    if (end === null || open.length === 0) return end
    at = end
    expects = 'next'
  }
}

/** In parts, each by a plain function: a generator runs its own loops far slower. */
function* endOfCheckedString(bytes: Uint8Array, quote: number): Generator<void, number | null> {
  for (let from = quote + 1; from < bytes.length;) {
    const part = checkText(bytes, from, Math.min(from + SLICE, bytes.length))
    if (part.end !== null) return part.end
    if (part.next === null) return null
    from = part.next
    yield
  }
  return null
}

/** Looks for the end of a text up to `to`; `next` is where to go on, null when the text is broken. */
function checkText(bytes: Uint8Array, from: number, to: number): { end: number | null; next: number | null } {
  let at = from
  for (; at < to; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) return { end: at + 1, next: null }
    if (byte < 0x20) return { end: null, next: null }
    if (byte !== BACKSLASH) continue
    at += 1
    const escaped = bytes[at] ?? 0
    if (escaped !== LETTER_U) {
      if (!ESCAPED.has(escaped)) return { end: null, next: null }
      continue
    }
    for (let digit = 1; digit <= 4; digit += 1) if (!isHex(bytes[at + digit] ?? 0)) return { end: null, next: null }
    at += 4
  }
  return { end: null, next: at }
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

function endOfCheckedScalar(bytes: Uint8Array, start: number): number | null {
  const end = endOfScalar(bytes, start)
  // No number that means anything is longer; a run of rubbish may be.
  if (end === start || end - start > 2_000) return null
  const text = latin(bytes, start, end)
  return NUMBER.test(text) || WORDS.includes(text) ? end : null
}

/** The values of an object by their names, the last of a name as in `JSON.parse`. The bytes must be valid JSON. */
export function membersOf(bytes: Uint8Array, object: number): Map<string, Span> {
  const members = new Map<string, Span>()
  if (bytes[object] !== OPEN_OBJECT) return members
  for (let at = skipSpace(bytes, object + 1); bytes[at] === QUOTE;) {
    const keyEnd = endOfString(bytes, at)
    const name = textAt(bytes, { from: at, to: keyEnd })
    const from = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1)
    const to = endOfValue(bytes, from)
    if (name !== null) members.set(name, { from, to })
    const after = skipSpace(bytes, to)
    if (bytes[after] !== COMMA) break
    at = skipSpace(bytes, after + 1)
  }
  return members
}

/** The items of a list; none where there is no list. The bytes must be valid JSON. */
export function itemsOf(bytes: Uint8Array, list: number): Span[] {
  const items: Span[] = []
  if (bytes[list] !== OPEN_LIST) return items
  for (let from = skipSpace(bytes, list + 1); bytes[from] !== CLOSE_LIST && from < bytes.length;) {
    const to = endOfValue(bytes, from)
    items.push({ from, to })
    const after = skipSpace(bytes, to)
    if (bytes[after] !== COMMA) break
    from = skipSpace(bytes, after + 1)
  }
  return items
}

/** The text that stands at a span; null where it is something else, or longer than any name or id. */
export function textAt(bytes: Uint8Array, span: Span | undefined): string | null {
  if (span === undefined || bytes[span.from] !== QUOTE || span.to - span.from > 4_000) return null
  return JSON.parse(Buffer.from(bytes.subarray(span.from, span.to)).toString('utf8')) as string
}

/** True where `true` stands. */
export function isTrueAt(bytes: Uint8Array, span: Span | undefined): boolean {
  return span !== undefined && latin(bytes, span.from, span.to) === 'true'
}

function endOfValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start]
  if (first === QUOTE) return endOfString(bytes, start)
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) return endOfScalar(bytes, start)
  let depth = 0
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) at = endOfString(bytes, at) - 1
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return bytes.length
}

/** Jumps from quote to quote, so that a text of megabytes costs next to nothing. */
function endOfString(bytes: Uint8Array, quote: number): number {
  for (let end = bytes.indexOf(QUOTE, quote + 1); end !== -1; end = bytes.indexOf(QUOTE, end + 1)) {
    let slashes = 0
    while (bytes[end - 1 - slashes] === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return end + 1
  }
  return bytes.length
}

function endOfScalar(bytes: Uint8Array, start: number): number {
  let end = start
  while (end < bytes.length && isScalarByte(bytes[end] ?? 0)) end += 1
  return end
}

function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x45 ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  )
}

function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start
  for (let byte = bytes[at]; byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d; byte = bytes[at]) at += 1
  return at
}

function latin(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('latin1')
}
