import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'server/main.ts')
const run = promisify(execFile)

export type Client = 'claude' | 'codex' | 'gemini'

const SETTINGS: Record<Client, string> = {
  claude: '.claude/settings.json',
  codex: '.codex/hooks.json',
  gemini: '.gemini/settings.json',
}

/** What a program printed. */
export interface Printed {
  stdout: string
  stderr: string
}

/** A server inside; it can be stopped as a frozen one is. */
export interface RunningServer {
  freeze(): void
  thaw(): void
}

/**
 * A real agent in a world of its own, against a mock of its API, and our server in the same world. `tools` holds up.sh,
 * fresh, run-claude, run-codex, run-gemini and in-ns.
 */
export class AgentWorld {
  readonly scratch = process.env['AGENTS_SCRATCH'] ?? join(tmpdir(), 'agents-scratch')
  readonly home = join(this.scratch, 'home')
  /** Paths of the tools must not contain spaces; a data folder may, and hooks have to work with it. */
  readonly dataDir = join(this.scratch, 'lossless data')
  readonly #tools: string
  readonly #client: Client
  readonly #env: NodeJS.ProcessEnv
  readonly #log = join(this.scratch, 'log', 'main')

  constructor(tools: string, client: Client, version: string | undefined) {
    this.#tools = tools
    this.#client = client
    const bound = [root, dirname(dirname(process.execPath))].map((folder) => `${folder}:ro`)
    const chosen = version === undefined ? {} : { [`${client.toUpperCase()}_VERSION`]: version }
    this.#env = { ...process.env, ...chosen, AGENTS_BIND: bound.join(' ') }
  }

  async up(): Promise<void> {
    await this.tool('down.sh')
    await this.tool('up.sh')
    await this.tool('fresh', this.#client)
    rmSync(this.dataDir, { recursive: true, force: true })
    mkdirSync(this.dataDir)
  }

  async down(): Promise<void> {
    await this.tool('down.sh')
  }

  async tool(name: string, ...args: string[]): Promise<Printed> {
    const running = run(join(this.#tools, name), args, { env: this.#env, maxBuffer: 64 * 1024 * 1024 })
    running.child.stdin?.end()
    return running
  }

  /** Runs the agent without its screen. */
  async agent(...args: string[]): Promise<Printed> {
    return this.tool(`run-${this.#client}`, ...args)
  }

  async inside(...command: string[]): Promise<Printed> {
    return this.tool('in-ns', ...command)
  }

  /** The requests that the mock received, oldest first. */
  requests(): string[] {
    if (!existsSync(this.#log)) return []
    const kind = { claude: 'anthropic', codex: 'openai', gemini: 'gemini' }[this.#client]
    return readdirSync(this.#log)
      .filter((name) => new RegExp(`^\\d+-${kind}\\.json$`).test(name))
      .sort()
  }

  readRequest(name: string): string {
    return readFileSync(join(this.#log, name), 'utf8')
  }

  /** The file that our hooks stand in; empty when there is none. */
  readSettings(): string {
    const file = join(this.home, SETTINGS[this.#client])
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  async withServer(work: (server: RunningServer) => Promise<void>): Promise<void> {
    const args = [main, '--home', this.home, '--data', this.dataDir, '--port', '0', '--no-open']
    const server = spawn(join(this.#tools, 'in-ns'), [process.execPath, ...args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise((resolve) => server.once('exit', resolve))
    await new Promise<void>((resolve, reject) => {
      let output = ''
      const read = (part: Buffer): void => {
        output += part.toString()
        if (output.includes('Lossless is running at')) resolve()
      }
      server.stdout.on('data', read)
      server.stderr.on('data', read)
      server.once('exit', () => reject(new Error(`the server ended:\n${output}`)))
    })
    try {
      await work({
        freeze: () => process.kill(chainOf(server.pid ?? 0).at(-1) ?? 0, 'SIGSTOP'),
        // What entered the world for it stops with it.
        thaw: () => chainOf(server.pid ?? 0).forEach((pid) => process.kill(pid, 'SIGCONT')),
      })
    } finally {
      server.kill('SIGTERM')
      await ended
    }
  }

  /** Asks the server, which only programs inside reach. */
  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    const script = `
      const { url } = JSON.parse(require('fs').readFileSync(process.argv[1] + '/instance.json', 'utf8'))
      const { origin, searchParams } = new URL(url)
      const headers = { authorization: 'Bearer ' + searchParams.get('token'), 'content-type': 'application/json' }
      const [method, path, body] = process.argv.slice(2)
      fetch(origin + path, { method, headers, ...(body ? { body } : {}) })
        .then((reply) => reply.text()).then((text) => process.stdout.write(text))`
    const sent = body === undefined ? '' : JSON.stringify(body)
    const { stdout } = await this.inside(process.execPath, '-e', script, this.dataDir, method, path, sent)
    return JSON.parse(stdout) as unknown
  }

  /**
   * What a hook and an empty program cost, the least of some runs, in milliseconds: of the processor, because the clock tells
   * what else runs here, and of the clock.
   */
  async costs(
    command: string,
    input: object,
    runs = 15,
  ): Promise<Record<'hook' | 'bare', { cpu: number; clock: number }>> {
    const script = `
      const { spawnSync } = require('child_process')
      const none = { cpu: Infinity, clock: Infinity }
      const least = { hook: { ...none }, bare: { ...none } }
      const commands = { hook: process.argv[1], bare: '"' + process.execPath + '" -e 0' }
      for (let count = 0; count < ${runs}; count += 1) {
        for (const [name, command] of Object.entries(commands)) {
          const timed = "TIMEFORMAT='%R %U %S'; time { " + command + '; }'
          const { stderr } = spawnSync('bash', ['-c', timed], { input: process.argv[2], encoding: 'utf8' })
          const [real, user, system] = stderr.trim().split('\\n').at(-1).replaceAll(',', '.').split(' ').map(Number)
          least[name].cpu = Math.min(least[name].cpu, 1000 * (user + system))
          least[name].clock = Math.min(least[name].clock, 1000 * real)
        }
      }
      console.log(JSON.stringify(least))`
    const { stdout } = await this.inside(process.execPath, '-e', script, command, JSON.stringify(input))
    return JSON.parse(stdout) as Record<'hook' | 'bare', { cpu: number; clock: number }>
  }
}

/** A process, what it started, and so on: entering the world takes some on the way. */
function chainOf(pid: number): number[] {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return child === undefined || child === '' ? [pid] : [pid, ...chainOf(Number(child))]
}

/** Tells what holds and what does not. */
export class Checks {
  #areAllHeld = true

  /** False when one did not hold. */
  get areAllHeld(): boolean {
    return this.#areAllHeld
  }

  add(name: string, holds: boolean, figure = ''): void {
    this.#areAllHeld &&= holds
    console.log(`${holds ? 'holds ' : 'FAILS '} ${name}${figure && `: ${figure}`}`)
  }
}
