import Database from 'better-sqlite3'

/** Held for as long as the process lives. The kernel frees it with the process, so it can never be stale. */
export interface HeldLock {
  release(): void
}

/** A connection that nothing refers to is closed by the garbage collector, and its lock goes with it. */
const held = new Set<Database.Database>()

/**
 * Takes the exclusive lock that the file stands for, or returns null when another process (or another part of this
 * one) holds it. SQLite is used for its locks alone: they work on every platform and end with their process, also
 * after kill -9, which a file with a process number in it does not.
 */
export function holdLock(file: string): HeldLock | null {
  const database = new Database(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null
    throw error
  }
  held.add(database)
  return {
    release: () => {
      held.delete(database)
      database.close()
    },
  }
}
