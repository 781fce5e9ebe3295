import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { SessionSources } from '../../db/stores/session-sources.ts'
import { SessionStore } from '../../db/stores/session-store.ts'
import { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { PlaceStore } from '../../db/stores/place-store.ts'
import { SecretStore } from '../../db/stores/secret-store.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import { claudeCode } from '../adapters/claude-code/index.ts'
import type { LiveMessage } from '../contract/live.ts'
import { LiveHub } from '../live/hub.ts'
import { LiveTracker } from '../live/tracker.ts'
import { RULES_VERSION } from '../redaction/rules-version.ts'
import { Scanner } from '../redaction/scanner.ts'
import { openSecretKey } from '../secret-key.ts'
import { Vault } from '../vault/vault.ts'
import { Ingest } from './ingest.ts'
import { KnownSecrets } from './known-secrets.ts'
import { SecretFinder } from './line-review.ts'
import { StoredMask } from './stored-review.ts'

/**
 * A home with one project of Claude Code, and the real ingest on it: its worker, its watcher, two databases. With `on`,
 * another start on the home and the databases of a world whose ingest was stopped.
 */
export function createIngestWorld(options: { on?: { databases: TemporaryDatabases } } = {}) {
  const databases = options.on?.databases ?? createTemporaryDatabases()
  const home = join(databases.folder, 'home')
  const project = join(home, '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  const hub = new LiveHub(1000)
  const messages: LiveMessage[] = []
  hub.listen((message) => messages.push(message))
  const tracker = new LiveTracker({
    listRegistered: () => Promise.resolve([]),
    onChange: () => undefined,
    now: Date.now,
  })
  const ingest = new Ingest({
    start: {
      dataDir: databases.folder,
      vaultPath: databases.vault.name,
      indexPath: databases.index.name,
      host: { homeDir: home, env: {}, platform: 'linux' },
    },
    adapters: [claudeCode],
    hub,
    tracker,
    log: pino({ level: 'silent' }),
    onIdle: () => undefined,
  })
  return {
    databases,
    home,
    project,
    ingest,
    messages,
    vault: new Vault(new VaultStore(databases.vault)),
    vaultDb: databases.vault,
    indexDb: databases.index,
    snapshots: new SnapshotStore(databases.vault),
    sessionSources: new SessionSources(databases.vault, databases.index),
    sessions: new SessionStore(databases.index),
    async close() {
      tracker.close()
      await ingest.stop()
      databases.close()
    },
  }
}

/** What finds and masks secrets, on two databases. */
export function createFinder({ vault, index, folder }: TemporaryDatabases) {
  const scanner = new Scanner()
  const store = new SecretStore(vault)
  const places = new PlaceStore(index)
  const secrets = new KnownSecrets({ store, key: openSecretKey(folder), scanner })
  return {
    finder: new SecretFinder({ scanner, secrets, places, rules: { version: RULES_VERSION } }),
    mask: new StoredMask(places, store),
  }
}

let counter = 0

/** A line as Claude Code writes it, with its line feed. */
export function line(text: string, extra: Record<string, unknown> = {}): string {
  counter += 1
  const record = {
    type: 'user',
    uuid: `u${counter}`,
    parentUuid: null,
    sessionId: 's',
    isSidechain: false,
    cwd: '/w/app',
    timestamp: '2026-01-01T10:00:00.000Z',
    message: { role: 'user', content: text },
    ...extra,
  }
  return `${JSON.stringify(record)}\n`
}
