import { isSkipped } from './fields.ts'
import type { Finding, Unchecked } from './finding.ts'
import type { JsonPath } from './json-literals.ts'
import type { KnownValues } from './known-values.ts'
import { type PlaceholderOf, replaceHits } from './replace.ts'
import { isSplit, pieceIn, splicePieces } from './pieces.ts'
import type { Scanner } from './scanner.ts'
import { shapeText } from './shape.ts'
import { spliceJson } from './splice.ts'

/** A value that was taken out of a line, or was to stay. */
export interface RedactedHit {
  finding: Finding
  isTakenOut: boolean
}

/** A line and what became of it. */
export interface RedactedLine {
  bytes: Uint8Array
  isChanged: boolean
  hits: RedactedHit[]
  /** Strings that were not looked at to their end. What holds them is not shared. */
  unchecked: Unchecked[]
  /** Known values in what the agent must find as it wrote it: signatures, encrypted contents, ids, images. */
  untouchable: JsonPath[]
  /** Why the changed line cannot be used, as a sentence; then `bytes` are those that came. */
  problem: string | null
}

export interface RedactorParts {
  scanner: Scanner
  /** Values that are known from elsewhere. */
  known: KnownValues
  placeholderOf: PlaceholderOf
  /** False for what is to stay as it is. */
  takesOut(finding: Finding): boolean
}

/** What is taken out may uncover something else, in base64 for instance. */
const MOST_ROUNDS = 3

/**
 * Takes secrets out of lines as agents write them. Preview, kept copy, agents' files and exports all come from here, so
 * that none of them can differ.
 */
export class LineRedactor {
  readonly #parts: RedactorParts

  constructor(parts: RedactorParts) {
    this.#parts = parts
  }

  /** One line, with or without its line end. Bytes that are no UTF-8 stay as they are. */
  redact(line: Uint8Array): RedactedLine {
    const { text, encode } = decode(line)
    const result: RedactedLine = {
      bytes: line,
      isChanged: false,
      hits: [],
      unchecked: [],
      untouchable: [],
      problem: null,
    }
    const redacted = this.#rounds(text, result)
    if (redacted === text || result.problem !== null) return result
    return { ...result, isChanged: true, bytes: encode(redacted) }
  }

  /**
   * Lines that hold pieces of one text, as a stream brought them: a value that is cut in two is one.
   */
  redactPieces(lines: readonly Uint8Array[]): RedactedLine[] {
    const { scanner, known, placeholderOf, takesOut } = this.#parts
    const decoded = lines.map((line) => decode(line))
    const pieces = decoded.flatMap(({ text }) => pieceIn(text) ?? [])
    const scan = scanner.scanPieces(
      pieces.map(({ text }) => text),
      { known },
    )
    const split = pieces.length < lines.length ? [] : scan.findings.filter((finding) => isSplit(finding, pieces))
    const out = split.filter((finding) => takesOut(finding))
    const joined = splicePieces(
      decoded.map(({ text }) => text),
      pieces,
      out,
      placeholderOf,
    )
    return lines.map((line, index) => {
      const { text = '', encode } = decoded[index] ?? {}
      const now = joined[index] ?? text
      const own = now === text ? line : (encode?.(now) ?? line)
      const rest = this.redact(own)
      const hits = index > 0 ? [] : split.map((finding) => ({ finding, isTakenOut: out.includes(finding) }))
      return { ...rest, isChanged: rest.isChanged || now !== text, hits: [...hits, ...rest.hits] }
    })
  }

  #rounds(text: string, result: RedactedLine): string {
    let now = text
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const look = this.#look(now)
      if (round === 0) {
        result.hits = look.findings.map((finding) => ({ finding, isTakenOut: this.#parts.takesOut(finding) }))
        result.unchecked = look.unchecked
        result.untouchable = look.untouchable
      }
      const out = look.findings.filter((finding) => this.#parts.takesOut(finding))
      if (out.length === 0) return now
      const next = look.isJson
        ? spliceJson(now, out, this.#parts.placeholderOf)
        : replaceHits(now, out, this.#parts.placeholderOf)
      if (look.isJson && !hasSameShape(now, next, out)) {
        result.problem = 'What stands there could not be taken out without damage to the record.'
        return text
      }
      now = next
    }
    if (this.#look(now).findings.some((finding) => this.#parts.takesOut(finding))) {
      result.problem = 'A value was still found after it was taken out.'
      return text
    }
    return now
  }

  #look(text: string): { findings: Finding[]; unchecked: Unchecked[]; untouchable: JsonPath[]; isJson: boolean } {
    const { scanner, known } = this.#parts
    const asJson = scanner.scanJson(text, { known })
    const { findings, unchecked } = asJson ?? scanner.scanText(text, { known })
    const untouchable = asJson === null ? [] : findings.filter((finding) => isUntouchable(finding, text))
    return {
      findings: findings.filter((finding) => !untouchable.includes(finding)),
      unchecked,
      untouchable: untouchable.map(({ path }) => path),
      isJson: asJson !== null,
    }
  }
}

function isUntouchable({ path, isKey, literal }: Finding, json: string): boolean {
  const name = path.findLast((step) => typeof step === 'string')
  if (isKey || typeof name !== 'string' || literal === undefined) return false
  return isSkipped(name, json.slice(literal, json.indexOf('"', literal)))
}

/** Names of members may only change where a secret stood in one. */
function hasSameShape(before: string, after: string, out: readonly Finding[]): boolean {
  try {
    const [one, other] = [shapeText(JSON.parse(before)), shapeText(JSON.parse(after))]
    return one === other || out.some(({ isKey }) => isKey)
  } catch {
    return false
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(line: Uint8Array): { text: string; encode(text: string): Uint8Array } {
  try {
    return { text: strict.decode(line), encode: (text) => new TextEncoder().encode(text) }
  } catch {
    // One character for each byte: what was not understood comes out as it came in.
    let text = ''
    for (let at = 0; at < line.length; at += 8192) text += String.fromCharCode(...line.subarray(at, at + 8192))
    return { text, encode: (changed) => Uint8Array.from(changed, (char) => char.charCodeAt(0) & 255) }
  }
}
