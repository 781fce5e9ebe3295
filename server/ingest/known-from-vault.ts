import { openIndexDb, openVaultDb } from '../../db/client.ts'
import { OwnPatternStore } from '../../db/stores/own-pattern-store.ts'
import { PlaceStore, type StoredPlace } from '../../db/stores/place-store.ts'
import { SecretStore } from '../../db/stores/secret-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { Scanner } from '../redaction/scanner.ts'
import { openSecretKey, type SecretKey } from '../secret-key.ts'
import { Vault } from '../vault/vault.ts'
import { KnownSecrets } from './known-secrets.ts'
import { Rules } from './rules.ts'

/** What a thread is started with that looks for known values. */
export interface ScanStart {
  dataDir: string
  vaultPath: string
  indexPath: string
}

/** What a thread looks for that only reads. */
export interface KnownFromVault {
  rules: Rules
  scanner: Scanner
  key: SecretKey
  store: SecretStore
  /** Empty at first. */
  secrets: KnownSecrets
  /** Reads the values that became known since the last time, one at a time. They come from the kept bytes, and stay in the thread. */
  loading(): Generator<void, void>
}

/** Opens what is kept, to be read. */
export function openKnown({ dataDir, vaultPath, indexPath }: ScanStart): KnownFromVault {
  const vaultDb = openVaultDb(vaultPath, { readonly: true })
  const vault = new Vault(new VaultStore(vaultDb))
  const places = new PlaceStore(openIndexDb(indexPath, { readonly: true }).sqlite)
  const store = new SecretStore(vaultDb)
  const rules = new Rules(new OwnPatternStore(vaultDb))
  const scanner = new Scanner({ extra: rules.own })
  const key = openSecretKey(dataDir)
  const secrets = new KnownSecrets({ store, key, scanner })
  const readLine = ({ generationId, offset, length }: StoredPlace) => vault.readRange(generationId, offset, length)
  return { rules, scanner, key, store, secrets, loading: () => secrets.loading(places, readLine) }
}
