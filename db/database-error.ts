/**
 * Why a database cannot be used. `damaged`: not a database, or broken. `foreign`: made by a newer version, or by other
 * migrations than ours. `outdated`: needs a migration but was opened for reading only.
 */
export type DatabaseProblem = 'damaged' | 'foreign' | 'outdated' | 'migration-failed' | 'unopenable' | 'full'

/** A database file could not be used. The file was not changed. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly problem: DatabaseProblem
  readonly path: string

  constructor(problem: DatabaseProblem, path: string, message: string, cause?: unknown) {
    super(`The database ${path} cannot be used. ${message}`, { cause })
    this.problem = problem
    this.path = path
  }
}

/** True for what SQLite says when the disk has no room left. Nothing of the failed transaction remains. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const code = String(error.code)
  return code === 'ENOSPC' || code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE'
}
