import { ALPHABETS, BIT, type AlphabetName } from './charset.ts'

/** A stretch of a template: characters as they stand, a run of an alphabet, or a checksum over what is before it. */
export type Part =
  | { kind: 'literal'; text: string }
  | { kind: 'run'; alphabet: AlphabetName; bit: number; min: number; max: number }
  | { kind: 'check'; check: CheckName; bit: number; min: number; max: number }

/**
 * `crc62`: CRC-32 of the part before, base 62, 6 characters. `crc36`: base 36, 7. `crc8`: lower hex, 8. `CRC8`: of
 * everything before, upper hex, 8. `crc8le`: of everything before the last separator, little-endian lower hex.
 * `crc6le`: of the part before, little-endian, base64, 6.
 */
export type CheckName = 'crc62' | 'crc36' | 'crc8' | 'CRC8' | 'crc8le' | 'crc6le'

const CHECKS: Record<CheckName, { alphabet: AlphabetName; length: number }> = {
  crc62: { alphabet: 'a62', length: 6 },
  crc36: { alphabet: 'a36', length: 7 },
  crc8: { alphabet: 'hex', length: 8 },
  CRC8: { alphabet: 'HEX', length: 8 },
  crc8le: { alphabet: 'hex', length: 8 },
  crc6le: { alphabet: 'b64', length: 6 },
}

/**
 * Reads a template: `{alphabet:n}` or `{alphabet:min-max}` is a run, `{crc62}` and its like a checksum, all else stands
 * as it is. Throws on an alphabet that does not exist, so a typing error in the data shows at the first start.
 */
export function parseTemplate(template: string): Part[] {
  const parts: Part[] = []
  let literalFrom = 0
  for (const match of template.matchAll(/\{(\w+)(?::(\d+)(?:-(\d+))?)?\}/g)) {
    if (match.index > literalFrom) parts.push({ kind: 'literal', text: template.slice(literalFrom, match.index) })
    parts.push(placeholder(template, match))
    literalFrom = match.index + match[0].length
  }
  if (literalFrom < template.length) parts.push({ kind: 'literal', text: template.slice(literalFrom) })
  return parts
}

function placeholder(template: string, [text, name = '', min, max]: RegExpExecArray | RegExpMatchArray): Part {
  if (name in CHECKS) {
    const check = name as CheckName
    const { alphabet, length } = CHECKS[check]
    return { kind: 'check', check, bit: BIT[alphabet], min: length, max: length }
  }
  if (!(name in ALPHABETS) || min === undefined) throw new Error(`The template "${template}" has no such run: ${text}`)
  const alphabet = name as AlphabetName
  return { kind: 'run', alphabet, bit: BIT[alphabet], min: Number(min), max: Number(max ?? min) }
}

/** How long the text of a part is at least and at most. */
export function lengthOf(part: Part): { min: number; max: number } {
  return part.kind === 'literal' ? { min: part.text.length, max: part.text.length } : part
}
