import { KnownValues } from './known-values.ts'
import { LineRedactor, type RedactedLine } from './line-redactor.ts'
import { isPersonal, type PersonalData } from './personal.ts'
import type { PlaceholderOf } from './replace.ts'
import { Scanner } from './scanner.ts'

type Redactor = Pick<LineRedactor, 'redact' | 'redactPieces'>

/**
 * Takes secrets out, and then exchanges personal data for pseudonyms, in lines as agents write them. In this order, so that a name
 * inside a password never keeps the rest of it in place. Ids, signatures and encrypted contents stay.
 */
export class PersonalRedactor implements Redactor {
  readonly #secrets: Redactor
  readonly #personal: Redactor

  constructor({
    secrets,
    personal,
    pseudonymOf,
  }: {
    secrets: Redactor
    personal: PersonalData
    pseudonymOf: PlaceholderOf
  }) {
    this.#secrets = secrets
    this.#personal = new LineRedactor({
      scanner: new Scanner({ formats: [], extra: [personal] }),
      known: new KnownValues(),
      placeholderOf: pseudonymOf,
      takesOut: ({ kind }) => isPersonal(kind),
    })
  }

  redact(line: Uint8Array): RedactedLine {
    return this.#then(this.#secrets.redact(line))
  }

  redactPieces(lines: readonly Uint8Array[]): RedactedLine[] {
    const first = this.#secrets.redactPieces(lines)
    const second = this.#personal.redactPieces(first.map(({ bytes }) => bytes))
    return first.map((line, index) => both(line, second[index] ?? line))
  }

  #then(first: RedactedLine): RedactedLine {
    return first.problem === null ? both(first, this.#personal.redact(first.bytes)) : first
  }
}

function both(first: RedactedLine, second: RedactedLine): RedactedLine {
  return {
    bytes: second.bytes,
    isChanged: first.isChanged || second.isChanged,
    hits: [...first.hits, ...second.hits.filter(({ finding }) => isPersonal(finding.kind))],
    unchecked: [...first.unchecked, ...second.unchecked],
    untouchable: first.untouchable,
    problem: first.problem ?? second.problem,
  }
}
