import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openVaultDb } from '../../db/client.ts'
import { OutsideStore } from '../../db/stores/outside-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { Outside, type FileWrite } from '../outside/outside.ts'
import { Vault } from '../vault/vault.ts'

/** A folder with a vault beside the files that are changed, for tests that kill in the middle. */
export interface CrashWorld {
  outside: Outside
  vault: Vault
  root: string
  close(): void
}

export function openCrashWorld(folder: string): CrashWorld {
  const root = join(folder, 'root')
  const dataDir = join(folder, 'data')
  for (const made of [root, dataDir]) mkdirSync(made, { recursive: true })
  const sqlite = openVaultDb(join(dataDir, 'vault.db'))
  const vault = new Vault(new VaultStore(sqlite))
  const outside = new Outside({
    store: new OutsideStore(sqlite),
    async keepCopy(path) {
      const source = { agent: 'lossless', path, role: 'outside' as const, nativeId: null, subagentId: null }
      const outcome = await vault.keep(source, () => undefined)
      const generation = outcome.change === 'gone' ? null : (vault.findSource(path)?.generation ?? null)
      return generation && { generationId: generation.id, length: generation.length }
    },
    readKept: (generationId, offset, length) => vault.readRange(generationId, offset, length),
    forbidden: [dataDir],
  })
  return { outside, vault, root, close: () => sqlite.close() }
}

const REPLACED = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5']
const DELETED = ['d0', 'd1', 'd2']
const CREATED = ['new/sub/c0', 'new/sub/c1', 'c2']

/** The names of all files, with what each holds before and after; null where there is none. */
export const FILES: readonly { name: string; before: string | null; after: string | null }[] = [
  ...REPLACED.map((name) => ({ name, before: `${name} before\n`.repeat(2000), after: `${name} after\n`.repeat(9000) })),
  ...DELETED.map((name) => ({ name, before: `${name} before\n`.repeat(2000), after: null })),
  ...CREATED.map((name) => ({ name, before: null, after: `${name} after\n`.repeat(9000) })),
]

/** Puts the files as they are before. */
export function makeFiles(root: string): void {
  for (const { name, before } of FILES) if (before !== null) writeFileSync(join(root, name), before)
}

export function changes(root: string): FileWrite[] {
  return FILES.map(({ name, after }) => ({
    path: join(root, name),
    root,
    content: after === null ? null : { bytes: Buffer.from(after) },
  }))
}

/** Whether each file is wholly as before, wholly as after, or neither. */
export function statesNow(root: string): ('before' | 'after' | 'half')[] {
  return FILES.map(({ name, before, after }) => {
    const path = join(root, name)
    const now = existsSync(path) ? readFileSync(path, 'utf8') : null
    if (now === before) return 'before'
    return now === after ? 'after' : 'half'
  })
}
