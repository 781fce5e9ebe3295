import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { openIndexDb, openVaultDb, type Sqlite } from '../db/client.ts'
import { CodeReader } from '../db/stores/code-reader.ts'
import { EventStore } from '../db/stores/event-store.ts'
import { OwnPatternStore } from '../db/stores/own-pattern-store.ts'
import { PathMappingStore } from '../db/stores/path-mapping-store.ts'
import { PlaceStore } from '../db/stores/place-store.ts'
import { ProjectStore } from '../db/stores/project-store.ts'
import { SecretStore } from '../db/stores/secret-store.ts'
import { SessionSources } from '../db/stores/session-sources.ts'
import { SessionStore } from '../db/stores/session-store.ts'
import { SourceStore } from '../db/stores/source-store.ts'
import { VaultNoteStore } from '../db/stores/vault-note-store.ts'
import { VaultStore } from '../db/stores/vault-store.ts'
import type { Adapter, Host } from './adapters/adapter.ts'
import { PRICE_DATE as CLAUDE_PRICES } from './adapters/claude-code/prices.ts'
import { PRICE_DATE as CODEX_PRICES } from './adapters/codex/prices.ts'
import { PRICE_DATE as GEMINI_PRICES } from './adapters/gemini-cli/prices.ts'
import { adapters } from './adapters/registry.ts'
import { Compactions } from './compaction/compactions.ts'
import { readingAhead } from './compaction/read-ahead.ts'
import type { CompactionDeps } from './compaction/routes.ts'
import { Tokens } from './compaction/tokens.ts'
import { composeForks } from './fork-deps.ts'
import type { ForkDeps } from './forks/routes.ts'
import { composeHooks } from './hook-deps.ts'
import { composeHandoffs } from './handoff-deps.ts'
import type { HandoffDeps } from './handoffs/routes.ts'
import type { HookDeps } from './hooks/routes.ts'
import { EventBodies } from './ingest/event-bodies.ts'
import { Ingest } from './ingest/ingest.ts'
import { StoredMask } from './ingest/stored-review.ts'
import { TextScan } from './ingest/text-scan.ts'
import { LiveHub } from './live/hub.ts'
import { GROWTH_COUNTS, LiveTracker } from './live/tracker.ts'
import { projectFolders } from './project-folders.ts'
import type { ProjectDeps } from './projects/routes.ts'
import type { ReplayDeps } from './replay/routes.ts'
import { composeRedactions } from './redaction-deps.ts'
import type { RedactionDeps } from './redactions/routes.ts'
import { composeRestore } from './restore-deps.ts'
import { composeSecrets } from './secret-deps.ts'
import type { SecretDeps } from './secrets/routes.ts'
import { composeSharing } from './sharing-deps.ts'
import type { SharingDeps } from './sharing/routes.ts'
import type { RestoreDeps } from './restore/routes.ts'
import { Elsewhere } from './elsewhere/elsewhere.ts'
import type { SessionDeps } from './sessions/routes.ts'
import { mapPath } from './settings/path-mappings.ts'
import type { SettingsDeps } from './settings/routes.ts'
import { composeSnapshots } from './snapshot-deps.ts'
import { applyRetention, type SnapshotDeps } from './snapshots/routes.ts'
import { Vault } from './vault/vault.ts'
import type { WarningDeps } from './warnings/routes.ts'

/** Everything that routes need, and what runs beside them. */
export interface Deps
  extends
    SessionDeps,
    ReplayDeps,
    SettingsDeps,
    CompactionDeps,
    RestoreDeps,
    SnapshotDeps,
    HookDeps,
    WarningDeps,
    SharingDeps,
    RedactionDeps,
    SecretDeps {
  token: string
  log: Logger
  /** The built web app. */
  webDir: string
  live: LiveHub
  ingest: Ingest
  forks: ForkDeps
  handoffs: HandoffDeps
  projectViews: ProjectDeps
  close(): Promise<void>
}

/** What a start decides. */
export interface Setting {
  version: string
  token: string
  homeDir: string
  dataDir: string
  vaultFile: string
  indexFile: string
  /** What adapters may see of the environment. */
  agentEnv: Record<string, string | undefined>
  /** Folders of projects that no session names. */
  projects?: readonly string[]
  isDemo: boolean
  log: Logger
  webDir?: string
}

