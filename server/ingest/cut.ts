/** A value, and whether something was left out of it. */
export interface Cut<Value> {
  value: Value
  isCut: boolean
}

/** Shortens a text to about `most` UTF-16 units, never inside a surrogate pair. */
export function cutText(text: string | null, most: number): Cut<string | null> {
  if (text === null || text.length <= most) return { value: text, isCut: false }
  return { value: text.slice(0, most).toWellFormed(), isCut: true }
}

/** Shortens every string inside a JSON value that is longer than `most`, saying how much is left out. */
export function cutLongStrings(value: unknown, most: number): Cut<unknown> {
  let isCut = false
  const visit = (part: unknown): unknown => {
    if (typeof part === 'string') {
      if (part.length <= most) return part
      isCut = true
      return `${part.slice(0, most).toWellFormed()}… (${part.length - most} more characters)`
    }
    if (Array.isArray(part)) return part.map(visit)
    if (part === null || typeof part !== 'object') return part
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, visit(inner)]))
  }
  const shortened = visit(value)
  return { value: shortened, isCut }
}
