import type { PlaceStore, StoredPlace } from '../../db/stores/place-store.ts'
import type { SecretStore } from '../../db/stores/secret-store.ts'
import type { Review } from '../adapters/adapter.ts'
import type { Finding } from '../redaction/finding.ts'
import { eachLiteral } from '../redaction/json-literals.ts'
import { markOf } from '../redaction/mark.ts'
import { maskValue } from '../redaction/mask-value.ts'
import { replaceHits } from '../redaction/replace.ts'
import { spliceJson } from '../redaction/splice.ts'
import { WHOLE_LINE } from './line-review.ts'

const AS_IT_IS: Review = { record: (value) => value, text: (value) => value }

/** Masks lines of the vault by where secrets are known to stand in them: nothing is looked for, no value is needed. */
export class StoredMask {
  readonly #places: PlaceStore
  readonly #secrets: SecretStore
  readonly #placeholders = new Map<number, string>()

  constructor(places: PlaceStore, secrets: SecretStore) {
    this.#places = places
    this.#secrets = secrets
  }

  /** Undefined for a line without secrets, as nearly all are. */
  reviewOf(generationId: number, offset: number): Review | undefined {
    const places = this.#places.ofLine(generationId, offset).filter(({ tier }) => tier !== 'candidate')
    if (places.length === 0) return undefined
    return {
      record: (value, record) => {
        const found = places.filter((place) => place.record === record).map((place) => this.#findingOf(place))
        return maskValue(value, found, ({ kind }) => kind)
      },
      text: (value) => {
        const found = places.filter((place) => place.record === WHOLE_LINE).map((place) => this.#findingOf(place))
        return replaceHits(value, found, ({ kind }) => kind)
      },
    }
  }

  /** The string that a place is in, masked; null when the line cannot be read any more. */
  textAt(place: StoredPlace, line: Uint8Array): string | null {
    const review = this.reviewOf(place.generationId, place.offset) ?? AS_IT_IS
    if (place.record === WHOLE_LINE) return review.text(Buffer.from(line).toString('utf8'))
    let inner: unknown
    try {
      inner = review.record(JSON.parse(Buffer.from(line).toString('utf8')), place.record)
    } catch {
      return null
    }
    for (const step of place.isKey ? [] : place.path) {
      if (typeof inner !== 'object' || inner === null) return null
      inner = (inner as Record<string | number, unknown>)[step]
    }
    return typeof inner === 'string' ? inner : null
  }

  /** True when a line holds a secret that is masked where it is shown. */
  has(generationId: number, offset: number): boolean {
    return this.#places.ofLine(generationId, offset).some(({ tier }) => tier !== 'candidate')
  }

  /** A line as it is written, with its secrets replaced; null when the places cannot be told in it any more. */
  splice(generationId: number, offset: number, line: Uint8Array): Uint8Array | null {
    const places = this.#places.ofLine(generationId, offset).filter(({ tier }) => tier !== 'candidate')
    if (places.length === 0) return line
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')
    const whole = places.filter(({ record }) => record === WHOLE_LINE).map((place) => this.#findingOf(place))
    const inRecord = places.filter(({ record }) => record === 0).map((place) => this.#findingOf(place))
    if (whole.length + inRecord.length < places.length) return null
    if (inRecord.length === 0) return Buffer.from(replaceHits(text, whole, ({ kind }) => kind))
    const byString = Map.groupBy(inRecord, ({ path, isKey }) => JSON.stringify([isKey, path]))
    const findings: Finding[] = []
    const isJson = eachLiteral(text, ({ start: literal, path, isKey }) => {
      const here = byString.get(JSON.stringify([isKey, path])) ?? []
      findings.push(...here.map((finding) => ({ ...finding, literal })))
    })
    return isJson ? Buffer.from(spliceJson(text, findings, ({ kind }) => kind)) : null
  }

  /** Its placeholder stands where a finding has its kind: so the value need not be known. */
  #findingOf({ secretId, path, isKey, start, end, within, tier }: StoredPlace): Finding {
    return { kind: this.#placeholder(secretId), provider: null, tier, path, isKey, start, end, within, value: '' }
  }

  #placeholder(secretId: number): string {
    const known = this.#placeholders.get(secretId)
    if (known !== undefined) return known
    const secret = this.#secrets.get(secretId)
    const placeholder = secret === undefined ? '[REDACTED]' : markOf(secret)
    if (secret !== undefined) this.#placeholders.set(secretId, placeholder)
    return placeholder
  }
}
