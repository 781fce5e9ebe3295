import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { openVaultDb } from '../../db/client.ts'
import { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { Vault } from '../vault/vault.ts'

interface Packed {
  codec: number
  bytes: Buffer
}

/** Which of the values stand in some bytes. */
export function valuesIn(bytes: Uint8Array, values: readonly string[]): string[] {
  const text = Buffer.from(bytes).toString('latin1')
  return values.filter((value) => text.includes(value))
}

/** Values in any byte of a data folder: databases, logs, free pages, and what chunks and contents of files say unpacked. */
export function leftInFolder(dataDir: string, values: readonly string[]): string[] {
  const left = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dataDir, name))
    .filter((path) => statSync(path).isFile())
    .flatMap((path) => valuesIn(readFileSync(path), values).map((value) => `${path}: ${value}`))
  const packed = [
    ...rows(join(dataDir, 'vault.db'), 'SELECT codec, bytes FROM chunks'),
    ...rows(join(dataDir, 'index.db'), 'SELECT is_packed AS codec, body AS bytes FROM code_contents'),
  ]
  return [...left, ...packed.flatMap((one) => valuesIn(unpacked(one), values))]
}

/**
 * How chunks that hold values are written, both ends of each: packed bytes say nothing to a search for a value, and could
 * be unpacked all the same.
 */
export function packedWith(dataDir: string, values: readonly string[]): Buffer[] {
  return rows(join(dataDir, 'vault.db'), 'SELECT codec, bytes FROM chunks')
    .filter((one) => valuesIn(unpacked(one), values).length > 0)
    .flatMap(({ bytes }) => [bytes.subarray(0, 40), bytes.subarray(-40)])
}

/** What a check of the vault finds. */
export function faultsIn(dataDir: string): unknown[] {
  const sqlite = openVaultDb(join(dataDir, 'vault.db'), { readonly: true })
  const found = [...new Vault(new VaultStore(sqlite)).verify(), ...new SnapshotStore(sqlite).brokenMarks()]
  sqlite.close()
  return found
}

function rows(path: string, query: string): Packed[] {
  const sqlite = new Database(path, { readonly: true })
  const found = sqlite.prepare<[], Packed>(query).all()
  sqlite.close()
  return found
}

function unpacked({ codec, bytes }: Packed): Buffer {
  return codec === 0 ? bytes : zstdDecompressSync(bytes)
}
