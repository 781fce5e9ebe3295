/** Lines with escapes that may cut a token in two: `\u002d`, `\x2d`, `\/`, or percent encoding. */
const ESCAPED = /\\u00[2-7][0-9a-fA-F]|\\x[2-7][0-9a-fA-F]|\\\/|%(?:3[aAdD]|2[bBdDfF]|5[fF]|22|7[eE])/g

/** A line, and which kind of encoding it holds. */
export interface EscapedLine {
  start: number
  end: number
  kind: 'escape' | 'percent'
}

/** A quick no for most texts. */
export function mayBeEscaped(text: string): boolean {
  return text.includes('\\') ? true : text.includes('%')
}

/** The lines of a text that hold such escapes, each kind once. */
export function* escapedLines(text: string): Generator<EscapedLine> {
  const done = { escape: 0, percent: 0 }
  ESCAPED.lastIndex = 0
  for (let match = ESCAPED.exec(text); match !== null; match = ESCAPED.exec(text)) {
    const kind = match[0].startsWith('%') ? 'percent' : 'escape'
    const resume = ESCAPED.lastIndex
    if (match.index >= done[kind]) {
      const start = Math.max(done[kind], text.lastIndexOf('\n', match.index) + 1)
      const lineEnd = text.indexOf('\n', match.index)
      const end = lineEnd < 0 ? text.length : lineEnd
      done[kind] = end
      yield { start, end, kind }
    }
    ESCAPED.lastIndex = resume
  }
}
