import { createScanner, findNodeAtLocation, parseTree, type JSONPath, type Node } from 'jsonc-parser'

/*
 * Edits of a JSON text that leave every other byte as it is. The parser's own `modify` lays out its neighbours anew and
 * takes the file's comments along, so only its syntax tree is used here.
 */

// The parser's own names for these are a const enum, which is gone where types are only stripped.
const COMMA_TOKEN = 5
const END_TOKEN = 17

/** Puts a value at the end of a list, or under a key that is not there yet. */
export function insertJson(text: string, path: JSONPath, value: unknown): string {
  const parent = nodeAt(text, path.slice(0, -1))
  const key = path.at(-1)
  const name = typeof key === 'string' && parent.type === 'object' ? `${JSON.stringify(key)}: ` : ''
  const layout = layoutOf(text)
  const close = parent.offset + parent.length - 1
  const last = parent.children?.at(-1)

  if (last === undefined) {
    if (layout.isOneLine) return splice(text, [{ at: close, length: 0, put: name + JSON.stringify(value) }])
    const outer = indentOf(text, parent.offset)
    const item = name + laidOut(value, outer + layout.unit, layout)
    const rest = text.slice(parent.offset + 1, close).trim()
    const from = rest === '' ? parent.offset + 1 : endOfContent(text, parent.offset + 1, close)
    return splice(text, [
      { at: from, length: close - from, put: `${layout.eol}${outer}${layout.unit}${item}${layout.eol}${outer}` },
    ])
  }
  const end = last.offset + last.length
  const comma = commaIn(text, end, close)
  const isSpread = text.slice(parent.offset, close).includes('\n')
  const indent = indentOf(text, last.offset)
  const item = isSpread
    ? layout.eol + indent + name + laidOut(value, indent, layout)
    : ` ${name}${JSON.stringify(value)}`
  return splice(text, [
    ...(comma === null ? [{ at: end, length: 0, put: ',' }] : []),
    { at: endOfContent(text, end, close), length: 0, put: comma === null ? item : `${item},` },
  ])
}

/** Replaces the value at a path. */
export function replaceJson(text: string, path: JSONPath, value: unknown): string {
  const node = nodeAt(text, path)
  const layout = layoutOf(text)
  const put = layout.isOneLine ? JSON.stringify(value) : laidOut(value, indentOf(text, node.offset), layout)
  return splice(text, [{ at: node.offset, length: node.length, put }])
}

/** Takes out a member of an object or a list, with the comma that it needed. */
export function removeJson(text: string, path: JSONPath): string {
  const value = nodeAt(text, path)
  const member = value.parent?.type === 'property' ? value.parent : value
  const parent = member.parent
  const siblings = parent?.children ?? []
  if (parent === undefined) return text
  const index = siblings.indexOf(member)
  const before = siblings[index - 1]
  const after = siblings[index + 1]
  const start = member.offset
  const end = member.offset + member.length
  const open = parent.offset + 1
  const close = parent.offset + parent.length - 1

  if (before === undefined && after === undefined) {
    const comma = commaIn(text, end, close)
    const around = text.slice(open, start) + text.slice(comma === null ? end : comma + 1, close)
    if (around.trim() === '') return splice(text, [{ at: open, length: close - open, put: '' }])
  }
  const comma = commaIn(text, end, after?.offset ?? close)
  const last = endOfContent(text, before ? before.offset + before.length : open, start)
  // The comma behind it goes with it; where there is none, the one before it has nothing to part any more.
  const orphan = comma === null && before ? commaIn(text, before.offset + before.length, start) : null
  const upTo = comma === null ? end : comma + 1
  // Where more follows on the line, a break before stays: it may end a comment.
  const isBreakKept = text.slice(last, start).includes('\n') && !/^[ \t]*\r?\n/.test(text.slice(upTo))
  const from = isBreakKept ? start : last
  if (orphan === null) return splice(text, [{ at: from, length: upTo - from, put: '' }])
  return splice(text, [
    { at: orphan, length: 1, put: '' },
    { at: Math.max(from, orphan + 1), length: upTo - Math.max(from, orphan + 1), put: '' },
  ])
}

interface Layout {
  unit: string
  eol: string
  isOneLine: boolean
}

/** The indentation and line ends that the text has already. */
function layoutOf(text: string): Layout {
  return {
    unit: /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ',
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    isOneLine: text.trim().length > 2 && !text.trim().includes('\n'),
  }
}

function nodeAt(text: string, path: JSONPath): Node {
  const root = parseTree(text, [], { allowTrailingComma: true })
  const node = root && findNodeAtLocation(root, path)
  if (node === undefined) throw new Error(`There is nothing at ${path.join('.')}.`)
  return node
}

function laidOut(value: unknown, indent: string, { unit, eol }: Layout): string {
  return JSON.stringify(value, null, unit).replaceAll('\n', eol + indent)
}

/** The white space that the line of a place begins with. */
function indentOf(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

/** The end of the last thing between two places that is not white space: a comma or a comment. */
function endOfContent(text: string, from: number, to: number): number {
  return from + text.slice(from, to).trimEnd().length
}

/** Where the comma between two places stands, commas in comments left aside; null when there is none. */
function commaIn(text: string, from: number, to: number): number | null {
  const scanner = createScanner(text.slice(from, to))
  for (let token = scanner.scan(); token !== END_TOKEN; token = scanner.scan()) {
    if (token === COMMA_TOKEN) return from + scanner.getTokenOffset()
  }
  return null
}

function splice(text: string, edits: readonly { at: number; length: number; put: string }[]): string {
  let result = text
  // From the end; of two at one place the later one first, so that they stand in the order in which they were given.
  for (const { at, length, put } of edits.toReversed().sort((a, b) => b.at - a.at)) {
    result = result.slice(0, at) + put + result.slice(at + length)
  }
  return result
}
