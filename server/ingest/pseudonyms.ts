import { hostname, userInfo } from 'node:os'
import { basename } from 'node:path'
import type { PseudonymStore } from '../../db/stores/pseudonym-store.ts'
import type { LineRedactor } from '../redaction/line-redactor.ts'
import { PersonalRedactor } from '../redaction/personal-redactor.ts'
import { PersonalData, pseudonym } from '../redaction/personal.ts'
import type { SecretKey } from '../secret-key.ts'

/** Exchanges personal data for pseudonyms that are the same in everything that leaves this installation. */
export class Pseudonyms {
  readonly #store: PseudonymStore
  readonly #key: SecretKey
  readonly #personal: PersonalData

  constructor(parts: { store: PseudonymStore; key: SecretKey; homeDir: string }) {
    this.#store = parts.store
    this.#key = parts.key
    const users = new Set([basename(parts.homeDir), nameOfUser()])
    const host = hostname()
    const hosts = new Set([host, host.split('.')[0] ?? host])
    this.#personal = new PersonalData({ users: [...users], hosts: [...hosts] })
  }

  /** What takes secrets out, followed by what exchanges personal data. */
  after(secrets: LineRedactor): PersonalRedactor {
    return new PersonalRedactor({
      secrets,
      personal: this.#personal,
      pseudonymOf: ({ value, kind }) =>
        pseudonym(
          kind,
          this.#store.numberOf(kind, this.#key.hash(kind === 'personal-user' ? value : value.toLowerCase())),
        ),
    })
  }
}

/** Empty where the system does not say it, as in some containers. */
function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
