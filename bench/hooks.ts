import { spawn, execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs, promisify } from 'node:util'

/*
 * Whether the brief reaches the real Claude Code after /compact, and whether it runs as without hooks when no Lossless runs:
 *   npm run bench -- hooks --agent FOLDER [--version 2.1.330]
 * FOLDER holds up.sh, fresh, run-claude and in-ns: they run the agent in a world of its own (AGENTS_SCRATCH), against a
 * mock of its API. The server runs inside that world too.
 */

const { values } = parseArgs({
  options: { agent: { type: 'string' }, version: { type: 'string', default: '2.1.330' } },
})
const tools = values.agent
if (tools === undefined || !existsSync(join(tools, 'run-claude'))) {
  console.log('hooks: skipped, because --agent names no folder with run-claude in it.')
  process.exit(0)
}

const root = join(import.meta.dirname, '..')
const scratch = process.env['AGENTS_SCRATCH'] ?? join(tmpdir(), 'agents-scratch')
const dataDir = join(scratch, 'lossless data')
const log = join(scratch, 'log', 'main')
const main = join(root, 'server/main.ts')
// Paths of the tools must not contain spaces; a data folder may, and hooks have to work with it.
const bound = [root, dirname(dirname(process.execPath))].map((folder) => `${folder}:ro`)
const env = { ...process.env, CLAUDE_VERSION: values.version, AGENTS_BIND: bound.join(' ') }
const run = promisify(execFile)
const checks: { name: string; holds: boolean; figure: string }[] = []

await tool('down.sh')
await tool('up.sh')
await tool('fresh', 'claude')
rmSync(dataDir, { recursive: true, force: true })
mkdirSync(dataDir)
try {
  const plain = await compactOnce()
  check('without hooks /compact works and no brief is sent', plain.brief === null && plain.compactions === 1, '')
  await withServer(briefed)
  await unserved()
} finally {
  await tool('down.sh')
}
for (const { name, holds, figure } of checks)
  console.log(`${holds ? 'holds ' : 'FAILS '} ${name}${figure && `: ${figure}`}`)
process.exitCode = checks.every(({ holds }) => holds) ? 0 : 1

/** Hooks installed through the API, the server running. */
async function briefed(): Promise<void> {
  const before = readSettings()
  const plan = await api('PUT', '/api/hooks/claude-code', {
    features: ['brief', 'snapshot', 'statusline'],
    dryRun: true,
  })
  check('a plan changes nothing', readSettings() === before && textOf(plan).includes('SessionStart'), '')
  const done = (await api('PUT', '/api/hooks/claude-code', {
    features: ['brief', 'snapshot', 'statusline'],
  })) as { applied: boolean; changeId: number }
  check('hooks are installed', done.applied && readSettings() !== before, '')

  const session = await compactOnce()
  const length = session.brief?.length ?? 0
  check('the brief is in the first request after /compact', session.brief !== null, `${length} characters`)
  check('it keeps the cap', length > 0 && length <= 10_000, '')
  check('it says what the session did', session.brief?.includes('greet') === true, '')
  const { items } = (await api('GET', '/api/snapshots?reason=compaction')) as { items: { cause: string }[] }
  check(
    'a snapshot was taken before it',
    items.some(({ cause }) => cause.includes('about to compact')),
    '',
  )

  const again = await compactOnce()
  check('the brief of a later session is its own', again.brief !== null && again.brief !== session.brief, '')
}

/** The hooks stand in the settings, but no server runs. */
async function unserved(): Promise<void> {
  const session = await compactOnce()
  check('with the server stopped the agent compacts and goes on', session.compactions === 1, '')
  check('nothing of the hook reaches the request', session.brief === null, '')
  check('no hook is recorded as failed', !/hook_(?:non_blocking_error|error)/.test(session.transcript), '')
  check('the agent says nothing of it', session.stderr === '', session.stderr.slice(0, 200))

  const command = (JSON.parse(readSettings()) as Settings).hooks.SessionStart[0]?.hooks[0]?.command ?? 'false'
  const { hook, bare } = await costs(command)
  const figure = `${hook.toFixed(0)} ms, a bare Node ${bare.toFixed(0)} ms`
  check('the hook takes no more than 150 ms above nothing', hook - bare <= 150, figure)
}

interface Settings {
  hooks: { SessionStart: { hooks: { command: string }[] }[] }
}

interface Compacted {
  /** What a hook added to the first request after the compaction. */
  brief: string | null
  compactions: number
  transcript: string
  stderr: string
}

