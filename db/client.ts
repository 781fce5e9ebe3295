import Database from 'better-sqlite3'
import { closeSync, chmodSync, existsSync, openSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DatabaseError, isDiskFull } from './database-error.ts'
import { applyMigrations, compareMigrations, readMigrations } from './migrate.ts'

/** An open database. Statements are prepared on it directly; Drizzle is only used to generate migrations. */
export type Sqlite = Database.Database

export interface OpenOptions {
  readonly?: boolean
  /** Another folder of migrations; for tests. */
  migrations?: string
}

/** Opens the vault and migrates it. What is damaged or too new is left alone and throws a `DatabaseError`. */
export function openVaultDb(path: string, options: OpenOptions = {}): Sqlite {
  return openMigrated(path, {
    readonly: options.readonly ?? false,
    migrations: options.migrations ?? migrationsFolder('vault'),
    synchronous: 'FULL',
  })
}

/** An open index, and whether it starts empty because the former file could not be used and was moved aside. */
export interface OpenedIndex {
  sqlite: Sqlite
  rebuilt: boolean
  /** Why the former file could not be used. */
  reason: string | null
}

/**
 * Opens the index and migrates it. It is derived, so a file that is damaged, too new or from other migrations is moved
 * to `<path>.old` (replacing the one before) and an empty one takes its place.
 */
export function openIndexDb(path: string, options: OpenOptions = {}): OpenedIndex {
  const open = (): Sqlite =>
    openMigrated(path, {
      readonly: options.readonly ?? false,
      migrations: options.migrations ?? migrationsFolder('index'),
      synchronous: 'NORMAL',
    })
  try {
    return { sqlite: open(), rebuilt: false, reason: null }
  } catch (error) {
    if (!(error instanceof DatabaseError) || options.readonly === true) throw error
    if (error.problem === 'full' || error.problem === 'unopenable') throw error
    moveAside(path)
    return { sqlite: open(), rebuilt: true, reason: error.message }
  }
}

interface Plan {
  readonly: boolean
  migrations: string
  synchronous: 'FULL' | 'NORMAL'
}

function openMigrated(path: string, plan: Plan): Sqlite {
  const sqlite = openFile(path, plan.readonly)
  try {
    prepareConnection(sqlite, plan)
    migrate(sqlite, plan)
    return sqlite
  } catch (error) {
    sqlite.close()
    throw explained(error, path)
  }
}

function openFile(path: string, readonly: boolean): Sqlite {
  try {
    if (!readonly) ensurePrivateFile(path)
    return new Database(path, { readonly, fileMustExist: readonly, timeout: 10_000 })
  } catch (error) {
    throw explained(error, path)
  }
}

/** SQLite gives its side files the mode of the database, so it has to be right before they are made. */
function ensurePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

function prepareConnection(sqlite: Sqlite, plan: Plan): void {
  if (!plan.readonly) {
    sqlite.pragma('page_size = 4096')
    sqlite.pragma('journal_mode = WAL')
    sqlite.pragma('journal_size_limit = 33554432')
    // What is masked or deleted must not stay behind in a free page.
    sqlite.pragma('secure_delete = ON')
    // Larger than usual: moving pages into the database in the middle of an import costs more than it saves.
    sqlite.pragma('wal_autocheckpoint = 8000')
  }
  sqlite.pragma(`synchronous = ${plan.synchronous}`)
  sqlite.pragma('foreign_keys = ON')
  sqlite.pragma('temp_store = MEMORY')
}

function migrate(sqlite: Sqlite, plan: Plan): void {
  const state = compareMigrations(sqlite, readMigrations(plan.migrations))
  switch (state.kind) {
    case 'current':
      return
    case 'foreign':
      throw new DatabaseError(
        'foreign',
        sqlite.name,
        'It was made by another version of Lossless, probably a newer one. Update Lossless, or start it with another data folder.',
      )
    case 'behind':
      if (plan.readonly)
        throw new DatabaseError('outdated', sqlite.name, 'It must be opened for writing once, to migrate it.')
      applyMigrations(sqlite, state.pending)
  }
}

function moveAside(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(`${path}.old${suffix}`, { force: true })
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.old${suffix}`)
  }
}

function explained(error: unknown, path: string): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error)) return error
  if (isDiskFull(error) || isDiskFull(error.cause)) {
    return new DatabaseError('full', path, 'The disk is full. Free some space and start again.', error)
  }
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new DatabaseError('damaged', path, 'It is damaged or not a database; it was left as it is.', error)
  }
  if (code.startsWith('SQLITE_') || code.startsWith('E')) {
    return new DatabaseError('unopenable', path, `It could not be opened: ${error.message}.`, error)
  }
  return error
}

function migrationsFolder(name: 'vault' | 'index'): string {
  return fileURLToPath(new URL(`../migrations/${name}/`, import.meta.url))
}
