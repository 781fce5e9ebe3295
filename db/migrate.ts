import type Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseError } from './database-error.ts'

/** One generated SQL file. */
export interface Migration {
  tag: string
  statements: string[]
  hash: string
  createdAt: number
}

/**
 * Reads the migrations that drizzle-kit generated. They are applied here and not by Drizzle's own migrator, because
 * loading Drizzle takes a second of every start; the table is the same, so either can go on from the other.
 */
export function readMigrations(folder: string): Migration[] {
  const journalPath = path.join(folder, 'meta', '_journal.json')
  if (!existsSync(journalPath)) return []
  const journal: unknown = JSON.parse(readFileSync(journalPath, 'utf8'))
  return journalEntries(journal).map(({ tag, when }) => {
    const sql = readFileSync(path.join(folder, `${tag}.sql`), 'utf8')
    return {
      tag,
      statements: sql.split('--> statement-breakpoint').filter((statement) => statement.trim() !== ''),
      hash: createHash('sha256').update(sql).digest('hex'),
      createdAt: when,
    }
  })
}

/** How a database stands to the migrations that this version knows. */
export type MigrationState = { kind: 'current' } | { kind: 'behind'; pending: Migration[] } | { kind: 'foreign' }

/** Compares what was applied with what is known. `foreign` means a newer version, or other migrations than ours. */
export function compareMigrations(sqlite: Database.Database, known: Migration[]): MigrationState {
  const applied = appliedHashes(sqlite)
  const isPrefix = applied.every((hash, position) => known[position]?.hash === hash)
  if (!isPrefix) return { kind: 'foreign' }
  if (applied.length === known.length) return { kind: 'current' }
  return { kind: 'behind', pending: known.slice(applied.length) }
}

/** Applies migrations all or none, so that a crash at any point leaves the database as it was before. */
export function applyMigrations(sqlite: Database.Database, pending: Migration[]): void {
  let tag = pending[0]?.tag ?? ''
  const apply = sqlite.transaction(() => {
    sqlite.exec(
      'CREATE TABLE IF NOT EXISTS __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)',
    )
    const record = sqlite.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)')
    for (const migration of pending) {
      tag = migration.tag
      for (const statement of migration.statements) sqlite.exec(statement)
      record.run(migration.hash, migration.createdAt)
    }
  })
  try {
    apply.immediate()
  } catch (cause) {
    throw new DatabaseError(
      'migration-failed',
      sqlite.name,
      `Its migration ${tag} failed; it was left as it was.`,
      cause,
    )
  }
}

function appliedHashes(sqlite: Database.Database): string[] {
  const table = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get()
  if (table === undefined) return []
  return sqlite.prepare<[], string>('SELECT hash FROM __drizzle_migrations ORDER BY rowid').pluck().all()
}

function journalEntries(journal: unknown): { tag: string; when: number }[] {
  if (typeof journal !== 'object' || journal === null || !('entries' in journal) || !Array.isArray(journal.entries)) {
    throw new Error('The journal of migrations has no entries.')
  }
  return journal.entries.map((entry: unknown) => {
    if (
      typeof entry !== 'object' ||
      entry === null ||
      !('tag' in entry) ||
      typeof entry.tag !== 'string' ||
      !('when' in entry) ||
      typeof entry.when !== 'number'
    ) {
      throw new Error('An entry in the journal of migrations has no tag or no time.')
    }
    return { tag: entry.tag, when: entry.when }
  })
}
