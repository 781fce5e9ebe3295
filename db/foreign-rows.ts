import Database from 'better-sqlite3'
import type { Sqlite } from './client.ts'

/** A table of another program, with the columns that hold a row's key and its value. */
export interface KeyTable {
  name: string
  key: string
  value: string
}

/** A row's key. The version is another one when the row was written again. */
export interface RowKey {
  key: string
  version: number
}

/** What a row holds, byte for byte; where the database is damaged, the reason as a sentence. */
export type RowValue = { bytes: Uint8Array; isText: boolean } | { problem: string }

/** Waits this long for a moment in which the other program locks everything, in milliseconds. */
const BUSY = 50

/**
 * Reads tables of keys and values in the database of another program while that runs. Every call is one short query on
 * an index, that leaves no lock behind, so that the other program never has to wait. The write-ahead log counts too.
 */
export class ForeignRows {
  readonly #sqlite: Sqlite
  readonly #statements = new Map<string, Database.Statement<unknown[]> | null>()

  private constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
  }

  /** Throws where there is no database that can be read. */
  static open(path: string): ForeignRows {
    const sqlite = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY })
    try {
      // Small: a page is rarely needed twice, and the system holds them anyway.
      sqlite.pragma('cache_size = -2048')
      sqlite.pragma('schema_version')
      return new ForeignRows(sqlite)
    } catch (error) {
      sqlite.close()
      throw error
    }
  }

  /** Keys from `from` up to `to` without it, in order; none when there is no such table. */
  keys(table: KeyTable, from: string, to: string): RowKey[] {
    const sql = `SELECT ${quoted(table.key)} AS key, rowid AS version FROM ${quoted(table.name)}
      WHERE ${quoted(table.key)} >= ? AND ${quoted(table.key)} < ? ORDER BY ${quoted(table.key)}`
    return (this.#prepare(table, sql)?.all(from, to) ?? []) as RowKey[]
  }

  /** Keys of rows with this version or a later one, in the order in which they were written. */
  since(table: KeyTable, version: number): RowKey[] {
    const sql = `SELECT ${quoted(table.key)} AS key, rowid AS version FROM ${quoted(table.name)} WHERE rowid >= ? ORDER BY rowid`
    const rows = (this.#prepare(table, sql)?.all(version) ?? []) as { key: unknown; version: number }[]
    return rows.filter((row): row is RowKey => typeof row.key === 'string')
  }

  /** The row that was written last; null when there is none. */
  newest(table: KeyTable): RowKey | null {
    const sql = `SELECT CAST(${quoted(table.key)} AS TEXT) AS key, rowid AS version FROM ${quoted(table.name)} ORDER BY rowid DESC LIMIT 1`
    return (this.#prepare(table, sql)?.get() ?? null) as RowKey | null
  }

  /** What stands under a key; null when nothing does. */
  row(table: KeyTable, key: string): RowValue | null {
    const sql = `SELECT CAST(${quoted(table.value)} AS BLOB) AS bytes, typeof(${quoted(table.value)}) AS type
      FROM ${quoted(table.name)} WHERE ${quoted(table.key)} = ?`
    try {
      const row = this.#prepare(table, sql)?.get(key) as { bytes: Buffer | null; type: string } | undefined
      return row === undefined ? null : { bytes: row.bytes ?? new Uint8Array(), isText: row.type !== 'blob' }
    } catch (error) {
      if (!isDamage(error)) throw error
      return { problem: 'The database is damaged where this row stands.' }
    }
  }

  close(): void {
    this.#sqlite.close()
  }

  /** Null when the table is not there. */
  #prepare(table: KeyTable, sql: string): Database.Statement<unknown[]> | null {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const has = this.#sqlite.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table.name)
    const statement = has === undefined ? null : this.#sqlite.prepare<unknown[]>(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** True when another program holds the database for itself at this moment: to be tried again. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY') || codeOf(error).startsWith('SQLITE_LOCKED')
}

/** True when a database, or a part of it, cannot be read because it is damaged. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB|IOERR)/.test(codeOf(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
