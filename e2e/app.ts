import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test as base, type Page } from '@playwright/test'
import { getHealth } from '../server/contract/system.ts'
import { copyDemo } from './homes.ts'

const main = fileURLToPath(new URL('../server/main.ts', import.meta.url))

/** A real server in a process of its own. */
export interface App {
  /** The printed address, with the token. */
  url: string
  origin: string
  token: string
  dataDir: string
  /** Asks the API, with the token. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Waits until everything that is on disk now has been read. */
  readAll(): Promise<void>
  /** Ends the process and waits for it. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

export interface AppOptions {
  homeDir: string
  /** `data` in the scratch folder when a test leaves it out. */
  dataDir?: string
}

/** Starts the server on a free port and waits for the address that it prints. */
async function startApp({ homeDir, dataDir }: Required<AppOptions>): Promise<App> {
  const args = [main, '--port', '0', '--home', homeDir, '--data', dataDir, '--no-open', '--log-level', 'warn']
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], HOME: homeDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await printedUrl(child)
  const { origin, searchParams } = new URL(url)
  const token = searchParams.get('token') ?? ''
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${origin}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
  return {
    url,
    origin,
    token,
    dataDir,
    fetch: ask,
    readAll: () => waitUntilIdle(ask),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await once(child, 'exit')
    },
  }
}

/** Opens a view in a browser that has no cookie yet: any address with the token sets it and leaves the token out. */
export async function open(page: Page, app: App, path = '/'): Promise<void> {
  const url = new URL(path, app.origin)
  url.searchParams.set('token', app.token)
  await page.goto(url.href)
}

interface Worlds {
  /** The demo's sessions, served once for all tests of a worker that only look. */
  demo: App
}

interface Things {
  /** A folder of the test's own, removed after it. */
  scratch: string
  /** Starts a server that ends with the test, however that ends. */
  start: (options: AppOptions) => Promise<App>
}

export const test = base.extend<Things, Worlds>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from the first parameter
  scratch: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'lossless-e2e-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true })
  },
  start: async ({ scratch }, use) => {
    const apps: App[] = []
    await use(async (options) => {
      const app = await startApp({ dataDir: join(scratch, 'data'), ...options })
      apps.push(app)
      return app
    })
    await Promise.all(apps.map((app) => app.stop('SIGKILL')))
  },
  demo: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from the first parameter
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'lossless-e2e-'))
      const app = await startApp({ homeDir: copyDemo(join(folder, 'home')), dataDir: join(folder, 'data') })
      await app.readAll()
      await use(app)
      await app.stop()
      rmSync(folder, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],
})

export { expect } from '@playwright/test'

async function printedUrl(child: ChildProcess): Promise<string> {
  let output = ''
  return await new Promise((resolve, reject) => {
    const read = (part: Buffer): void => {
      output += part.toString()
      const found = /Lossless is running at (http:\S+)/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => {
      reject(new Error(`the server ended with ${code}:\n${output}`))
    })
  })
}

/** Reading is announced a moment after a file changed, so idleness has to last. */
async function waitUntilIdle(ask: App['fetch']): Promise<void> {
  let quiet = 0
  for (let tries = 0; tries < 600; tries++) {
    const { ingest } = getHealth.reply.parse(await (await ask('/api/health')).json())
    quiet = ingest.state === 'idle' && ingest.sourcesDone === ingest.sourcesTotal ? quiet + 1 : 0
    if (quiet === 4) return
    await sleep(50)
  }
  throw new Error('the server did not come to rest in 30 seconds')
}
