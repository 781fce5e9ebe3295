import { readFileSync } from 'node:fs'
import path from 'node:path'
import { openVaultDb, type Sqlite } from '../../db/client.ts'
import { VaultStore, type SourceIdentity } from '../../db/stores/vault-store.ts'
import { createTemporaryFolder } from '../../db/testing.ts'
import { Vault, type KeepOutcome, type KeptBlock } from './vault.ts'

/** A vault and a folder for sources, for one test. */
export interface VaultBench {
  vault: Vault
  sqlite: Sqlite
  databasePath: string
  /** A path in the folder for sources. */
  at(name: string): string
  /** Keeps a file and collects its blocks. */
  keep(name: string, onBlock?: (block: KeptBlock) => void): Promise<KeepOutcome & { blocks: KeptBlock[] }>
  /** True when the newest generation of the source has exactly the bytes of the file now. */
  hasBytesOf(name: string): boolean
  /** Bytes of all stored chunks. */
  storedBytes(): number
  close(): void
}

export function createVaultBench(): VaultBench {
  const folder = createTemporaryFolder()
  const databasePath = path.join(folder.path, 'vault.db')
  const sqlite = openVaultDb(databasePath)
  const vault = new Vault(new VaultStore(sqlite))
  const at = (name: string): string => path.join(folder.path, name)
  const stored = sqlite.prepare<[], number>('SELECT coalesce(sum(length(bytes)), 0) FROM chunks').pluck()
  return {
    vault,
    sqlite,
    databasePath,
    at,
    async keep(name, onBlock) {
      const blocks: KeptBlock[] = []
      const outcome = await vault.keep(sourceAt(at(name)), (block) => {
        blocks.push({ ...block, bytes: Buffer.from(block.bytes) })
        onBlock?.(block)
      })
      return { ...outcome, blocks }
    },
    hasBytesOf: (name) =>
      Buffer.compare(vault.readWhole(at(name)) ?? Buffer.from('none'), readFileSync(at(name))) === 0,
    storedBytes: () => stored.get() ?? 0,
    close() {
      sqlite.close()
      folder.remove()
    },
  }
}

export function sourceAt(file: string): SourceIdentity {
  return { agent: 'claude-code', path: file, role: 'session', nativeId: path.basename(file), subagentId: null }
}

/** The same bytes for the same seed, and no compressor makes them smaller. */
export function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed | 1
  for (let position = 0; position < length; position++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39
    bytes[position] = (state ^ (state >>> 12)) >>> 8
  }
  return bytes
}

/** Lines like those of a transcript, about 1 KiB each. */
export function lines(count: number, seed: number): Buffer {
  const parts: string[] = []
  for (let line = 0; line < count; line++) {
    const text = noise(360, seed * 7919 + line).toString('hex')
    parts.push(
      JSON.stringify({ type: 'assistant', uuid: `${seed}-${line}`, text: `${text} and what is often repeated ` }),
    )
  }
  return Buffer.from(parts.join('\n') + '\n')
}
