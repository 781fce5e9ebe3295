import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openIndexDb, openVaultDb } from '../../db/client.ts'
import { SessionStore } from '../../db/stores/session-store.ts'
import { VaultStore } from '../../db/stores/vault-store.ts'
import { createTemporaryFolder } from '../../db/testing.ts'
import { Vault } from '../vault/vault.ts'

const SESSIONS = 6
const LINES = 1500

/** Sessions of about 3 MB each, so that a kill falls into the middle of one. */
function writeHome(home: string): string[] {
  const folder = join(home, '.claude', 'projects', '-w-app')
  mkdirSync(folder, { recursive: true })
  return Array.from({ length: SESSIONS }, (_, session) => {
    const lines = Array.from({ length: LINES }, (_, line) => {
      const seed = createHash('sha512').update(`${session} ${line}`).digest('base64')
      return JSON.stringify({
        type: 'user',
        uuid: `${session}-${line}`,
        parentUuid: line === 0 ? null : `${session}-${line - 1}`,
        sessionId: `s${session}`,
        cwd: '/w/app',
        timestamp: new Date(1_767_225_600_000 + line * 1000).toISOString(),
        message: { role: 'user', content: `Prompt ${line} ${seed.repeat(20)}` },
      })
    })
    const path = join(folder, `s${session}.jsonl`)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  })
}

function startServer(home: string, dataDir: string) {
  const main = join(import.meta.dirname, '../main.ts')
  const args = [main, '--home', home, '--data', dataDir, '--port', '0', '--no-open']
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

function countEvents(dataDir: string): number {
  const { sqlite } = openIndexDb(join(dataDir, 'index.db'))
  const sessions = new SessionStore(sqlite).list({ words: [], limit: 100 }).items
  sqlite.close()
  return sessions.reduce((sum, session) => sum + session.events, 0)
}

test(
  'killed again and again in the middle of reading, the server ends with every byte and every event once',
  { timeout: 180_000 },
  async () => {
    const folder = createTemporaryFolder()
    const home = join(folder.path, 'home')
    const dataDir = join(folder.path, 'data')
    const paths = writeHome(home)
    for (const delay of [0, 60, 120, 200, 350]) {
      const server = startServer(home, dataDir)
      const ended = new Promise((resolve) => server.once('exit', resolve))
      await new Promise((resolve) => server.stdout.once('data', resolve))
      await sleep(delay)
      server.kill('SIGKILL')
      await ended
    }

    const server = startServer(home, dataDir)
    const ended = new Promise((resolve) => server.once('exit', resolve))
    await new Promise((resolve) => server.stdout.once('data', resolve))
    await expect.poll(() => countEvents(dataDir), { timeout: 60_000, interval: 500 }).toBe(SESSIONS * LINES)
    server.kill('SIGTERM')
    await ended

    const vaultDb = openVaultDb(join(dataDir, 'vault.db'))
    const vault = new Vault(new VaultStore(vaultDb))
    expect([...vault.verify()]).toEqual([])
    for (const path of paths)
      expect(Buffer.from(vault.readWhole(path) ?? []).equals(readFileSync(path)), path).toBe(true)
    vaultDb.close()
    folder.remove()
  },
)
