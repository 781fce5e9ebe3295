/** Some whole lines of a file, as they were seen. */
export interface Glimpse {
  text: string
  startLine: number
  totalLines: number | null
}

/**
 * Holds seen lines against a text. `fits`: nothing speaks against the text. A text: the same with the seen lines in
 * their place, when a change within them explains everything. `elsewhere`: the change lies outside of what was seen.
 */
export function fitGlimpse(base: string, glimpse: Glimpse): 'fits' | 'elsewhere' | { text: string } {
  if (fitsAt(base, glimpse)) return 'fits'
  const lines = base.split('\n')
  const seen = glimpse.text.split('\n')
  const start = glimpse.startLine - 1
  const total = glimpse.totalLines ?? lines.length
  const isSame = seen.every((line, n) => lines[start + n] === line)
  if (isSame && total === lines.length) return 'fits'
  if (isSame) return 'elsewhere'
  const tail = total - (start + seen.length)
  if (tail < 0 || start > lines.length || start + tail > lines.length) return 'elsewhere'
  if (isFoundShifted(base, glimpse.text)) return 'elsewhere'
  const rest = tail === 0 ? [] : lines.slice(lines.length - tail)
  return { text: [...lines.slice(0, start), ...seen, ...rest].join('\n') }
}

/** Puts parts together that were seen of one text; null while lines are missing. Where they overlap the later one counts. */
export function joinGlimpses(parts: readonly Glimpse[]): string | null {
  const total = parts[0]?.totalLines ?? null
  if (total === null || total > 200_000) return null
  const lines: (string | undefined)[] = Array.from({ length: total })
  for (const part of parts) {
    part.text.split('\n').forEach((line, n) => {
      if (part.startLine - 1 + n < total) lines[part.startLine - 1 + n] = line
    })
  }
  return lines.includes(undefined) ? null : lines.join('\n')
}

/** Without taking the text apart: most looks at a file find what is known. */
function fitsAt(base: string, glimpse: Glimpse): boolean {
  let offset = 0
  for (let line = 1; line < glimpse.startLine; line += 1) {
    const end = base.indexOf('\n', offset)
    if (end === -1) return false
    offset = end + 1
  }
  const stop = offset + glimpse.text.length
  if (!base.startsWith(glimpse.text, offset) || (stop < base.length && base.charAt(stop) !== '\n')) return false
  if (glimpse.totalLines === null) return true
  let lines = glimpse.startLine
  for (let at = base.indexOf('\n', offset); at !== -1; at = base.indexOf('\n', at + 1)) lines += 1
  return lines === glimpse.totalLines
}

/** The very lines stand somewhere else in the text: lines came or went above them. */
function isFoundShifted(base: string, text: string): boolean {
  if (!text.includes('\n')) return false
  for (let at = base.indexOf(text); at !== -1; at = base.indexOf(text, at + 1)) {
    const stop = at + text.length
    const isWhole = (at === 0 || base.charAt(at - 1) === '\n') && (stop === base.length || base.charAt(stop) === '\n')
    if (isWhole) return true
  }
  return false
}
