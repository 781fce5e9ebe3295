import type { Finding } from './finding.ts'
import { eachLiteral, literalView } from './json-literals.ts'
import { editsFor, type PlaceholderOf } from './replace.ts'

/**
 * Replaces what `scanJson` found, inside the string literals as they are written: every other character of the text
 * stays, also numbers, repeated keys, blanks and escapes.
 */
export function spliceJson(json: string, findings: readonly Finding[], placeholderOf: PlaceholderOf): string {
  if (findings.length === 0) return json
  const byLiteral = Map.groupBy(findings, ({ literal }) => literal ?? -1)
  let result = ''
  let copied = 0
  eachLiteral(json, (literal) => {
    const found = byLiteral.get(literal.start)
    if (found === undefined) return
    const view = literalView(json, literal)
    for (const edit of editsFor(literal.text, found, placeholderOf)) {
      result += json.slice(copied, view.start(edit.start)) + JSON.stringify(edit.text).slice(1, -1)
      copied = view.end(edit.end)
    }
  })
  return result + json.slice(copied)
}
