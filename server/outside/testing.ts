import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openVaultDb } from '../../db/client.ts'
import { OutsideStore } from '../../db/stores/outside-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { createTemporaryFolder } from '../../db/testing.ts'
import { Outside, type OutsideParts } from './outside.ts'

/** A folder to write into, and a journal in a real vault. */
export interface OutsideBench {
  outside: Outside
  store: OutsideStore
  /** The folder that files have to lie in. */
  root: string
  /** The folder of our own data. */
  dataDir: string
  at(name: string): string
  close(): void
}

export function createOutsideBench(parts: Partial<OutsideParts> = {}): OutsideBench {
  const folder = createTemporaryFolder()
  const [root, dataDir] = ['root', 'data'].map((name) => path.join(folder.path, name)) as [string, string]
  for (const made of [root, dataDir]) mkdirSync(made)
  const sqlite = openVaultDb(path.join(dataDir, 'vault.db'))
  const store = new OutsideStore(sqlite)
  const keeper = plainKeeper(new VaultStore(sqlite))
  return {
    outside: new Outside({ store, ...keeper, forbidden: [dataDir], ...parts }),
    store,
    root,
    dataDir,
    at: (name) => path.join(root, name),
    close() {
      sqlite.close()
      folder.remove()
    },
  }
}

/** Keeps each copy as one plain chunk: layers beside each other do not know the vault itself. */
function plainKeeper(store: VaultStore): Pick<OutsideParts, 'keepCopy' | 'readKept'> {
  return {
    keepCopy(file) {
      if (!existsSync(file)) return Promise.resolve(null)
      const bytes = readFileSync(file)
      const sha256 = hash('sha256', bytes, 'buffer')
      const generationId = store.write(() => {
        const sourceId = store.putSource({
          agent: 'lossless',
          path: file,
          role: 'outside',
          nativeId: null,
          subagentId: null,
        })
        const number = (store.newestGeneration(sourceId)?.number ?? 0) + 1
        const edges = { headHash: sha256, tailHash: sha256 }
        const id = store.createGeneration(
          { sourceId, number, length: bytes.length, settled: bytes.length, ...edges },
          0,
        )
        if (bytes.length === 0) return id
        const chunkId =
          store.findChunkId(sha256) ?? store.createChunk({ sha256, length: bytes.length, codec: 0, bytes })
        store.addPiece(id, { offset: 0, length: bytes.length, chunkId })
        return id
      })
      return Promise.resolve({ generationId, length: bytes.length })
    },
    readKept(generationId, offset, length) {
      const chunkId = store.piecesIn(generationId, offset, offset + length)[0]?.chunkId
      const chunk = chunkId === undefined ? undefined : store.findChunk(chunkId)
      return chunk?.bytes.subarray(offset, offset + length) ?? new Uint8Array()
    },
  }
}
