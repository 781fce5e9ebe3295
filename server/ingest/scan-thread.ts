import { setImmediate as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { openIndexDb, openVaultDb } from '../../db/client.ts'
import { PlaceStore } from '../../db/stores/place-store.ts'
import { SecretStore } from '../../db/stores/secret-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import type { Finding, Scan } from '../redaction/finding.ts'
import { markOf } from '../redaction/mark.ts'
import { Scanner } from '../redaction/scanner.ts'
import { openSecretKey } from '../secret-key.ts'
import { Vault } from '../vault/vault.ts'
import { KnownSecrets, markOfUnknown } from './known-secrets.ts'
import type { FoundSecret, ScanOrder, ScanReport, ScanStart } from './text-scan.ts'

// Looks for secrets in texts of the moment, in a thread of its own that only reads: nobody else has to wait for it.

/** New secrets come in swarms, in milliseconds. */
const LOAD_AFTER = 300

if (!parentPort) throw new Error('scan-thread.ts runs as a worker of the server.')
const port = parentPort
const { vaultPath, indexPath, dataDir } = workerData as ScanStart
const vaultDb = openVaultDb(vaultPath, { readonly: true })
const vault = new Vault(new VaultStore(vaultDb))
const store = new SecretStore(vaultDb)
const places = new PlaceStore(openIndexDb(indexPath, { readonly: true }).sqlite)
const scanner = new Scanner()
const key = openSecretKey(dataDir)
const secrets = new KnownSecrets({ store, key, scanner })
let isLoading = false
let isBehind = false

port.on('message', (order: ScanOrder) => {
  switch (order.kind) {
    case 'scan':
      return port.postMessage(answerTo(order))
    case 'secrets':
      return void load(LOAD_AFTER)
  }
})
void load(0)

function answerTo({ number, text, isJson }: Extract<ScanOrder, { kind: 'scan' }>): ScanReport {
  try {
    const { findings, unchecked } = scan(text, isJson)
    return { number, found: described(findings), isComplete: unchecked.length === 0 }
  } catch (error) {
    return { number, reason: error instanceof Error ? error.message : String(error) }
  }
}

function scan(text: string, isJson: boolean): Scan {
  const context = { known: secrets.known }
  return (isJson ? scanner.scanJson(text, context) : null) ?? scanner.scanText(text, context)
}

/** Findings without their values; what was decided about each is read anew, because it may be decided any time. */
function described(findings: readonly Finding[]): FoundSecret[] {
  const noted = new Map<string, Pick<FoundSecret, 'hash' | 'placeholder' | 'state'>>()
  return findings.map(({ kind, provider, tier, path, isKey, start, end, value }) => {
    const note = noted.get(value) ?? noteOf(kind, value)
    noted.set(value, note)
    return { kind, provider, tier, path, isKey, start, end, ...note }
  })
}

function noteOf(kind: string, value: string): Pick<FoundSecret, 'hash' | 'placeholder' | 'state'> {
  const hash = key.hash(value)
  const stored = store.findByHash(hash)
  const placeholder = stored === undefined ? markOfUnknown(kind, hash) : markOf(stored)
  return { hash: hash.toString('hex'), placeholder, state: stored?.state ?? 'open' }
}

/** Reads the values that became known. Texts that are asked about meanwhile are looked at in between. */
async function load(after: number): Promise<void> {
  isBehind = true
  if (isLoading) return
  isLoading = true
  while (isBehind) {
    if (after > 0) await new Promise((resolve) => setTimeout(resolve, after))
    isBehind = false
    const readLine = (place: { generationId: number; offset: number; length: number }) =>
      vault.readRange(place.generationId, place.offset, place.length)
    for (const _ of secrets.loading(places, readLine)) await pause()
  }
  isLoading = false
}
