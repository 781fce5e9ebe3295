import { rmSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Sqlite } from '../db/client.ts'
import type { CodeReader } from '../db/stores/code-reader.ts'
import type { EventStore } from '../db/stores/event-store.ts'
import { KeptFileStore } from '../db/stores/kept-file-store.ts'
import { SecretStore } from '../db/stores/secret-store.ts'
import { SessionSources } from '../db/stores/session-sources.ts'
import type { SessionStore } from '../db/stores/session-store.ts'
import type { Adapter, Host, Source } from './adapters/adapter.ts'
import { adapters } from './adapters/registry.ts'
import type { EventBodies } from './ingest/event-bodies.ts'
import type { Ingest } from './ingest/ingest.ts'
import { homeOfImport, importsFolder } from './ingest/places.ts'
import type { LiveHub } from './live/hub.ts'
import { markOf } from './redaction/mark.ts'
import type { Secrets } from './secrets/secrets.ts'
import { Exports } from './sharing/exports.ts'
import { Imports } from './sharing/imports.ts'
import type { SharingDeps } from './sharing/routes.ts'

/** What sharing is made of. */
interface SharingMaterial {
  vaultDb: Sqlite
  indexDb: Sqlite
  sessions: SessionStore
  events: EventStore
  bodies: EventBodies
  code: CodeReader
  readRange(generationId: number, offset: number, length: number): Uint8Array
  secrets: Secrets
  ingest: Ingest
  live: LiveHub
  host: Host
  dataDir: string
  webDir: string
  version: string
}

/** Ties exporting and importing together. What an earlier run left half made is removed. */
export function composeSharing(material: SharingMaterial): SharingDeps {
  const { vaultDb, indexDb, sessions, secrets, ingest, live, host, dataDir, ...reading } = material
  const folder = join(dataDir, 'exports')
  rmSync(folder, { recursive: true, force: true })
  const sessionSources = new SessionSources(vaultDb, indexDb)
  const keptFiles = new KeptFileStore(vaultDb)
  const secretStore = new SecretStore(vaultDb)
  const imports = new Imports({
    folder: importsFolder(dataDir),
    classify: (path, homeDir) => {
      const source = classified(path, { ...host, homeDir, env: {} })
      if (source === undefined) return undefined
      const { agent, role, nativeId } = source
      if (nativeId !== null) return { sessionId: `${agent}:${nativeId}` }
      // Lists of all sessions would speak of those that are here.
      return role === 'companion' ? undefined : { sessionId: null }
    },
    isKnown: (id) => sessions.find(id) !== undefined,
    takeIn: (paths) => ingest.lookAt(paths),
    now: Date.now,
  })
  const exports = new Exports({
    ...reading,
    folder,
    sessions,
    redact: (request) => ingest.redact(request),
    sourcesOf: (id) => keptFiles.list(sessionSources.ofSessions([id]).sourceIds),
    isRows: ({ agent, path }) => adapters.find(({ id }) => id === agent)?.classify(path, host)?.isRows === true,
    placeInHome: ({ agent, path }) => placeInHome({ agent, path }, { host, dataDir }),
    describe: (id) => {
      const secret = secrets.find(id)
      if (secret === undefined) return undefined
      const { placeholder, kind, label, tier } = secret
      return { secretId: id, placeholder, kind, label, tier }
    },
    markOf: (id) => {
      const secret = secretStore.get(id)
      return secret && markOf(secret)
    },
    secretOf: (mark) => secretOf(secretStore, mark),
    unmask: (list) => ingest.unmask(list),
  })
  return {
    exports,
    imports,
    tellProgress: (ticket, done, total) => live.announce({ kind: 'export', ticket, done, total }),
  }
}

/** Which secret a mark stands for; a mark of another installation may have the same tag. */
function secretOf(store: SecretStore, mark: string): number | undefined {
  const id = store.findByTag(mark.slice(mark.lastIndexOf(':') + 1, -1))
  const secret = id === undefined ? undefined : store.get(id)
  return secret !== undefined && markOf(secret) === mark ? id : undefined
}

function classified(path: string, host: Host): Source | undefined {
  for (const adapter of adapters) {
    const source = adapter.classify(path, host)
    if (source) return source
  }
  return undefined
}

/** Where a file stands below the home of its agent; where that is told to keep its files elsewhere, where they would stand. */
function placeInHome(
  file: { agent: string; path: string },
  { host, dataDir }: { host: Host; dataDir: string },
): string | null {
  const adapter = adapters.find(({ id }) => id === file.agent)
  if (adapter === undefined) return null
  const imported = homeOfImport(file.path, importsFolder(dataDir))
  const here: Host = imported === null ? host : { ...host, homeDir: imported, env: {} }
  const plain: Host = { ...here, env: {} }
  const candidates = [file.path, ...moved(file.path, adapter.roots(here), adapter.roots(plain))]
  const found = candidates.find((path) => isBelow(plain.homeDir, path) && adapter.classify(path, plain) !== null)
  return found === undefined ? null : relative(plain.homeDir, found).split(sep).join('/')
}

/** The same file below each folder of the other list that has the same name as the one that it is in. */
function moved(path: string, from: ReturnType<Adapter['roots']>, to: ReturnType<Adapter['roots']>): string[] {
  return from.flatMap((root) => {
    if (!isBelow(root.path, path)) return []
    const name = root.path.split(sep).at(-1)
    return to
      .filter((other) => other.path.split(sep).at(-1) === name)
      .map((other) => join(other.path, relative(root.path, path)))
  })
}

function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
