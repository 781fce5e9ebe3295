import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openIndexDb, openVaultDb, type Sqlite } from './client.ts'

/** A folder of its own for one test. `remove` is safe to call twice. */
export interface TemporaryFolder {
  path: string
  remove(): void
}

export function createTemporaryFolder(): TemporaryFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'lossless-test-'))
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Both databases, empty and migrated, in files of their own; `close` also removes them. */
export interface TemporaryDatabases {
  folder: string
  vault: Sqlite
  index: Sqlite
  close(): void
}

export function createTemporaryDatabases(): TemporaryDatabases {
  const folder = createTemporaryFolder()
  const vault = openVaultDb(path.join(folder.path, 'vault.db'))
  const index = openIndexDb(path.join(folder.path, 'index.db')).sqlite
  return {
    folder: folder.path,
    vault,
    index,
    close() {
      vault.close()
      index.close()
      folder.remove()
    },
  }
}
