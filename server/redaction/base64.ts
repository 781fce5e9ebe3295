import { ALPHABETS } from './charset.ts'

const VALUE_OF = new Int8Array(128).fill(-1)
for (let index = 0; index < 64; index += 1) VALUE_OF[ALPHABETS.b64.charCodeAt(index)] = index
VALUE_OF['-'.charCodeAt(0)] = 62
VALUE_OF['_'.charCodeAt(0)] = 63

/** How many bytes a text of base64 gives at most; more is not decoded, and left unchecked. */
const MOST_BYTES = 4_000_000

const latin = new TextDecoder('latin1')
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Decodes base64 or base64url; other characters (line ends) are passed over. */
export function bytesOf(text: string, from: number, to: number, most = MOST_BYTES): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.min(most, Math.ceil(((to - from) * 3) / 4)))
  let length = 0
  let buffer = 0
  let bits = 0
  for (let at = from; at < to && length < most; at += 1) {
    const code = text.charCodeAt(at)
    const value = code < 128 ? (VALUE_OF[code] ?? -1) : -1
    if (value < 0) continue
    buffer = ((buffer << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[length] = (buffer >>> bits) & 255
    length += 1
  }
  return bytes.subarray(0, length)
}

/** What a range of base64 says when that is text (UTF-8, or UTF-16 as PowerShell writes it); null when it is not. */
export function decodedText(text: string, from: number, to: number): string | null {
  if (!looksLikeText(bytesOf(text, from, Math.min(to, from + 64)))) return null
  const bytes = bytesOf(text, from, to)
  if (bytes[1] === 0 && bytes[3] === 0) return latin.decode(bytes.filter((_, index) => index % 2 === 0))
  try {
    return utf8.decode(bytes)
  } catch {
    return looksLikeText(bytes.subarray(0, 4096)) ? latin.decode(bytes) : null
  }
}

/** Text as UTF-8 or ASCII in each second byte. A cut character at the end is no objection. */
function looksLikeText(bytes: Uint8Array): boolean {
  if (bytes.length < 6) return false
  let odd = 0
  let zeros = 0
  let high = 0
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    if (byte === 0 && index % 2 === 1) zeros += 1
    else if (byte >= 128) high += 1
    else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27) odd += 1
  }
  if (zeros >= Math.floor(bytes.length / 2) - 1) return odd === 0 && high === 0
  return odd === 0 && zeros === 0 && high <= bytes.length * 0.3 && (high === 0 || isUtf8(bytes))
}

function isUtf8(bytes: Uint8Array): boolean {
  let left = 0
  for (const byte of bytes) {
    if (left > 0) {
      if ((byte & 0xc0) !== 0x80) return false
      left -= 1
    } else if (byte >= 0xf0 && byte < 0xf8) left = 3
    else if (byte >= 0xe0 && byte < 0xf0) left = 2
    else if (byte >= 0xc2 && byte < 0xe0) left = 1
    else if (byte >= 128) return false
  }
  return true
}
