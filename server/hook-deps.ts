import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { Sqlite } from '../db/client.ts'
import { ContextStore } from '../db/stores/context-store.ts'
import { SessionSources } from '../db/stores/session-sources.ts'
import type { SessionStore } from '../db/stores/session-store.ts'
import type { SnapshotStore } from '../db/stores/snapshot-store.ts'
import type { VaultNoteStore } from '../db/stores/vault-note-store.ts'
import type { Host } from './adapters/adapter.ts'
import { adapters } from './adapters/registry.ts'
import type { Compactions } from './compaction/compactions.ts'
import { hookedAgent } from './hooks/agents.ts'
import { HookCalls } from './hooks/calls.ts'
import { Guard } from './hooks/guard.ts'
import { HeldBackList } from './hooks/held-back.ts'
import { Hooks } from './hooks/hooks.ts'
import type { HookDeps } from './hooks/routes.ts'
import type { Ingest } from './ingest/ingest.ts'
import type { TextScan } from './ingest/text-scan.ts'
import type { LiveHub } from './live/hub.ts'
import { StatedContexts } from './live/stated-contexts.ts'
import type { LiveTracker } from './live/tracker.ts'
import type { Outside } from './outside/outside.ts'
import { labelOf } from './secrets/describe.ts'
import type { Vault } from './vault/vault.ts'
import { ContextWatch } from './warnings/context-watch.ts'
import type { WarningDeps } from './warnings/routes.ts'
import { WarningLevels } from './warnings/settings.ts'

/** What hooks and warnings are made of. */
interface HookMaterial {
  vaultDb: Sqlite
  indexDb: Sqlite
  vault: Vault
  ingest: Ingest
  live: LiveHub
  tracker: LiveTracker
  host: Host
  dataDir: string
  sessions: SessionStore
  snapshotStore: SnapshotStore
  vaultNotes: VaultNoteStore
  compactions: Compactions
  outside: Outside
  textScan: TextScan
  log: Logger
}

/** How long a hook waits until what it brought is understood, in milliseconds. */
const UNDERSTOOD_WITHIN = 700

/** Ties hooks, the status line and warnings together. */
export function composeHooks(material: HookMaterial): HookDeps & WarningDeps {
  const { ingest, live, tracker, host, sessions, compactions, log } = material
  const contexts = new ContextStore(material.indexDb)
  const stated = new StatedContexts()
  const warningLevels = new WarningLevels(material.vaultNotes)
  const contextWatch = new ContextWatch({
    hub: live,
    sessions,
    contexts,
    isLive: (id) => tracker.isLive(id),
    stated: (id) => stated.of(id),
    compactsAt: ({ agent, version }, window) =>
      adapters.find(({ id }) => id === agent)?.compactsAt?.(window, version) ?? null,
    settings: () => warningLevels.get(),
    snapshot: (request) => ingest.snapshot(request),
    log,
  })
  // A context that fills up will be compacted: its brief has to be quick then, because the agent waits for it.
  live.listen((message) => {
    if (message.kind === 'warning') void compactions.prepare(message.sessionId)
  })
  const heldBack = new HeldBackList(material.vaultNotes, labelOf)
  const hooks = new Hooks({
    host,
    command: {
      node: process.execPath,
      script: fileURLToPath(new URL('../scripts/lossless.mjs', import.meta.url)),
      dataDir: material.dataDir,
      platform: process.platform,
    },
    outside: material.outside,
    snapshot: (cause) => ingest.snapshot({ reason: 'config', cause, scope: { all: true } }),
  })
  return {
    warningLevels,
    contextWatch,
    live,
    heldBack,
    hooks,
    warmGuard: async () => {
      if (await hooks.hasGuard()) material.textScan.warmUp()
    },
    hookCalls: new HookCalls({
      catchUp: (path) => catchUp(path, { ...material, contexts }),
      findSession: (id) => sessions.find(id),
      brief: (id, request) => compactions.brief(id, request),
      prepareBrief: (id) => compactions.prepare(id),
      snapshot: (request) => ingest.snapshot(request),
      guard: new Guard({
        scan: (text, options) => material.textScan.scan(text, options),
        held: heldBack,
        label: labelOf,
        tell: ({ agent, tool }, labels) => {
          live.announce({ kind: 'held-back', agent, agentLabel: hookedAgent(agent).label, tool, labels })
        },
        now: Date.now,
      }),
      log,
    }),
    status: {
      note: (sessionId, context) => {
        if (context === null) return
        stated.note(sessionId, context)
        contextWatch.look(sessionId)
      },
      turnsLeft: (sessionId) => contextWatch.turnsLeft(sessionId),
      levels: () => warningLevels.get().levels,
      snapshotAt: snapshotTimes(material),
    },
  }
}

/** Keeps what is new in a file and waits until it is in the index, at most a moment: a torn last line never is. */
async function catchUp(
  path: string,
  { vault, ingest, contexts }: { vault: Vault; ingest: Ingest; contexts: ContextStore },
): Promise<void> {
  await ingest.keepNow([path])
  const source = vault.findSource(path)
  if (!source?.generation) return
  const { id, length } = source.generation
  for (const until = Date.now() + UNDERSTOOD_WITHIN; Date.now() < until; await sleep(10)) {
    const read = contexts.readUpTo(source.id)
    if (read?.generationId === id && read.offset >= length) return
  }
}

/** When the newest snapshot of a session was taken. A status line asks every second: answers hold until one is taken. */
function snapshotTimes({ vaultDb, indexDb, live, snapshotStore }: HookMaterial): (sessionId: string) => number | null {
  const members = new SessionSources(vaultDb, indexDb)
  const known = new Map<string, number | null>()
  live.listen((message) => {
    if (message.kind === 'vault') known.clear()
  })
  return (sessionId) => {
    const held = known.get(sessionId)
    if (held !== undefined) return held
    const { sourceIds } = members.ofSessions([sessionId])
    const [newest] = sourceIds.length === 0 ? [] : snapshotStore.list({ sourceIds, limit: 1 }).items
    const at = newest === undefined ? null : Date.parse(newest.at)
    known.set(sessionId, at)
    return at
  }
}
