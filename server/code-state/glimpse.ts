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
  const lines = base.split('\n')
  const seen = glimpse.text.split('\n')
  const start = glimpse.startLine - 1
  const total = glimpse.totalLines ?? lines.length
  const isSame = seen.every((line, n) => lines[start + n] === line)
  if (isSame && total === lines.length) return 'fits'
  if (isSame) return 'elsewhere'
  const tail = total - (start + seen.length)
  if (tail < 0 || start > lines.length || start + tail > lines.length) return 'elsewhere'
  if (isFoundShifted(lines, seen, start)) return 'elsewhere'
  const rest = tail === 0 ? [] : lines.slice(lines.length - tail)
  return { text: [...lines.slice(0, start), ...seen, ...rest].join('\n') }
}

/** The very lines stand somewhere else in the text: lines came or went above them. */
function isFoundShifted(lines: readonly string[], seen: readonly string[], start: number): boolean {
  const [first] = seen
  if (seen.length < 3) return false
  for (let at = 0; at + seen.length <= lines.length; at += 1) {
    if (at !== start && lines[at] === first && seen.every((line, n) => lines[at + n] === line)) return true
  }
  return false
}