/** Opens the databases and ties everything together. Nothing is read from agents' folders before `ingest.start()`. */
export function buildDeps(setting: Setting): Deps {
  const { log } = setting
  const host: Host = { homeDir: setting.homeDir, env: setting.agentEnv, platform: process.platform }
  const scanStart = { dataDir: setting.dataDir, vaultPath: setting.vaultFile, indexPath: setting.indexFile }
  const vaultDb = openVaultDb(setting.vaultFile)
  const opened = openIndexDb(setting.indexFile)
  if (opened.rebuilt) log.warn(`The index is built again from the vault: ${opened.reason ?? ''}`)
  const indexDb = opened.sqlite

  const sessions = new SessionStore(indexDb)
  const events = new EventStore(indexDb)
  const sources = new SourceStore(vaultDb)
  const mappings = new PathMappingStore(vaultDb)
  const vault = new Vault(new VaultStore(vaultDb))
  const localPath = (path: string) => mapPath(path, mappings.list())
  const listProjects = () =>
    projectFolders([...(setting.projects ?? []), ...sessions.projectPaths().map((path) => localPath(path))])
  const live = new LiveHub(Date.now())
  const tracker = new LiveTracker({
    listRegistered: () => listRegistered(adapters, host),
    onChange: (sessionId) => live.announce({ kind: 'state', sessionId }),
    now: Date.now,
  })
  const snapshots = composeSnapshots({ vaultDb, indexDb, vaultFile: setting.vaultFile, sources })
  const ingest: Ingest = new Ingest({
    listProjects,
    start: { ...scanStart, host },
    adapters,
    hub: live,
    tracker,
    log,
    onIdle: () => {
      for (const { id, activeAt } of sessions.activeSince(Date.now() - GROWTH_COUNTS)) tracker.grew(id, activeAt)
    },
    onSnapshot: (reason) => {
      if (reason === 'daily')
        void applyRetention({ ...snapshots, ingest }).catch((err: unknown) =>
          log.warn({ err }, 'old snapshots could not be let go'),
        )
    },
  })
  const kept = {
    readRange: (generationId: number, offset: number, length: number) => vault.readRange(generationId, offset, length),
    sourceOfGeneration: (generationId: number) => {
      const source = sources.ofGeneration(generationId)
      return source && { ...source, agent: agentOf(source.agent) }
    },
  }
  const vaultSizes = async () => ({
    rawBytes: vault.totals().rawBytes,
    vaultBytes: await sizeOf(setting.vaultFile),
  })
  const places = new PlaceStore(indexDb)
  const secretStore = new SecretStore(vaultDb)
  const mask = new StoredMask(places, secretStore)
  const bodies = new EventBodies(kept, adapters, mask)
  const inOrder = new EventBodies(readingAhead(kept), adapters, mask)
  const tokens = new Tokens()
  const compactions = new Compactions({ sessions, source: { events, bodies: inOrder }, tokens })
  const textScan = new TextScan(scanStart)
  live.listen(({ kind }) => {
    if (kind === 'secrets') textScan.secretsChanged()
  })
  // One more, so that no prompt waits for a pattern that is tried.
  const patternTrials = new TextScan(scanStart)
  const elsewhere = new Elsewhere({
    notes: new VaultNoteStore(vaultDb),
    plan: () => ({ ...scanStart, host: { ...host, projects: listProjects() }, excluded: [setting.dataDir] }),
    log,
  })
  const secrets = composeSecrets({
    sessions,
    events,
    secretStore,
    places,
    mask,
    readRange: kept.readRange,
    ingest,
    live,
    ownPatterns: new OwnPatternStore(vaultDb),
    patternTrials,
    textScan,
    elsewhere,
  })
  const code = new CodeReader(indexDb)
  const momentOf = (sessionId: string, at: string | undefined) => resolveMoment(sessions, events, sessionId, at)
  const material = { vaultDb, indexDb, vault, ingest, live, host, sessions, code, localPath, resolveMoment: momentOf }
  const restore = composeRestore({ ...material, dataDir: setting.dataDir })
  const { outside } = restore
  const hooks = composeHooks({
    ...material,
    textScan,
    ...snapshots,
    dataDir: setting.dataDir,
    tracker,
    compactions,
    outside,
    log,
  })
  const keptFiles = (key: number) => keptFilesOf(sources, sessions.sourceIdsOf(key))
  const { readRange } = kept
  const webDir = setting.webDir ?? fileURLToPath(new URL('../web/dist/', import.meta.url))
  const { dataDir, version } = setting
  const sharing = composeSharing({
    ...material,
    ...{ events, bodies: inOrder, readRange, secrets: secrets.secrets, dataDir, webDir, version },
  })
  const redactions = composeRedactions({ ...material, outside, secrets: secrets.secrets })
  const sessionSources = new SessionSources(vaultDb, indexDb)
  const chainFiles = (key: number) => keptFilesOf(sources, sessionSources.readFrom(key))
  const forks = composeForks({
    ...material,
    events,
    bodies,
    keptFiles: chainFiles,
    readRange,
    outside: restore.outside,
  })
  const countTokens = (texts: string[]) => tokens.count(texts)
  const handoffs = composeHandoffs({ ...material, events, bodies, countTokens, outside })

  return {
    ...setting,
    ...restore,
    ...snapshots,
    ...hooks,
    ...secrets,
    ...sharing,
    ...redactions,
    webDir,
    // One date for all tables: since then none was looked at.
    priceDate: [CLAUDE_PRICES, CODEX_PRICES, GEMINI_PRICES].sort()[0] ?? CLAUDE_PRICES,
    sessions,
    events,
    mappings,
    live,
    ingest,
    code,
    bodies,
    compactions,
    localPath,
    surroundings: {
      isLive: (id) => tracker.isLive(id),
      isImported: (id) => sharing.imports.isImported(id),
      localPath,
      gauge: (session) => hooks.contextWatch.gauge(session),
    },
    liveIds: () => tracker.ids(),
    describeSources: (ids) => sources.describe(ids),
    keptFiles,
    readRange,
    forks,
    handoffs,
    projectViews: { projects: new ProjectStore(indexDb), isLive: (id) => tracker.isLive(id), localPath },
    resolveMoment: momentOf,
    progress: () => ingest.progress,
    describeAgents: () => Promise.all(adapters.map((adapter) => describeAgent(adapter, host, sources))),
    vaultSizes,
    sizes: async () => ({ ...(await vaultSizes()), indexBytes: await sizeOf(setting.indexFile) }),
    close: async () => {
      tracker.close()
      hooks.contextWatch.close()
      await compactions.close()
      await textScan.close()
      await restore.outside.close()
      await snapshots.verification.cancel()
      await patternTrials.close()
      await elsewhere.cancel()
      await ingest.stop()
      closeAll([indexDb, vaultDb])
    },
  }
}

