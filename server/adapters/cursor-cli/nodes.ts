/** What a node of a session's tree names, in the agent's binary form: field 1 the messages in order, as 32-byte hashes. */
export function messagesOfNode(bytes: Uint8Array): string[] {
  const ids: string[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = numberAt(bytes, at)
    if (tag === null) return ids
    const { value: key, next } = tag
    const read = valueAt(bytes, next, key & 7)
    if (read === null) return ids
    if (key >>> 3 === 1 && read.bytes?.length === 32) ids.push(Buffer.from(read.bytes).toString('hex'))
    at = read.next
  }
  return ids
}

/** The value of a field, by the way that it is written in; null when it breaks off. */
function valueAt(bytes: Uint8Array, at: number, wire: number): { bytes: Uint8Array | null; next: number } | null {
  switch (wire) {
    case 0: {
      const number = numberAt(bytes, at)
      return number && { bytes: null, next: number.next }
    }
    case 1:
      return at + 8 <= bytes.length ? { bytes: null, next: at + 8 } : null
    case 2: {
      const length = numberAt(bytes, at)
      if (length === null || length.next + length.value > bytes.length) return null
      const end = length.next + length.value
      return { bytes: bytes.subarray(length.next, end), next: end }
    }
    case 5:
      return at + 4 <= bytes.length ? { bytes: null, next: at + 4 } : null
    default:
      return null
  }
}

/** A number of seven bits in each byte, the lowest first. */
function numberAt(bytes: Uint8Array, at: number): { value: number; next: number } | null {
  let value = 0
  for (let place = 0; place < 10; place += 1) {
    const byte = bytes[at + place]
    if (byte === undefined) return null
    value += (byte & 0x7f) * 2 ** (7 * place)
    if ((byte & 0x80) === 0) return { value, next: at + place + 1 }
  }
  return null
}
