import type { PathMapping } from '../../server/contract/system.ts'
import type { Sqlite } from '../client.ts'

/** Path mappings: a setting of the user, kept in the vault's database. */
export class MappingStore {
  readonly #statements

  constructor(sqlite: Sqlite) {
    this.#statements = {
      list: sqlite.prepare<[], PathMapping>('SELECT "from", "to" FROM path_mappings ORDER BY "from"'),
      put: sqlite.prepare<[string, string, number]>(
        `INSERT INTO path_mappings ("from", "to", created_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET "to" = excluded."to", created_at = excluded.created_at`,
      ),
      remove: sqlite.prepare<[string]>('DELETE FROM path_mappings WHERE "from" = ?'),
    }
  }

  list(): PathMapping[] {
    return this.#statements.list.all()
  }

  put(mapping: PathMapping, now: number): void {
    this.#statements.put.run(mapping.from, mapping.to, now)
  }

  /** Returns false when there was none. */
  remove(from: string): boolean {
    return this.#statements.remove.run(from).changes === 1
  }
}
