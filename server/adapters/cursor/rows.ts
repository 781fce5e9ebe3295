import { hash } from 'node:crypto'
import type { Host, RowKey, RowReader, RowSessions } from '../adapter.ts'
import { ComposerRows, KINDS } from './composer-rows.ts'
import { composerPath, isComposerId } from './locate.ts'
import { HEADERS, KV } from './tables.ts'
import { databasesOn, Workspaces } from './workspaces.ts'

const OWN = 'composerData:'
/** The composer that a row belongs to, by its key. */
const COMPOSER_IN_KEY = new RegExp(`^(?:${KINDS.join('|')}):([^:]+)`)

/** Composers as rows of the global database. */
export const composers: RowSessions = {
  databases: databasesOn,
  pathOf: composerPath,
  list(reader) {
    return reader
      .keys(KV, OWN, 'composerData;')
      .sort((one, other) => other.version - one.version)
      .map(({ key }) => key.slice(OWN.length))
      .filter(isComposerId)
  },
  mark: (reader) => reader.newest(KV),
  touched(reader, mark) {
    const [last, ...written] = reader.since(KV, mark.version)
    // Another row has its number now: rows were deleted, or the whole database was written anew.
    if (last === undefined || last.version !== mark.version || last.key !== mark.key) return null
    const ids = written.flatMap(({ key }) => COMPOSER_IN_KEY.exec(key)?.[1] ?? [])
    return [...new Set(ids)].filter(isComposerId)
  },
  stamp(reader, nativeId) {
    return hash('sha256', rowsOf(reader, nativeId).join('\n'), 'hex').slice(0, 32)
  },
  open(_database, nativeId, host) {
    const workspaces = workspacesOn(host)
    return new ComposerRows(nativeId, (reader, composer, header) => workspaces.folderOf(reader, composer, header))
  },
}

const known = new WeakMap<Host, Workspaces>()

/** Looking at all workspaces takes a while: what was seen is remembered. */
function workspacesOn(host: Host): Workspaces {
  const seen = known.get(host) ?? new Workspaces(host)
  known.set(host, seen)
  return seen
}

function rowsOf(reader: RowReader, nativeId: string): string[] {
  const told = (rows: RowKey[]) => rows.map(({ key, version }) => `${key} ${version}`)
  return [
    ...KINDS.flatMap((kind) => {
      const key = `${kind}:${nativeId}`
      return kind === 'composerData' || kind === 'agentKv:checkpoint'
        ? told(reader.keys(KV, key, `${key}\0`))
        : told(reader.keys(KV, `${key}:`, `${key};`))
    }),
    ...told(reader.keys(HEADERS, nativeId, `${nativeId}\0`)),
  ]
}
