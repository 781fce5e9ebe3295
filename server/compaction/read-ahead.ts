/** Where the bytes of lines come from. */
interface Lines<Source> {
  readRange(generationId: number, offset: number, length: number): Uint8Array
  sourceOfGeneration(generationId: number): Source | undefined
}

const BLOCK = 256_000

/**
 * For reading a session's lines one after the other: takes a block where the next line is asked for, and gives the
 * following lines out of it. Asking the vault for each of a thousand lines took longer than understanding them.
 */
export function readingAhead<Source>(lines: Lines<Source>): Lines<Source> {
  let held: { generationId: number; offset: number; bytes: Uint8Array } | null = null
  let known: { generationId: number; source: Source | undefined } | null = null
  return {
    readRange(generationId, offset, length) {
      if (length >= BLOCK) return lines.readRange(generationId, offset, length)
      const isHeld =
        held?.generationId === generationId &&
        offset >= held.offset &&
        offset + length <= held.offset + held.bytes.length
      if (!isHeld) held = { generationId, offset, bytes: lines.readRange(generationId, offset, BLOCK) }
      const from = offset - (held?.offset ?? 0)
      return held?.bytes.subarray(from, from + length) ?? new Uint8Array()
    },
    sourceOfGeneration(generationId) {
      if (known?.generationId !== generationId) {
        known = { generationId, source: lines.sourceOfGeneration(generationId) }
      }
      return known.source
    },
  }
}
