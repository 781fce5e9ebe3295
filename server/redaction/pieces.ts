import type { Finding } from './finding.ts'
import { eachLiteral, literalView } from './json-literals.ts'

/** A string in a JSON text that is a piece of a longer one: what a stream brought at a time. */
export interface Piece {
  /** Range of the literal, without its quotes. */
  start: number
  end: number
  text: string
}

const TEXTS = new Set(['text', 'thinking', 'partial_json'])

/** The piece that a record of a stream holds (`{"delta": {"text": …}}`); null for other texts. */
export function pieceIn(json: string): Piece | null {
  if (!json.includes('"delta"')) return null
  let found: Piece | null = null
  const isJson = eachLiteral(json, ({ path, isKey, start, end, text }) => {
    if (isKey || path.at(-2) !== 'delta' || !TEXTS.has(String(path.at(-1)))) return
    found ??= { start, end, text }
  })
  return isJson ? found : null
}

/**
 * JSON texts with those findings replaced that reach from one piece into the next; `findings` stand in the joined pieces.
 * The placeholder goes to the first piece, the rest of the value from the others. Texts that do not change are the same.
 */
export function splicePieces(
  texts: readonly string[],
  pieces: readonly Piece[],
  findings: readonly Finding[],
  placeholderOf: (finding: Finding) => string,
): string[] {
  const starts: number[] = []
  let length = 0
  for (const { text } of pieces) {
    starts.push(length)
    length += text.length
  }
  return texts.map((json, index) => {
    const piece = pieces[index]
    const from = starts[index] ?? 0
    if (piece === undefined) return json
    const to = from + piece.text.length
    const here = findings.filter(({ start, end }) => start < to && end > from).sort((a, b) => b.start - a.start)
    const view = literalView(json, piece)
    let result = json
    for (const finding of here) {
      const put = finding.start >= from ? JSON.stringify(placeholderOf(finding)).slice(1, -1) : ''
      const start = view.start(Math.max(finding.start, from) - from)
      const end = view.end(Math.min(finding.end, to) - from)
      result = result.slice(0, start) + put + result.slice(end)
    }
    return result
  })
}

/** True when a finding does not lie in one piece. */
export function isSplit({ start, end }: Finding, pieces: readonly Piece[]): boolean {
  let at = 0
  for (const { text } of pieces) {
    if (start >= at && end <= at + text.length) return false
    at += text.length
  }
  return true
}
