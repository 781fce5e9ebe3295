import { mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openVaultDb } from '../db/client.ts'
import { VaultStore } from '../db/stores/vault-store.ts'
import { createTemporaryFolder } from '../db/testing.ts'
import { kill, startServer, type ServerUnderTest } from './server-testing.ts'
import { Vault } from './vault/vault.ts'

/** More of them by hand: `FORK_KILLS=50 npx vitest run server/fork-crash.test.ts`. */
const KILLS = Number(process.env['FORK_KILLS'] ?? 6)
const SESSION = '11111111-aaaa-4aaa-8aaa-111111111111'
const LINES = 4000

function recordOf(line: number): string {
  return JSON.stringify({
    type: 'user',
    uuid: `u${line}`,
    parentUuid: line === 0 ? null : `u${line - 1}`,
    sessionId: SESSION,
    cwd: '/w/app',
    timestamp: new Date(1_767_225_600_000 + line * 1000).toISOString(),
    message: { role: 'user', content: `Prompt ${line} ${'word '.repeat(120)}` },
  })
}

/** Some moments after the first file appears in a folder. */
async function untilChanged(folder: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, () => {
      watcher.close()
      resolve()
    })
  })
  await sleep(Math.random() * 20)
}

async function untilRead({ ask }: ServerUnderTest): Promise<void> {
  const read = async () => {
    const reply = await ask(`/api/sessions/claude-code:${SESSION}`)
    return reply.ok ? ((await reply.json()) as { events: number }).events : 0
  }
  await expect.poll(read, { timeout: 30_000 }).toBe(LINES)
}

test(
  'killed at any moment while it forks, a fork is there as a whole or not at all, and the next start leaves nothing half behind',
  { timeout: 600_000 },
  async () => {
    const folder = createTemporaryFolder()
    onTestFinished(folder.remove)
    const home = join(folder.path, 'home')
    const dataDir = join(folder.path, 'data')
    const project = join(home, '.claude', 'projects', '-w-app')
    mkdirSync(project, { recursive: true })
    const source = Array.from({ length: LINES }, (_, line) => `${recordOf(line)}\n`)
    writeFileSync(join(project, `${SESSION}.jsonl`), source.join(''))
    let whole = 0
    let leftOver = 0

    for (let round = 0; round <= KILLS; round += 1) {
      const server = await startServer(home, dataDir)
      const { child } = server
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      await untilRead(server)

      const names = readdirSync(project).filter((name) => name !== `${SESSION}.jsonl`)
      for (const name of names) {
        expect(name, `after kill ${round}`).toMatch(/^[0-9a-f-]{36}\.jsonl$/)
        const id = name.slice(0, -'.jsonl'.length)
        const lines = readFileSync(join(project, name), 'utf8').split(/(?<=\n)/)
        // Cuts are at the lines that the loop below forks at.
        expect([1000, 2000, 3000, 4000], `after kill ${round}`).toContain(lines.length)
        const expected = source.slice(0, lines.length).map((line) => line.replace(SESSION, id))
        expect(lines.join('') === expected.join(''), `${name} after kill ${round}`).toBe(true)
        rmSync(join(project, name))
        whole += 1
      }
      expect(readFileSync(join(project, `${SESSION}.jsonl`), 'utf8') === source.join('')).toBe(true)
      if (round === KILLS) {
        child.kill('SIGTERM')
        await ended
        break
      }

      const forking = (async () => {
        for (let n = 0; ; n += 1)
          await server.ask(`/api/sessions/claude-code:${SESSION}/fork`, { at: `u${1000 * (1 + (n % 4)) - 1}` })
      })().catch(() => undefined)
      // Every other kill comes when a fork is being written, however slow the machine is; the rest at any time.
      if (round % 2 === 0) await untilChanged(project)
      else await sleep(10 + Math.random() * 350)
      await Promise.all([kill(child), forking])
      if (readdirSync(project).some((name) => name.includes('.lossless-'))) leftOver += 1

      const sqlite = openVaultDb(join(dataDir, 'vault.db'))
      expect([...new Vault(new VaultStore(sqlite)).verify()]).toEqual([])
      sqlite.close()
    }
    // Else the kills came at moments that prove nothing.
    expect(whole + leftOver).toBeGreaterThan(0)
  },
)
