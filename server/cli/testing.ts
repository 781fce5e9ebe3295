import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { createTemporaryFolder, type TemporaryFolder } from '../../db/testing.ts'
import { buildApp } from '../app.ts'
import { buildDeps } from '../deps.ts'
import type { ExitCode } from './exit-codes.ts'
import { runCommandLine } from './program.ts'

/** A server that listens, on a home and a data folder of its own. */
export interface TestServer {
  folder: TemporaryFolder
  homeDir: string
  dataDir: string
  close(): Promise<void>
}

/** Starts a server on a copy of a home and waits until all of it is read. */
export async function startTestServer(home: string): Promise<TestServer> {
  const folder = createTemporaryFolder()
  const homeDir = join(folder.path, 'home')
  const dataDir = join(folder.path, 'data folder')
  cpSync(home, homeDir, { recursive: true })
  mkdirSync(join(folder.path, 'web'))
  mkdirSync(dataDir)
  const deps = buildDeps({
    version: '1.2.3',
    token: 'secret-token',
    homeDir,
    dataDir,
    vaultFile: join(dataDir, 'vault.db'),
    indexFile: join(dataDir, 'index.db'),
    agentEnv: {},
    isDemo: false,
    log: pino({ level: 'silent' }),
    webDir: join(folder.path, 'web'),
  })
  const app = await buildApp(deps)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  writeFileSync(
    join(dataDir, 'instance.json'),
    JSON.stringify({ pid: process.pid, url: `http://127.0.0.1:${port}/?token=secret-token` }),
  )
  await deps.ingest.start()
  for (let quiet = 0; quiet < 4; quiet = deps.ingest.progress.state === 'idle' ? quiet + 1 : 0) await sleep(50)
  return {
    folder,
    homeDir,
    dataDir,
    async close() {
      await app.close()
      await deps.close()
      folder.remove()
    },
  }
}

/** What a command line wrote, and how it ended. */
export interface Ran {
  code: ExitCode
  out: string
  err: string
}

/** Runs a command line as `lossless` does, where nobody can be asked. */
export async function runLine(argv: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const out = collector()
  const err = collector()
  const code = await runCommandLine(argv, {
    env,
    cwd: process.cwd(),
    out: out.stream,
    err: err.stream,
    isInteractive: false,
  })
  return { code, out: out.text(), err: err.text() }
}

function collector(): { stream: Writable; text(): string } {
  const parts: Buffer[] = []
  const stream = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(part)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(parts).toString() }
}
