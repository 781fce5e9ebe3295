import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { buildApp } from './app.ts'
import { buildDeps, type Deps } from './deps.ts'

/** What a test asks of the app. */
export interface Question {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** JSON, or bytes as they are. */
  payload?: object | undefined
}

/** Stands for the built viewer of exported pages: it says what would end a script that is written into a page as it is. */
export const VIEWER = 'void "</script>"'

/** The whole server below a folder of a test (`home`, `data`, `web`), asked without a port. Nothing is read before `deps.ingest.start()`. */
export class AppUnderTest {
  readonly deps: Deps
  /** All that was logged, of the finest level. */
  log = ''
  readonly #app: FastifyInstance

  private constructor(deps: Deps, app: FastifyInstance) {
    this.deps = deps
    this.#app = app
  }

  static async start(folder: string, { projects = [] }: { projects?: string[] } = {}): Promise<AppUnderTest> {
    const [homeDir, dataDir, webDir] = ['home', 'data', 'web'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    for (const path of [homeDir, dataDir, webDir]) mkdirSync(path, { recursive: true })
    cpSync(join(import.meta.dirname, '../web/index.html'), join(webDir, 'index.html'))
    mkdirSync(join(webDir, 'standalone'), { recursive: true })
    writeFileSync(join(webDir, 'standalone', 'viewer.js'), VIEWER)
    writeFileSync(join(webDir, 'standalone', 'viewer.css'), 'body{}')
    const sink = { write: (text: string) => void (world.log += text) }
    const deps = buildDeps({
      version: '1.2.3',
      token: 'secret-token',
      homeDir,
      dataDir,
      vaultFile: join(dataDir, 'vault.db'),
      indexFile: join(dataDir, 'index.db'),
      agentEnv: {},
      projects,
      isDemo: false,
      log: pino({ level: 'trace' }, sink),
      webDir,
    })
    const app = await buildApp(deps)
    const world = new AppUnderTest(deps, app)
    await app.ready()
    return world
  }

  /** Asks as the web app does. */
  ask(url: string, { method = 'GET', payload }: Question = {}): Promise<LightMyRequestResponse> {
    const type = Buffer.isBuffer(payload) ? { 'content-type': 'application/octet-stream' } : {}
    const headers = { host: '127.0.0.1:4177', authorization: 'Bearer secret-token', ...type }
    return this.#app.inject({ method, url, headers, ...(payload ? { payload } : {}) })
  }

  async close(): Promise<void> {
    await this.#app.close()
    await this.deps.close()
  }
}