/** A new session that works, compacts and goes on. */
async function compactOnce(): Promise<Compacted> {
  const outputs = [
    await tool('run-claude', '-p', 'Please build greet.mjs [plan:build]'),
    await tool('run-claude', '--continue', '-p', 'And more of it, never touch NOTES.md [plan:more]'),
    await tool('run-claude', '--continue', '-p', '/compact'),
  ]
  const requests = requestsSoFar().length
  outputs.push(await tool('run-claude', '--continue', '-p', 'Go on [plan:say]'))
  const id = (JSON.parse(outputs.at(-1)?.stdout ?? '') as { session_id: string }).session_id
  const transcript = readFileSync(transcriptOf(id), 'utf8')
  return {
    brief: briefIn(requests),
    compactions: transcript.split('"subtype":"compact_boundary"').length - 1,
    transcript,
    stderr: outputs.map(({ stderr }) => stderr).join(''),
  }
}

/** What a hook added to the first request after so many; null when it added nothing. */
function briefIn(seen: number): string | null {
  const first = requestsSoFar()[seen]
  if (first === undefined) throw new Error('The agent made no request after the compaction.')
  const { body } = JSON.parse(readFileSync(join(log, first), 'utf8')) as { body: { messages: unknown } }
  for (const text of textsOf(body.messages)) {
    const found = /SessionStart hook additional context: ([\s\S]*?)(?:\n<\/system-reminder>|$)/.exec(text)?.[1]
    if (found !== undefined) return found.trim()
  }
  return null
}

function requestsSoFar(): string[] {
  return readdirSync(log)
    .filter((name) => /^\d+-anthropic\.json$/.test(name))
    .sort()
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (Array.isArray(value)) for (const one of value) yield* textsOf(one)
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* textsOf(one)
}

function transcriptOf(id: string): string {
  const projects = join(scratch, 'home/.claude/projects')
  const file = readdirSync(projects, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith(`${id}.jsonl`))
  return join(projects, file ?? '')
}

function readSettings(): string {
  const file = join(scratch, 'home/.claude/settings.json')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

async function withServer(work: () => Promise<void>): Promise<void> {
  const home = join(scratch, 'home')
  const args = [main, '--home', home, '--data', dataDir, '--port', '0', '--no-open']
  const server = spawn(join(tools ?? '', 'in-ns'), [process.execPath, ...args], {
    env,
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
    await work()
  } finally {
    server.kill('SIGTERM')
    await ended
  }
}

/** Asks the server, which only programs inside reach. */
async function api(method: string, path: string, body?: unknown): Promise<unknown> {
  const script = `
    const { url } = JSON.parse(require('fs').readFileSync(process.argv[1] + '/instance.json', 'utf8'))
    const { origin, searchParams } = new URL(url)
    const headers = { authorization: 'Bearer ' + searchParams.get('token'), 'content-type': 'application/json' }
    const [method, path, body] = process.argv.slice(2)
    fetch(origin + path, { method, headers, ...(body ? { body } : {}) })
      .then((reply) => reply.text()).then((text) => process.stdout.write(text))`
  const { stdout } = await inside(
    process.execPath,
    '-e',
    script,
    dataDir,
    method,
    path,
    body === undefined ? '' : JSON.stringify(body),
  )
  return JSON.parse(stdout) as unknown
}

function inside(...command: string[]): Promise<{ stdout: string; stderr: string }> {
  return tool('in-ns', ...command)
}

async function tool(name: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const running = run(join(tools ?? '', name), args, { env, maxBuffer: 64 * 1024 * 1024 })
  running.child.stdin?.end()
  return running
}

/** What a hook and an empty program cost, in milliseconds of the processor: the clock tells what else runs here. */
async function costs(command: string): Promise<{ hook: number; bare: number }> {
  const script = `
    const { spawnSync } = require('child_process')
    const least = { hook: Infinity, bare: Infinity }
    const commands = { hook: process.argv[1], bare: '"' + process.execPath + '" -e 0' }
    for (let count = 0; count < 15; count += 1) {
      for (const [name, command] of Object.entries(commands)) {
        const timed = "TIMEFORMAT='%U %S'; time { " + command + '; }'
        const input = '{"hook_event_name":"SessionStart","source":"compact","session_id":"s"}'
        const { stderr } = spawnSync('bash', ['-c', timed], { input, encoding: 'utf8' })
        const [user, system] = stderr.trim().split('\\n').at(-1).replaceAll(',', '.').split(' ').map(Number)
        least[name] = Math.min(least[name], 1000 * (user + system))
      }
    }
    console.log(JSON.stringify(least))`
  const { stdout } = await inside(process.execPath, '-e', script, command)
  return JSON.parse(stdout) as { hook: number; bare: number }
}

function check(name: string, holds: boolean, figure: string): void {
  checks.push({ name, holds, figure })
}

function textOf(value: unknown): string {
  return JSON.stringify(value)
}
