import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { AppUnderTest } from './app-testing.ts'
import { ExportPreview } from './contract/sharing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { readZip } from './sharing/zip.ts'

const random = seeded(77)
export const TOKEN = sampleOf('ghp_{a62:30}{crc62}', random)
/** Stands in what belongs to a sub-agent. */
export const OTHER = sampleOf('ghp_{a62:30}{crc62}', random)
/** Nothing tells what it is but the name beside it, which comes last. */
export const PASSWORD = ['vR7', 'kd!', 'nQ2p', 'x8'].join('')
export const SESSION = '11111111-aaaa-4aaa-8aaa-111111111111'
export const ID = `claude-code:${SESSION}`

/** A Lossless with sessions of one project, which it has read. */
export class SharingWorld {
  readonly app: AppUnderTest
  readonly #folder: string

  private constructor(folder: string, app: AppUnderTest) {
    this.#folder = folder
    this.app = app
  }

  /** `files` by their path below the folder of the project. */
  static async start(folder: string, files: Record<string, string>): Promise<SharingWorld> {
    const project = projectIn(folder)
    mkdirSync(project, { recursive: true })
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), text)
    }
    const app = await AppUnderTest.start(folder)
    await app.deps.ingest.start()
    await expect.poll(() => app.deps.ingest.progress.state, { timeout: 60_000 }).toBe('idle')
    return new SharingWorld(folder, app)
  }

  get project(): string {
    return projectIn(this.#folder)
  }

  get dataDir(): string {
    return join(this.#folder, 'data')
  }

  async preview(payload: object, id = ID): Promise<ExportPreview> {
    const answer = await this.app.ask(`/api/sessions/${id}/export/preview`, { method: 'POST', payload })
    expect(answer.statusCode, answer.body).toBe(200)
    return ExportPreview.parse(answer.json())
  }

  async exported(payload: object, id = ID): Promise<Buffer> {
    const answer = await this.app.ask(`/api/sessions/${id}/export`, { method: 'POST', payload })
    expect(answer.statusCode, answer.body.slice(0, 400)).toBe(200)
    return answer.rawPayload
  }

  /** The sentence of a refusal. */
  async refused(payload: object, id = ID): Promise<string> {
    const answer = await this.app.ask(`/api/sessions/${id}/export`, { method: 'POST', payload })
    expect(answer.statusCode, answer.body.slice(0, 400)).toBe(409)
    return answer.json<{ message: string }>().message
  }

  /** What is in an archive, by name. */
  async unzipped(bytes: Buffer): Promise<Map<string, string>> {
    const path = join(this.#folder, `${crypto.randomUUID()}.zip`)
    writeFileSync(path, bytes)
    const files = new Map<string, string>()
    for await (const { name, open } of readZip(path, 100))
      files.set(name, (await buffer(await open())).toString('utf8'))
    return files
  }
}

function projectIn(folder: string): string {
  return join(folder, 'home', '.claude', 'projects', '-w-app')
}

/** What a page or a text says; the session of a page stands compressed in it. */
export function readable(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  const packed = /<script id="session" type="application\/gzip">([^<]*)<\/script>/.exec(text)?.[1]
  return packed === undefined ? text : gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')
}

let count = 0

/** A line of the session, after the one that was made before. */
export function record(role: 'user' | 'assistant', content: unknown, rest: object = {}): string {
  count += 1
  return `${JSON.stringify({
    type: role,
    uuid: `u${count}`,
    parentUuid: count === 1 ? null : `u${count - 1}`,
    sessionId: SESSION,
    cwd: '/w/app',
    timestamp: new Date(1_767_225_600_000 + count * 1000).toISOString(),
    message: { role, content, ...(role === 'assistant' && { model: 'claude-opus-4-5', id: `m${count}` }) },
    ...rest,
  })}\n`
}

const call = (id: string, name: string, input: object) => record('assistant', [{ type: 'tool_use', id, name, input }])
const result = (id: string, text: string, detail: object = {}) =>
  record('user', [{ type: 'tool_result', tool_use_id: id, content: text }], { toolUseResult: detail })

/** A session that writes a file twice, starts a sub-agent and names a password late. */
function transcript(): string {
  count = 0
  return [
    record('user', `Fix it. The bare word is ${PASSWORD} there.`),
    call('t1', 'Write', { file_path: '/w/app/a.ts', content: 'one\ntwo\n' }),
    result('t1', 'ok', { type: 'create', filePath: '/w/app/a.ts', content: 'one\ntwo\n', structuredPatch: [] }),
    call('t2', 'Edit', { file_path: '/w/app/a.ts', old_string: 'two', new_string: `two ${TOKEN}` }),
    result('t2', 'ok', {
      filePath: '/w/app/a.ts',
      oldString: 'two',
      newString: `two ${TOKEN}`,
      originalFile: 'one\ntwo\n',
      structuredPatch: [
        { oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: [' one', '-two', `+two ${TOKEN}`] },
      ],
    }),
    record('assistant', [{ type: 'text', text: 'Done ```` </script><img src=x> ![p](http://h/x)' }]),
    record('user', `export DB_PASSWORD='${PASSWORD}'`),
  ].join('')
}

/** The session, its sub-agent and a side file. */
export const FILES = {
  [`${SESSION}.jsonl`]: transcript(),
  [`${SESSION}/subagents/agent-a1.jsonl`]: `${JSON.stringify({
    type: 'user',
    uuid: 's1',
    parentUuid: null,
    sessionId: SESSION,
    agentId: 'a1',
    isSidechain: true,
    cwd: '/w/app',
    timestamp: new Date(1_767_225_700_000).toISOString(),
    message: { role: 'user', content: `Look, ${OTHER}` },
  })}\n`,
  [`${SESSION}/tool-results/out.txt`]: `line\nTOKEN=${OTHER}\n`,
}
