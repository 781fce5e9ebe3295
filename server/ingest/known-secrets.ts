import type { PlaceStore, StoredPlace } from '../../db/stores/place-store.ts'
import type { SecretStore, StoredSecret } from '../../db/stores/secret-store.ts'
import type { Hit } from '../redaction/finding.ts'
import { KnownValues } from '../redaction/known-values.ts'
import { MARK, markOf } from '../redaction/mark.ts'
import { replaceHits } from '../redaction/replace.ts'
import type { Scanner } from '../redaction/scanner.ts'
import { tagOf, type SecretKey } from '../secret-key.ts'

/** What a secret is found by and shown as. */
export interface SecretParts {
  store: SecretStore
  key: SecretKey
  scanner: Scanner
}

/** Reads the bytes of a line from the vault. */
export type ReadLine = (place: StoredPlace) => Uint8Array

const SHORTEST_TAG = 4

/** What stands in the place of one that was never noted. */
export function markOfUnknown(kind: string, hash: Uint8Array): string {
  return markOf({ kind, tag: tagOf(hash, SHORTEST_TAG) })
}

/** The values of secrets, in memory only: they are read from the vault's bytes, and never logged, sent or stored. */
export class KnownSecrets {
  /** Definite and likely ones, to be found again without any context. */
  readonly known = new KnownValues()
  /** All of them, candidates too: what is given away has none of these. */
  readonly all = new KnownValues()
  readonly #parts: SecretParts
  readonly #byValue = new Map<string, StoredSecret>()
  readonly #values = new Map<string, string>()

  constructor(parts: SecretParts) {
    this.#parts = parts
  }

  /** Reads the values of the secrets that were found before, each from one place. */
  load(places: PlaceStore, readLine: ReadLine): void {
    for (const _ of this.loading(places, readLine));
  }

  /** The same, a secret at a time; those that are known already are left alone. */
  *loading(places: PlaceStore, readLine: ReadLine): Generator<void, void> {
    const secrets = new Map(this.#parts.store.list().map((secret) => [secret.id, secret]))
    for (const place of places.firstOfEach()) {
      const secret = secrets.get(place.secretId)
      if (secret === undefined || this.#values.has(markOf(secret))) continue
      const value = this.valueAt(place, secret.hash, readLine)
      if (value !== null) this.#remember(value, secret)
      yield
    }
  }

  /** What is looked for, and candidates of these ids too: who takes one out takes it out everywhere. */
  knownWith(candidates: ReadonlySet<number>): KnownValues {
    const all = new KnownValues()
    for (const [value, { id, kind, provider, tier }] of this.#byValue) {
      if (tier !== 'candidate' || candidates.has(id)) all.add(value, { kind, provider, tier })
    }
    return all
  }

  /** What stands at a place; null when the line does not hold it any more. */
  valueAt(place: StoredPlace, hash: Buffer, readLine: ReadLine): string | null {
    const { scanner, key } = this.#parts
    const text = Buffer.from(readLine(place)).toString('utf8')
    const plain = textAt(text, place)
    if (plain !== null && key.hash(plain).equals(hash)) return plain
    const { findings } = scanner.scanJson(text, { known: this.known }) ?? scanner.scanText(text, { known: this.known })
    return findings.find(({ value }) => key.hash(value).equals(hash))?.value ?? null
  }

  /** The secret that a finding is, noted when it was never seen before. */
  note(hit: Hit): StoredSecret {
    const { store, key } = this.#parts
    const noted = this.#byValue.get(hit.value)
    if (noted !== undefined) {
      if (store.raise(noted, hit)) this.#remember(hit.value, noted)
      return noted
    }
    const hash = key.hash(hit.value)
    const { kind, provider, tier, value } = hit
    const secret =
      store.findByHash(hash) ??
      store.add({ hash, tag: this.#freeTag(hash), kind, provider, tier, length: value.length, createdAt: Date.now() })
    store.raise(secret, hit)
    this.#remember(value, secret)
    return secret
  }

  /** How many secrets are looked for. */
  count(): number {
    return this.#parts.store.countSure()
  }

  /** How many values are known: what was looked at when there were fewer has to be looked at again. */
  get values(): number {
    return this.#byValue.size
  }

  /** A text with all known values replaced. */
  mask(text: string): string {
    const hits = this.known.find(text)
    return hits.length === 0 ? text : replaceHits(text, hits, ({ value }) => this.markFor(value))
  }

  /** A text with everything replaced that is known or looks like a secret; nothing is noted. */
  maskShown(text: string): string {
    return this.#masked(text, ({ tier }) => tier !== 'candidate')
  }

  /** The same, with candidates replaced too. */
  maskAll(text: string): string {
    return this.#masked(text, () => true)
  }

  #masked(text: string, isMasked: (hit: Hit) => boolean): string {
    const { findings } = this.#parts.scanner.scanText(text, { known: this.known })
    return replaceHits(text, findings.filter(isMasked), ({ value, kind }) => this.#markShown(value, kind))
  }

  /** The values behind marks, of those that are known. */
  behind(marks: readonly string[]): Map<string, string> {
    return new Map(
      marks.flatMap((mark) => {
        const value = this.#values.get(mark)
        return value === undefined ? [] : [[mark, value] as const]
      }),
    )
  }

  /** A masked text as it was. Marks that are not of this installation, or whose value is not known now, stay. */
  unmask(text: string): string {
    return text.includes('[REDACTED:') ? text.replace(MARK, (mark) => this.#values.get(mark) ?? mark) : text
  }

  /** What stands in the place of a value that was noted. */
  markFor(value: string): string {
    const secret = this.#byValue.get(value)
    return secret === undefined ? '[REDACTED]' : markOf(secret)
  }

  #markShown(value: string, kind: string): string {
    const noted = this.#byValue.get(value)
    return noted === undefined ? markOfUnknown(kind, this.#parts.key.hash(value)) : markOf(noted)
  }

  #remember(value: string, secret: StoredSecret): void {
    this.#byValue.set(value, secret)
    this.#values.set(markOf(secret), value)
    const { kind, provider, tier } = secret
    this.all.add(value, { kind, provider, tier })
    if (tier !== 'candidate') this.known.add(value, { kind, provider, tier })
  }

  #freeTag(hash: Buffer): string {
    for (let length = SHORTEST_TAG; ; length += 1) {
      const tag = tagOf(hash, length)
      if (this.#parts.store.findByTag(tag) === undefined) return tag
    }
  }
}

/** What stands in the range of a place as it is written there; null when that cannot be told. */
function textAt(line: string, { path, isKey, start, end, within }: StoredPlace): string | null {
  if (within.length > 0 || isKey) return null
  let inner: unknown
  try {
    inner = JSON.parse(line)
  } catch {
    return line.slice(start, end)
  }
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null) return null
    inner = (inner as Record<string | number, unknown>)[step]
  }
  return typeof inner === 'string' ? inner.slice(start, end) : null
}
