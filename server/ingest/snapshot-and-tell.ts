/**
 * A program for snapshot-crash.test.ts: takes snapshots of a home whose sessions grow and lets old ones go, and tells of
 * each by a line written at once: `taken <id> <JSON of lengths before and in it, by path>`, `leaving <id>`. It runs until
 * it is killed.
 */
import { statSync, writeSync } from 'node:fs'
import { openIndexDb, openVaultDb } from '../../db/client.ts'
import { SessionSources } from '../../db/stores/session-sources.ts'
import { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import { SourceStore } from '../../db/stores/source-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { claudeCode } from '../adapters/claude-code/index.ts'
import { Vault } from '../vault/vault.ts'
import { Fullest } from './fullest.ts'
import { Hurry } from './hurry.ts'
import { KeepFirst } from './keep-first.ts'
import { Places } from './places.ts'
import { SnapshotTaker } from './snapshot-taker.ts'

const [home = '', vaultPath = '', indexPath = ''] = process.argv.slice(2)
const vaultDb = openVaultDb(vaultPath)
const sessionSources = new SessionSources(vaultDb, openIndexDb(indexPath).sqlite)
const snapshots = new SnapshotStore(vaultDb)
const places = new Places({ homeDir: home, env: {}, platform: process.platform }, [claudeCode])
const hurry = new Hurry()
const keeper = new KeepFirst({
  places,
  vault: new Vault(new VaultStore(vaultDb)),
  hurry,
  backlog: { isTakenIn: () => false, readLater: () => undefined },
})
const fullest = new Fullest({
  sources: new SourceStore(vaultDb),
  sessionSources,
  catchUp: () => Promise.resolve(),
  classify: () => null,
})
const taker = new SnapshotTaker({ keeper, hurry, snapshots, sessionSources, fullest })

/** So many stay; what is older goes, but not in the order of age. */
const STAY = 6

for (let round = 0; ; round++) {
  const before = new Map((await places.list()).map(({ path }) => [path, statSync(path).size]))
  const isWhole = round % 3 !== 2
  const scope = isWhole ? ({ all: true } as const) : { sessions: ['claude-code:a'] }
  const { id } = await taker.take({ reason: 'manual', scope })
  const files = snapshots.filesOf(id).map(({ path, length }) => ({ path, length, before: before.get(path) ?? 0 }))
  tell(`taken ${id} ${JSON.stringify(files)}`)
  const { items } = snapshots.list({ limit: 100 })
  if (items.length <= STAY) continue
  const leaving = items[3 + (round % (items.length - 3))]
  if (!leaving) continue
  tell(`leaving ${leaving.id}`)
  snapshots.remove(leaving.id)
}

function tell(text: string): void {
  writeSync(1, `${text}\n`)
}
