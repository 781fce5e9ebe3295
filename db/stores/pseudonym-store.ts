import { z } from 'zod'
import type { Sqlite } from '../client.ts'
import { VaultNoteStore } from './vault-note-store.ts'

/** Under which name they are noted in the vault. */
const NOTE = 'pseudonyms'

/** By kind, the keyed hashes of names, in the order in which they were met. No name is held. */
const Noted = z.record(z.string(), z.array(z.string()))

/** Numbers names, so that the same one has the same pseudonym in everything that leaves this installation. */
export class PseudonymStore {
  readonly #notes: VaultNoteStore
  readonly #numbers = new Map<string, number>()
  readonly #noted: z.infer<typeof Noted>

  constructor(vault: Sqlite) {
    this.#notes = new VaultNoteStore(vault)
    this.#noted = Noted.catch({}).parse(this.#notes.find(NOTE) ?? {})
    for (const [kind, hashes] of Object.entries(this.#noted)) {
      for (const [index, hash] of hashes.entries()) this.#numbers.set(`${kind} ${hash}`, index + 1)
    }
  }

  /** Counted from 1, by kind. */
  numberOf(kind: string, hash: Buffer): number {
    const text = hash.toString('base64')
    const known = this.#numbers.get(`${kind} ${text}`)
    if (known !== undefined) return known
    const hashes = (this.#noted[kind] ??= [])
    hashes.push(text)
    this.#notes.put(NOTE, this.#noted)
    this.#numbers.set(`${kind} ${text}`, hashes.length)
    return hashes.length
  }
}
