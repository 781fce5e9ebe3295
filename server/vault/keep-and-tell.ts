/**
 * A program for vault-crash.test.ts: keeps one file again and again and tells of each block that was handed on, by a
 * line `<generation id> <end>` written at once. It runs until it is killed.
 */
import { writeSync } from 'node:fs'
import { openVaultDb } from '../../db/client.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { sourceAt } from './testing.ts'
import { Vault } from './vault.ts'

const [databasePath = '', sourcePath = ''] = process.argv.slice(2)
const vault = new Vault(new VaultStore(openVaultDb(databasePath)))

for (;;) {
  await vault.keep(sourceAt(sourcePath), ({ generationId, offset, bytes }) => {
    writeSync(1, `${generationId} ${offset + bytes.length}\n`)
  })
  await new Promise((resolve) => setTimeout(resolve, 1))
}
