import type { Sqlite } from '../client.ts'

/** `from` is the folder as an agent knew it, `to` where it is on this machine. */
export interface StoredPathMapping {
  from: string
  to: string
}

/** The path mappings that the user made. They stand in the vault, because nothing could make them again. */
export class PathMappingStore {
  readonly #list
  readonly #put
  readonly #remove

  constructor(vault: Sqlite) {
    this.#list = vault.prepare<[], StoredPathMapping>('SELECT "from", "to" FROM path_mappings ORDER BY "from"')
    this.#put = vault.prepare<[StoredPathMapping & { at: number }]>(
      `INSERT INTO path_mappings ("from", "to", created_at) VALUES (:from, :to, :at)
       ON CONFLICT ("from") DO UPDATE SET "to" = excluded."to", created_at = excluded.created_at`,
    )
    this.#remove = vault.prepare<[string]>('DELETE FROM path_mappings WHERE "from" = ?')
  }

  list(): StoredPathMapping[] {
    return this.#list.all()
  }

  put(mapping: StoredPathMapping): void {
    this.#put.run({ from: mapping.from, to: mapping.to, at: Date.now() })
  }

  /** False when there was none with this `from`. */
  remove(from: string): boolean {
    return this.#remove.run(from).changes > 0
  }
}
