import type { Place, PlaceStore } from '../../db/stores/place-store.ts'
import type { Review } from '../adapters/adapter.ts'
import type { Finding, Scan } from '../redaction/finding.ts'
import { maskValue } from '../redaction/mask-value.ts'
import { replaceHits } from '../redaction/replace.ts'
import type { Scanner } from '../redaction/scanner.ts'
import type { KnownSecrets } from './known-secrets.ts'
import type { Rules } from './rules.ts'

/** What finding secrets works with. */
export interface FinderParts {
  scanner: Scanner
  secrets: KnownSecrets
  places: PlaceStore
  rules: Pick<Rules, 'version'>
}

/** The rules, and how many secrets are looked for. */
export interface Outlook {
  rules: string
  knownUpTo: number
}

/** Where a line stands, once it is known which event it makes. */
export type LinePlace = Pick<Place, 'sessionKey' | 'generationId' | 'offset' | 'length' | 'seq' | 'at'>

/** A secret that a session was found to hold. */
export interface SeenSecret {
  secretId: number
  kind: string
  seq: number | null
}

/** Record number of a text that is no record: a line of plain text, or one that could not be understood. */
export const WHOLE_LINE = -1

/** Finds secrets in lines while they are read, notes where they stand, and masks them for whoever reads on. */
export class SecretFinder {
  readonly #parts: FinderParts

  constructor(parts: FinderParts) {
    this.#parts = parts
  }

  review(): LineReview {
    return new LineReview(this.#parts)
  }

  /** A text of a companion file that is shown, such as the description of a sub-agent. */
  maskText(text: string): string {
    const { scanner, secrets } = this.#parts
    for (const finding of scanner.scanText(text).findings) if (finding.tier !== 'candidate') secrets.note(finding)
    return secrets.mask(text)
  }

  /** With what a line is looked through now. */
  outlook(): Outlook {
    return { rules: this.#parts.rules.version, knownUpTo: this.#parts.secrets.count() }
  }

  /** Notes with what a generation was looked through, from its first line on. */
  noteScan(scan: Outlook & { generationId: number; sessionKey: number; unchecked: number }): void {
    this.#parts.places.noteScan(scan)
  }
}

/** The look at one line. */
export class LineReview implements Review {
  /** True when the adapter saw another record than the one that stands there. */
  isMasked = false
  unchecked = 0
  readonly #parts: FinderParts
  readonly #found: { record: number; finding: Finding }[] = []

  constructor(parts: FinderParts) {
    this.#parts = parts
  }

  record(value: unknown, record: number): unknown {
    const { scanner, secrets } = this.#parts
    const sure = this.#keep(scanner.scanValue(value, { known: secrets.known }), record)
    if (sure.length === 0) return value
    this.isMasked = true
    for (const finding of sure) secrets.note(finding)
    return maskValue(value, sure, (hit) => secrets.markFor(hit.value))
  }

  text(value: string): string {
    const { scanner, secrets } = this.#parts
    const sure = this.#keep(scanner.scanText(value, { known: secrets.known }), WHOLE_LINE)
    if (sure.length === 0) return value
    this.isMasked = true
    for (const finding of sure) secrets.note(finding)
    return replaceHits(value, sure, (hit) => secrets.markFor(hit.value))
  }

  /** A line that could not be understood. */
  lookAt(bytes: Uint8Array): void {
    const { scanner, secrets } = this.#parts
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    this.#keep(scanner.scanText(text, { known: secrets.known }), WHOLE_LINE)
  }

  /** Notes what was found; returns the secrets that the session was not known to hold. */
  finish(line: LinePlace): SeenSecret[] {
    const seen: SeenSecret[] = []
    for (const { record, finding } of this.#found) {
      const secret = this.#parts.secrets.note(finding)
      const { path, isKey, start, end, tier } = finding
      const isNew = !this.#parts.places.isKnownIn(secret.id, line.sessionKey)
      if (isNew && tier !== 'candidate') seen.push({ secretId: secret.id, kind: secret.kind, seq: line.seq })
      this.#parts.places.add({
        ...line,
        secretId: secret.id,
        record,
        path,
        isKey,
        start,
        end,
        within: [...finding.within],
        tier,
      })
    }
    return seen
  }

  #keep(scan: Scan, record: number): Finding[] {
    this.unchecked += scan.unchecked.length
    for (const finding of scan.findings) this.#found.push({ record, finding })
    return scan.findings.filter(({ tier }) => tier !== 'candidate')
  }
}
