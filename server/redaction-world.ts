import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { z } from 'zod'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import { redactSessions, undoRedaction } from './contract/redactions.ts'
import { line } from './ingest/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { faultsIn, leftInFolder, valuesIn } from './redactions/testing.ts'

export const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(71))
export const PASSWORD = ['wu7', 'Kd!', 'qP0x', 'z9'].join('')
const UNKNOWN = sampleOf('zqv_{a62:44}', seeded(72))
export const VALUES = [TOKEN, PASSWORD, UNKNOWN]
/** The values, and what of base64 stands for one of them. */
export const FORMS = [...VALUES, Buffer.from(`GITHUB_TOKEN=${TOKEN}\n`).toString('base64').slice(20, 60)]

/** What a test asks, and which answer it expects. */
interface Asked {
  method?: 'POST' | 'DELETE'
  payload?: object
  status?: number
}

/** A session that holds secrets in all that belongs to it, another beside it, and the server that has read both. */
export class RedactionWorld {
  app: AppUnderTest
  readonly #folder: TemporaryFolder

  private constructor(folder: TemporaryFolder, app: AppUnderTest) {
    this.#folder = folder
    this.app = app
  }

  static async start(): Promise<RedactionWorld> {
    const folder = createTemporaryFolder()
    writeSessions(join(folder.path, 'home', '.claude'))
    const world = new RedactionWorld(folder, await AppUnderTest.start(folder.path))
    await world.#read()
    await expect.poll(() => world.app.deps.places.counts().length, { timeout: 20_000 }).toBeGreaterThan(2)
    return world
  }

  get data(): string {
    return this.at('data')
  }

  /** A path below the folder of the test. */
  at(path: string): string {
    return join(this.#folder.path, path)
  }

  /** A path below the project's folder of the agent. */
  file(name: string): string {
    return this.at(join('home', '.claude', 'projects', '-w-app', name))
  }

  /** Ends the server and starts it again, without its index. */
  async startWithoutIndex(remove: (path: string) => void): Promise<void> {
    await this.app.close()
    for (const suffix of ['', '-wal', '-shm']) remove(join(this.data, `index.db${suffix}`))
    this.app = await AppUnderTest.start(this.#folder.path)
    await this.#read()
  }

  async idle(): Promise<void> {
    await expect.poll(() => this.app.deps.ingest.progress.state, { timeout: 20_000 }).toBe('idle')
  }

  /** No answer may hold a value. */
  async ask<Reply extends z.ZodType>(reply: Reply, url: string, asked: Asked = {}): Promise<z.output<Reply>> {
    const { status = 200, ...question } = asked
    const answer = await this.app.ask(url, question)
    expect(answer.statusCode, answer.body).toBe(status)
    for (const value of VALUES) expect(answer.body).not.toContain(value)
    return status === 200 ? reply.parse(answer.json()) : (answer.json() as z.output<Reply>)
  }

  redact(payload: object, status = 200): Promise<z.output<typeof redactSessions.reply>> {
    const body = { sessions: ['claude-code:s'], scopes: ['own', 'kept'], ...payload }
    return this.ask(redactSessions.reply, '/api/redactions', { method: 'POST', payload: body, status })
  }

  undo(id: number | null, status = 200): Promise<z.output<typeof undoRedaction.reply>> {
    return this.ask(undoRedaction.reply, `/api/redactions/${id}/undo`, { method: 'POST', payload: {}, status })
  }

  async texts(session: string): Promise<(string | null)[]> {
    const answer = await this.app.ask(`/api/sessions/${session}/events?limit=100`)
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json<{ items: { text: string | null }[] }>().items.map(({ text }) => text)
  }

  leftInData(): string[] {
    return leftInFolder(this.data, FORMS)
  }

  faults(): unknown[] {
    return faultsIn(this.data)
  }

  async close(): Promise<void> {
    await this.app.close()
    this.#folder.remove()
  }

  async #read(): Promise<void> {
    await this.app.deps.ingest.start()
    await this.idle()
  }
}

/** Which forms of the values some bytes hold. */
export function leftIn(bytes: Uint8Array): string[] {
  return valuesIn(bytes, FORMS)
}

/** As if nobody had written to the file for a minute. */
export function quiet(path: string): void {
  utimesSync(path, new Date(), new Date(Date.now() - 60_000))
}

function writeSessions(claude: string): void {
  const project = join(claude, 'projects', '-w-app')
  const env = `GITHUB_TOKEN=${TOKEN}\nDB_PASSWORD='${PASSWORD}'\nPORT=8080\n`
  const files: Record<string, string> = {
    [join(project, 's.jsonl')]:
      line('Hello', { uuid: 's1' }) +
      line(`Push with ${TOKEN} please, and note 12345678901234567890`, { uuid: 's2' }) +
      line(`export DB_PASSWORD='${PASSWORD}'`, { uuid: 's3' }) +
      line(`as base64 ${Buffer.from(env).toString('base64')}`, { uuid: 's4' }) +
      line(`it answered ${UNKNOWN}`, { uuid: 's5' }) +
      line(`Thanks, ${PASSWORD} worked`, { uuid: 's6' }) +
      writeCall('t1', '/w/app/.env', `${env}# it said ${UNKNOWN}\n`),
    [join(project, 's/subagents/agent-a1.jsonl')]: line(`in the sub-agent ${TOKEN}`, {
      agentId: 'a1',
      isSidechain: true,
    }),
    [join(project, 's/tool-results/out.txt')]: `everything\n${env}`,
    [join(claude, 'file-history', 's', 'abc@v1')]: env,
    [join(claude, 'history.jsonl')]:
      `${JSON.stringify({ display: `Push with ${TOKEN} please`, sessionId: 's' })}\n` +
      `${JSON.stringify({ display: 'another', sessionId: 'o' })}\n`,
    [join(project, 'o.jsonl')]: line('Another session', { uuid: 'o1', sessionId: 'o' }),
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { mode: 0o600 })
    quiet(path)
  }
}

/** The agent writes a file: what it holds becomes code state. */
function writeCall(id: string, path: string, content: string): string {
  const call = [{ type: 'tool_use', id, name: 'Write', input: { file_path: path, content } }]
  const message = { id: `m-${id}`, role: 'assistant', model: 'claude-opus-4-5', content: call }
  const result = [{ type: 'tool_result', tool_use_id: id, content: 'ok' }]
  const toolUseResult = { type: 'create', filePath: path, content, structuredPatch: [], originalFile: null }
  return (
    line('', { uuid: `${id}-call`, type: 'assistant', message }) +
    line('', { uuid: `${id}-result`, message: { role: 'user', content: result }, toolUseResult })
  )
}
