import type { Sqlite } from '../client.ts'

/** What the vault notes about itself, by name. What a value means and whether it fits is known by who reads it. */
export class VaultNoteStore {
  readonly #find
  readonly #put

  constructor(vault: Sqlite) {
    this.#find = vault.prepare<[string], { value: string }>('SELECT value FROM vault_notes WHERE name = ?')
    this.#put = vault.prepare<[{ name: string; value: string; at: number }]>(
      `INSERT INTO vault_notes (name, value, updated_at) VALUES (:name, :value, :at)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
  }

  /** Undefined when nothing was noted. */
  find(name: string): unknown {
    const row = this.#find.get(name)
    return row && (JSON.parse(row.value) as unknown)
  }

  put(name: string, value: unknown): void {
    this.#put.run({ name, value: JSON.stringify(value), at: Date.now() })
  }
}
