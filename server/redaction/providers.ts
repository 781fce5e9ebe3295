import { FORMATS } from './formats/all.ts'
import type { Format } from './formats/format.ts'
import { bitsAt } from './charset.ts'
import { wordsOf } from './names.ts'
import { parseTemplate, type Part } from './template.ts'

/** A format that only its name gives away, and the shape that its value has. */
interface Contextual {
  format: Format
  words: readonly string[]
  parts: readonly Part[]
}

const byFirstWord = new Map<string, Contextual[]>()
for (const format of FORMATS) {
  if (format.class !== 'context') continue
  for (const template of format.templates) {
    const entry = { format, words: wordsOf(format.name), parts: parseTemplate(template) }
    const first = entry.words[0] ?? ''
    byFirstWord.set(first, [...(byFirstWord.get(first) ?? []), entry])
  }
}

/** Whose secret a value is, from the name beside it and its shape; null when that is not known. */
export function kindOf(name: string, value: string): { id: string; provider: string } | null {
  const words = wordsOf(name)
  const candidates = words.flatMap((word) => byFirstWord.get(word) ?? [])
  const best = candidates.find((one) => isWhole(one, words) && fits(one.parts, value))
  const found = best ?? candidates.find((one) => fits(one.parts, value))
  return found === undefined ? null : { id: found.format.id, provider: found.format.provider }
}

function isWhole(entry: Contextual, words: readonly string[]): boolean {
  return entry.words.every((word) => words.includes(word))
}

function fits(parts: readonly Part[], value: string): boolean {
  let at = 0
  for (const part of parts) {
    if (part.kind === 'literal') {
      if (!value.startsWith(part.text, at)) return false
      at += part.text.length
      continue
    }
    const end = at + part.max
    if (end > value.length) return false
    for (; at < end; at += 1) if ((bitsAt(value, at) & part.bit) === 0) return false
  }
  return at === value.length
}