/** Transcripts among sources, in all their generations; side files are left out. */
function keptFilesOf(sources: SourceStore, sourceIds: readonly number[]) {
  return sourceIds.flatMap((id) => {
    const generations = sources.generationsOf(id)
    const source = generations[0] && sources.ofGeneration(generations[0].id)
    return source === undefined || source.role === 'companion' ? [] : [{ path: source.path, generations }]
  })
}

/** Finds the event that a moment names: its `seq`, its id, or the end of the session when absent. */
function resolveMoment(
  sessions: SessionStore,
  events: EventStore,
  sessionId: string,
  at: string | undefined,
): { key: number; seq: number; projectPath: string | null } | undefined {
  const session = sessions.find(sessionId)
  if (!session) return undefined
  const last = session.events - 1
  const named = at === undefined || at === '' ? last : /^\d+$/.test(at) ? Number(at) : events.findSeq(session.key, at)
  if (named === undefined || named > last) return undefined
  return { key: session.key, seq: named, projectPath: session.projectPath }
}

async function listRegistered(all: readonly Adapter[], host: Host): Promise<string[]> {
  const lists = await Promise.all(
    all.map(async (adapter) => {
      const running = (await adapter.listLive?.(host)) ?? []
      return running.map((session) => `${adapter.id}:${session.nativeId}`)
    }),
  )
  return lists.flat()
}

async function describeAgent(adapter: Adapter, host: Host, sources: SourceStore) {
  const { lastKeptAt, ...counts } = sources.ofAgent(adapter.id)
  return {
    id: adapter.id,
    label: adapter.label,
    roots: await describeRoots(adapter, host),
    ...counts,
    lastReadAt: lastKeptAt === null ? null : new Date(lastKeptAt).toISOString(),
    unreadable: sources.unreadable(adapter.id),
  }
}

/** Places in projects are told where something stands there: every project has them. */
async function describeRoots(adapter: Adapter, host: Host) {
  const always = new Set(adapter.roots({ ...host, projects: [] }).map(({ path }) => path))
  const roots = await Promise.all(
    adapter.roots(host).map(async ({ path }) => ({ path, exists: (await stat(path).catch(() => null)) !== null })),
  )
  return roots.filter(({ path, exists }) => exists || always.has(path))
}

function agentOf(id: string): Adapter['id'] {
  const adapter = adapters.find((known) => known.id === id)
  if (!adapter) throw new Error(`The vault holds sessions of “${id}”, which this Lossless does not know.`)
  return adapter.id
}

/** The database's file with what has not been moved into it yet. */
async function sizeOf(file: string): Promise<number> {
  const parts = await Promise.all([file, `${file}-wal`].map((path) => stat(path).catch(() => null)))
  return parts.reduce((sum, part) => sum + (part?.size ?? 0), 0)
}

function closeAll(databases: Sqlite[]): void {
  for (const database of databases) database.close()
}
