import { ALPHABETS } from './charset.ts'
import { parseTemplate } from './template.ts'
import { crc32 } from './checksums.ts'

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Draws characters of an alphabet. */
export function drawn(random: () => number, alphabet: string, length: number): string {
  let text = ''
  for (let at = 0; at < length; at += 1) text += alphabet.charAt(Math.floor(random() * alphabet.length))
  return text
}

/**
 * A made-up token of a template, for tests and measurements: it opens nothing. Checksums are those that are easy to
 * make (`crc62`, `crc8`), others are drawn, so they do not hold.
 */
export function sampleOf(template: string, random: () => number): string {
  let token = ''
  let body = ''
  for (const part of parseTemplate(template)) {
    if (part.kind === 'literal') {
      token += part.text
      continue
    }
    let text: string
    if (part.kind === 'check') text = checksum(part.check, body, random)
    else text = drawn(random, ALPHABETS[part.alphabet], part.min + Math.floor(random() * (part.max - part.min + 1)))
    token += text
    body = text
  }
  return token
}

function checksum(name: string, body: string, random: () => number): string {
  if (name === 'crc8') return crc32(body).toString(16).padStart(8, '0')
  if (name !== 'crc62')
    return drawn(
      random,
      name === 'crc36' ? ALPHABETS.a36 : name === 'CRC8' ? ALPHABETS.HEX : ALPHABETS.hex,
      name === 'crc36' ? 7 : name === 'crc6le' ? 6 : 8,
    )
  let rest = crc32(body)
  let digits = ''
  for (let at = 0; at < 6; at += 1) {
    digits = ALPHABETS.a62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}
