import { hash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RowSessions } from '../adapter.ts'
import { cursorDirs, idOfStore, rowsPath, STORE } from './locate.ts'
import { BLOBS, META, StoreRows } from './store-rows.ts'

/** Sessions of the agent in a terminal: each is a database of its own. */
export const stores: RowSessions = {
  databases: (host) => cursorDirs(host).flatMap(storesIn),
  pathOf: rowsPath,
  list(_reader, database) {
    const id = idOfStore(database)
    return id === null ? [] : [id]
  },
  mark: (reader) => reader.newest(BLOBS),
  // There is one session in it, and a change of the database is one of the session.
  touched(_reader, _mark, database) {
    const id = idOfStore(database)
    return id === null ? [] : [id]
  },
  stamp(reader) {
    const meta = reader.row(META, '0')
    const told = meta && 'bytes' in meta ? meta.bytes : new Uint8Array()
    const { key = '', version = 0 } = reader.newest(BLOBS) ?? {}
    return `${hash('sha256', told, 'hex').slice(0, 16)} ${version} ${key}`
  },
  open: (database) => new StoreRows(database),
}

function storesIn(dir: string): string[] {
  const chats = namesIn(join(dir, 'chats')).flatMap((project) => {
    const folder = join(dir, 'chats', project)
    return namesIn(folder).map((id) => join(folder, id, STORE))
  })
  const others = namesIn(join(dir, 'acp-sessions')).map((id) => join(dir, 'acp-sessions', id, STORE))
  return [...chats, ...others].filter((path) => existsSync(path))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
