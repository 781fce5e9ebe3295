import { ForeignRows } from '../../db/foreign-rows.ts'
import type { RowReader } from '../adapters/adapter.ts'

/** A database of an agent while it is read, and others that it needs for it. */
export class Opened implements Disposable {
  readonly reader: RowReader
  readonly #own: ForeignRows
  /** One at a time: there may be hundreds. */
  #beside: { path: string; rows: ForeignRows | null } | null = null

  /** Throws where there is no database that can be read. */
  constructor(database: string) {
    this.#own = ForeignRows.open(database)
    this.reader = this.#readerOf(this.#own)
  }

  [Symbol.dispose](): void {
    this.#own.close()
    this.#beside?.rows?.close()
  }

  #readerOf(rows: ForeignRows): RowReader {
    return {
      keys: (table, from, to) => rows.keys(table, from, to),
      since: (table, version) => rows.since(table, version),
      newest: (table) => rows.newest(table),
      row: (table, key) => rows.row(table, key),
      other: (path) => this.#other(path),
    }
  }

  #other(path: string): RowReader | null {
    if (this.#beside?.path !== path) {
      this.#beside?.rows?.close()
      this.#beside = { path, rows: openOrNull(path) }
    }
    const { rows } = this.#beside
    return rows && this.#readerOf(rows)
  }
}

function openOrNull(path: string): ForeignRows | null {
  try {
    return ForeignRows.open(path)
  } catch {
    return null
  }
}
