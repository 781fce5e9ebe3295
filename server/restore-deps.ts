import { KeptFileStore } from '../db/stores/kept-file-store.ts'
import { OutsideStore } from '../db/stores/outside-store.ts'
import { SessionSources } from '../db/stores/session-sources.ts'
import { SnapshotStore } from '../db/stores/snapshot-store.ts'
import type { CodeReader } from '../db/stores/code-reader.ts'
import type { SessionStore } from '../db/stores/session-store.ts'
import type { SourceIdentity } from '../db/stores/vault-store.ts'
import type { Sqlite } from '../db/client.ts'
import type { Adapter, Host } from './adapters/adapter.ts'
import { describeHolder } from './adapters/live-sessions.ts'
import { adapters } from './adapters/registry.ts'
import type { Ingest } from './ingest/ingest.ts'
import type { LiveHub } from './live/hub.ts'
import { Outside } from './outside/outside.ts'
import { CodeRestores, type CodeRestoreParts } from './restore/code-restores.ts'
import { placeOf, type Place } from './restore/place.ts'
import { Restores } from './restore/restores.ts'
import type { RestoreDeps } from './restore/routes.ts'
import type { Vault } from './vault/vault.ts'

/** What writing outside and restoring are made of. */
interface RestoreMaterial {
  vaultDb: Sqlite
  indexDb: Sqlite
  vault: Vault
  ingest: Ingest
  live: LiveHub
  host: Host
  dataDir: string
  sessions: SessionStore
  code: CodeReader
  resolveMoment: CodeRestoreParts['resolveMoment']
  localPath(path: string): string
}

/** Ties restoring together: here, as in deps.ts, adapters meet the features. */
export function composeRestore(material: RestoreMaterial): RestoreDeps {
  const { vaultDb, indexDb, vault, ingest, live, host, sessions, code, resolveMoment, localPath } = material
  const readKept = (generationId: number, offset: number, length: number) =>
    vault.readRange(generationId, offset, length)
  const roots = new Map(adapters.map((adapter) => [adapter.id, adapter.roots(host).map(({ path }) => path)]))
  const agentRoots = () => [...roots.values()].flat()
  const holders = new Holders(host)
  const outside = new Outside({
    store: new OutsideStore(vaultDb),
    keepCopy: (path) => ingest.keepCopy(path),
    readKept,
    forbidden: [material.dataDir],
    heldBy: (path) => holders.of(path),
    shown: async (patch) => (await ingest.maskTexts([patch]))[0] ?? '',
    onChange: () => live.announce({ kind: 'vault' }),
  })
  const snapshots = new SnapshotStore(vaultDb)
  const restores = new Restores({
    outside,
    keptFiles: new KeptFileStore(vaultDb),
    sessionSources: new SessionSources(vaultDb, indexDb),
    sessions,
    readKept,
    findSnapshot: (id) => snapshots.find(id),
    snapshotFiles: (id, sourceIds) => snapshots.filesOf(id, { sourceIds }),
    keepNow: (paths) => ingest.keepNow(paths),
    takeSnapshot: (request) => ingest.snapshot(request),
    placeOf: placesOn(host),
    agentRoots,
    resumeCommand: (agent, nativeId, cwd, file) =>
      adapters.find(({ id }) => id === agent)?.resumeCommand?.(nativeId, cwd, host, file) ?? null,
    localPath,
  })
  const codeRestores = new CodeRestores({
    outside,
    code,
    sessions,
    resolveMoment,
    localPath,
    agentRoots,
    unmask: (marks) => ingest.unmask(marks),
    maskTexts: (texts) => ingest.maskTexts(texts),
  })
  return { outside, restores, codeRestores }
}

/** Tells where a file belongs in its agent's folders on this machine; null when nowhere. */
export function placesOn(host: Host): (source: SourceIdentity) => Place | null {
  const roots = new Map(adapters.map((adapter) => [adapter.id, adapter.roots(host).map(({ path }) => path)]))
  return (source) => {
    const adapter = adapters.find(({ id }) => id === source.agent)
    if (!adapter) return null
    const accepts = (path: string): boolean => {
      const there = adapter.classify(path, host)
      return there?.role === source.role && (there.nativeId ?? null) === (source.nativeId ?? null)
    }
    const place = placeOf(source.path, { roots: roots.get(adapter.id) ?? [], accepts })
    const isRows = place !== null && adapter.classify(place.path, host)?.isRows === true
    return isRows && adapter.refusesWrites ? { ...place, refused: adapter.refusesWrites } : place
  }
}

/** A look at the agents' registries counts this long, so that a plan of many files costs one, in milliseconds. */
const LOOK_COUNTS = 200

/** Knows which running agent has the session open that a file belongs to. */
class Holders {
  readonly #host: Host
  readonly #looks = new Map<string, { at: number; running: Promise<Set<string>> }>()

  constructor(host: Host) {
    this.#host = host
  }

  /** A sentence; null when none does. */
  async of(path: string): Promise<string | null> {
    for (const adapter of adapters) {
      const nativeId = adapter.classify(path, this.#host)?.nativeId ?? null
      if (nativeId === null || !(await this.#running(adapter)).has(nativeId)) continue
      return describeHolder(adapter, nativeId, this.#host)
    }
    return null
  }

  #running(adapter: Adapter): Promise<Set<string>> {
    const known = this.#looks.get(adapter.id)
    if (known && performance.now() - known.at < LOOK_COUNTS) return known.running
    const listed = adapter.listLive?.(this.#host) ?? Promise.resolve([])
    const running = listed.then((sessions) => new Set(sessions.map((session) => session.nativeId)))
    this.#looks.set(adapter.id, { at: performance.now(), running })
    return running
  }
}
