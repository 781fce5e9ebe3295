import { mkdirSync, readFileSync, readdirSync, utimesSync, watch, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openVaultDb } from '../db/client.ts'
import { VaultStore } from '../db/stores/vault-store.ts'
import { createTemporaryFolder } from '../db/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { faultsIn } from './redactions/testing.ts'
import { kill, startServer, type ServerUnderTest } from './server-testing.ts'
import { Vault } from './vault/vault.ts'

/** More of them by hand: `REDACTION_KILLS=40 npx vitest run server/redaction-crash.test.ts`. */
const KILLS = Number(process.env['REDACTION_KILLS'] ?? 8)
const SESSION = '11111111-aaaa-4aaa-8aaa-111111111111'
const LINES = 1500
const random = seeded(5)
const SECRETS = Array.from({ length: 12 }, () => sampleOf('ghp_{a62:30}{crc62}', random))

function lineOf(line: number, agentId?: string): string {
  const secret = line % 10 === 3 ? ` with ${SECRETS[line % SECRETS.length]}` : ''
  const record = {
    type: 'user',
    uuid: `${agentId ?? 'u'}${line}`,
    parentUuid: line === 0 ? null : `${agentId ?? 'u'}${line - 1}`,
    sessionId: SESSION,
    ...(agentId === undefined ? {} : { agentId, isSidechain: true }),
    cwd: '/w/app',
    timestamp: new Date(1_767_225_600_000 + line * 1000).toISOString(),
    message: { role: 'user', content: `Prompt ${line}${secret} ${'word '.repeat(60)}` },
  }
  return `${JSON.stringify(record)}\n`
}

const transcript = (agentId?: string) => Array.from({ length: LINES }, (_, line) => lineOf(line, agentId)).join('')

/** Undefined when the server was killed meanwhile. */
async function ask(server: ServerUnderTest, path: string, body?: object): Promise<unknown> {
  const reply = await server.ask(path, body).catch(() => undefined)
  return reply?.json().catch(() => undefined)
}

const redact = (server: ServerUnderTest) =>
  ask(server, '/api/redactions', { sessions: [`claude-code:${SESSION}`], scopes: ['own', 'kept'] })

async function shown(server: ServerUnderTest): Promise<(string | null)[]> {
  const page = (await ask(server, `/api/sessions/claude-code:${SESSION}/events?limit=40`)) as {
    items: { text: string | null }[]
  }
  return page.items.map(({ text }) => text)
}

async function untilRead(server: ServerUnderTest): Promise<void> {
  const read = async () =>
    ((await ask(server, `/api/sessions/claude-code:${SESSION}`)) as { events?: number } | undefined)?.events
  await expect.poll(read, { timeout: 30_000 }).toBe(LINES)
}

test(
  'killed at any moment while it redacts or puts back, files and kept copies are all as before or all without secrets',
  { timeout: 900_000 },
  async () => {
    const folder = createTemporaryFolder()
    onTestFinished(folder.remove)
    const home = join(folder.path, 'home')
    const dataDir = join(folder.path, 'data')
    const project = join(home, '.claude', 'projects', '-w-app')
    const files = new Map([
      [join(project, `${SESSION}.jsonl`), transcript()],
      [join(project, SESSION, 'subagents', 'agent-a1.jsonl'), transcript('a1')],
      [join(project, SESSION, 'tool-results', 'out.txt'), SECRETS.map((one) => `TOKEN=${one}\n`).join('')],
    ])
    for (const [path, text] of files) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      utimesSync(path, new Date(), new Date(Date.now() - 600_000))
    }
    let expected: (string | null)[] | undefined
    const seen = { before: 0, after: 0, unfinished: 0 }
    let server = await startServer(home, dataDir)
    onTestFinished(() => void server.child.kill('SIGKILL'))
    await untilRead(server)

    for (let round = 0; round < KILLS; round += 1) {
      expected ??= await shown(server)
      const list = (await ask(server, '/api/redactions')) as { items: { id: number; canUndo: boolean }[] }
      const last = list.items[0]
      const work = last?.canUndo ? ask(server, `/api/redactions/${last.id}/undo`, {}) : redact(server)
      // Half of the kills come while files change, the others at any moment, but for some: so there is something to put back.
      if (round % 4 === 2) await work
      else if (round % 2 === 0) await sleep(Math.random() * 900)
      else await Promise.race([changed(project), work])
      await kill(server.child)
      await work
      seen.unfinished += countUnfinished(dataDir)

      server = await startServer(home, dataDir)
      await untilRead(server)
      await expect.poll(() => countUnfinished(dataDir), { timeout: 30_000 }).toBe(0)
      await expect.poll(() => stateOf(dataDir, files).length, { timeout: 30_000 }).toBe(1)
      const [state = 'none'] = stateOf(dataDir, files)
      expect(['before', 'after'], `kill ${round}`).toContain(state)
      seen[state === 'before' ? 'before' : 'after'] += 1
      expect(await shown(server), `kill ${round}`).toEqual(expected)
      expect(readdirSync(project, { recursive: true }).filter((name) => String(name).includes('.lossless-'))).toEqual(
        [],
      )
      expect(faultsIn(dataDir)).toEqual([])
    }
    await kill(server.child)
    // Else the kills came at moments that prove nothing.
    expect(seen.unfinished).toBeGreaterThan(0)
    expect(seen.before).toBeGreaterThan(0)
    expect(seen.after).toBeGreaterThan(0)
  },
)

async function changed(folder: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, { recursive: true }, () => {
      watcher.close()
      resolve()
    })
  })
  await sleep(Math.random() * 120)
}

/** How files and what is kept of their first states stand: one word when all agree. */
function stateOf(dataDir: string, files: ReadonlyMap<string, string>): string[] {
  const sqlite = openVaultDb(join(dataDir, 'vault.db'), { readonly: true })
  const vault = new Vault(new VaultStore(sqlite))
  const first = sqlite.prepare<[string], { id: number; length: number }>(
    'SELECT g.id, length FROM generations g JOIN sources s ON s.id = source_id WHERE path = ? AND number = 1',
  )
  const states = [...files].flatMap(([path, text]) => {
    const { id = 0, length = 0 } = first.get(path) ?? {}
    const kept = Buffer.from(vault.readRange(id, 0, length)).toString('utf8')
    return [readFileSync(path, 'utf8'), kept].map((now) => stateFor(now, text))
  })
  sqlite.close()
  return [...new Set(states)]
}

function stateFor(now: string, before: string): string {
  if (now === before) return 'before'
  const isClean = SECRETS.every((secret) => !now.includes(secret))
  const isWhole = now.split('\n').length === before.split('\n').length && now.endsWith('\n')
  return isClean && isWhole ? 'after' : 'half'
}

function countUnfinished(dataDir: string): number {
  const sqlite = openVaultDb(join(dataDir, 'vault.db'), { readonly: true })
  const sums = sqlite
    .prepare<[], { n: number }>(
      `SELECT (SELECT count(*) FROM redactions WHERE phase NOT IN ('done', 'undone'))
         + (SELECT count(*) FROM outside_changes WHERE phase NOT IN ('done', 'undone')) AS n`,
    )
    .get()
  sqlite.close()
  return sums?.n ?? 0
}
