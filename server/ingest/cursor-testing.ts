import Database from 'better-sqlite3'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RowSession, RowSessions, Source } from '../adapters/adapter.ts'
import { cursor } from '../adapters/cursor/index.ts'
import { Opened } from './row-access.ts'

/** Rows by table and key: objects are written as JSON, texts as they are. */
export type FixtureRows = Record<string, Record<string, unknown>>

/** Hand-made rows of three conversations and one that was never used. */
export const ID = '0b6f5a3e-1111-4c5d-9e2a-000000000001'
export const SUB_ID = '0b6f5a3e-1111-4c5d-9e2a-000000000002'
export const OLD_ID = '0b6f5a3e-1111-4c5d-9e2a-000000000003'

export function fixtureRows(): FixtureRows {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, '../adapters/cursor/fixtures/rows.json'), 'utf8'),
  ) as FixtureRows
}

/** A database as the editor makes it, open for writing; for tests and benches. */
export class StateDatabase {
  readonly path: string
  readonly sqlite: Database.Database

  constructor(home: string) {
    this.path = join(home, '.config/Cursor/User/globalStorage/state.vscdb')
    mkdirSync(dirname(this.path), { recursive: true })
    this.sqlite = openAsEditor(this.path)
  }

  /** Writes rows in one transaction, each in the place of the one with its key. */
  put(rows: FixtureRows): void {
    this.sqlite.transaction(() => {
      for (const [table, values] of Object.entries(rows)) {
        const insert = this.sqlite.prepare(`INSERT INTO ${table} VALUES (?, ?)`)
        for (const [key, value] of Object.entries(values)) {
          insert.run(key, typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value))
        }
      }
    })()
  }

  remove(...keys: string[]): void {
    for (const key of keys) this.sqlite.prepare('DELETE FROM cursorDiskKV WHERE key = ?').run(key)
  }

  close(): void {
    this.sqlite.close()
  }
}

/** The two tables that every database of the editor has. */
export function openAsEditor(path: string): Database.Database {
  const sqlite = new Database(path)
  sqlite.pragma('journal_mode = WAL')
  for (const table of ['ItemTable', 'cursorDiskKV']) {
    sqlite.exec(`CREATE TABLE IF NOT EXISTS ${table} (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)`)
  }
  return sqlite
}

/** All conversations of the fixture as sources with the lines that are kept of them. */
export function fixtureSources(): { source: Source; bytes: Uint8Array }[] {
  const home = mkdtempSync(join(tmpdir(), 'lossless-cursor-'))
  const state = new StateDatabase(home)
  try {
    state.put(fixtureRows())
    const host = { homeDir: home, env: {}, platform: 'linux' } as const
    return listed(state.path).flatMap((id) => {
      const bytes = Buffer.from(newsOf(rows().open(state.path, id, host), state.path).join(''))
      const source = cursor.classify(rows().pathOf(state.path, id), host)
      return source === null || bytes.length === 0 ? [] : [{ source, bytes }]
    })
  } finally {
    state.close()
    rmSync(home, { recursive: true })
  }
}

/** What a session makes of the rows as they are now: lines with their line feeds. */
export function newsOf(session: RowSession, database: string): string[] {
  using opened = new Opened(database)
  return [...session.news(opened.reader)].map((line) => `${Buffer.from(line).toString('utf8')}\n`)
}

function listed(database: string): string[] {
  using opened = new Opened(database)
  return rows().list(opened.reader, database)
}

/** The seam of the adapter that reads rows. */
export function rows(): RowSessions {
  if (!cursor.rows) throw new Error('Cursor’s sessions are rows.')
  return cursor.rows
}
