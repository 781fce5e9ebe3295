import { ALPHABETS, type AlphabetName } from './charset.ts'
import type { CheckName } from './template.ts'

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value >>> 0
})

/** CRC-32 (IEEE) of ASCII text. */
export function crc32(text: string): number {
  let crc = 0xffffffff
  for (let at = 0; at < text.length; at += 1) {
    crc = (TABLE[(crc ^ text.charCodeAt(at)) & 255] ?? 0) ^ (crc >>> 8)
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** Holds a checksum against what it is over. `before` is the token up to the checksum, `body` the part next to it. */
export function checksumHolds(check: CheckName, stated: string, before: string, body: string): boolean {
  switch (check) {
    case 'crc62':
      return stated === inBase(crc32(body), 'a62', 6)
    case 'crc36':
      return [before, before.slice(before.indexOf('-') + 1), body].some(
        (text) => stated === inBase(crc32(text), 'a36', 7),
      )
    case 'crc8':
      return stated === hex(crc32(body))
    case 'CRC8':
      return stated.toLowerCase() === hex(crc32(before))
    case 'crc8le':
      return stated === hex(swapped(crc32(before.slice(0, -1))))
    case 'crc6le':
      return stated.replace(/=+$/, '') === base64Of(swapped(crc32(body)))
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}

function swapped(value: number): number {
  return (((value & 255) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0
}

/** Four bytes as six characters of base64, without padding. */
function base64Of(value: number): string {
  let text = ''
  const bits = value.toString(2).padStart(32, '0') + '0000'
  for (let at = 0; at < 36; at += 6) text += ALPHABETS.b64[Number.parseInt(bits.slice(at, at + 6), 2)] ?? ''
  return text
}

function inBase(value: number, alphabet: AlphabetName, width: number): string {
  const digits = ALPHABETS[alphabet]
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / digits.length))
    text = (digits[rest % digits.length] ?? '') + text
  return text.padStart(width, digits.charAt(0))
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** Checks the sum of a bech32 text (BIP-173): `age` and `nostr` keys have one. */
export function isBech32(text: string): boolean {
  const lower = text.toLowerCase()
  const separator = lower.lastIndexOf('1')
  if (separator < 1) return false
  const values: number[] = []
  const prefix = lower.slice(0, separator)
  for (const letter of prefix) values.push(letter.charCodeAt(0) >> 5)
  values.push(0)
  for (const letter of prefix) values.push(letter.charCodeAt(0) & 31)
  for (const letter of lower.slice(separator + 1)) values.push(BECH32.indexOf(letter))
  let sum = 1
  for (const value of values) {
    if (value < 0) return false
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of GENERATORS.entries()) if ((top >>> bit) & 1) sum ^= generator
  }
  return sum === 1
}

/** Checks the CRC-16 (XMODEM) at the end of a NATS seed. */
export function isNatsSeed(text: string): boolean {
  const bytes: number[] = []
  let bits = 0
  let buffer = 0
  for (const letter of text) {
    const value = ALPHABETS.b32.indexOf(letter)
    if (value < 0) return false
    buffer = ((buffer << 5) | value) & 0xffff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((buffer >>> bits) & 255)
    }
  }
  const stated = (bytes.at(-2) ?? 0) | ((bytes.at(-1) ?? 0) << 8)
  let crc = 0
  for (const byte of bytes.slice(0, -2)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return bytes.length > 2 && crc === stated
}
