import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AgentWorld, Checks, type Client } from './support/agent-world.ts'
import { checkGuard } from './support/guard-checks.ts'

/*
 * What our hooks do in the real agent: the brief that reaches Claude Code after /compact, the guard in Claude Code and Codex,
 * and that the agent runs as without hooks when no Lossless runs:
 *   npm run bench -- hooks --agent FOLDER [--client claude|codex] [--version 2.1.330] [--only brief|guard]
 * FOLDER holds up.sh, fresh, run-claude, run-codex and in-ns: they run the agent in a world of its own (AGENTS_SCRATCH),
 * against a mock of its API. The server runs inside that world too.
 */

const { values } = parseArgs({
  options: {
    agent: { type: 'string' },
    client: { type: 'string', default: 'claude' },
    version: { type: 'string' },
    only: { type: 'string' },
  },
})
const tools = values.agent
const client: Client = values.client === 'codex' ? 'codex' : 'claude'
if (tools === undefined || !existsSync(join(tools, `run-${client}`))) {
  console.log(`hooks: skipped, because --agent names no folder with run-${client} in it.`)
  process.exit(0)
}

const world = new AgentWorld(tools, client, values.version)
const checks = new Checks()
await world.up()
try {
  if (client === 'claude' && values.only !== 'guard') {
    const plain = await compactOnce()
    checks.add('without hooks /compact works and no brief is sent', plain.brief === null && plain.compactions === 1)
    await world.withServer(briefed)
    await unserved()
  }
  if (values.only !== 'brief') await checkGuard(world, client, checks)
} finally {
  await world.down()
}
process.exitCode = checks.areAllHeld ? 0 : 1

/** Hooks installed through the API, the server running. */
async function briefed(): Promise<void> {
  const features = ['brief', 'snapshot', 'statusline']
  const before = world.readSettings()
  const plan = await world.api('PUT', '/api/hooks/claude-code', { features, dryRun: true })
  const saysWhat = JSON.stringify(plan).includes('SessionStart')
  checks.add('a plan changes nothing', world.readSettings() === before && saysWhat)
  const done = (await world.api('PUT', '/api/hooks/claude-code', { features })) as { applied: boolean }
  checks.add('hooks are installed', done.applied && world.readSettings() !== before)

  const session = await compactOnce()
  const length = session.brief?.length ?? 0
  checks.add('the brief is in the first request after /compact', session.brief !== null, `${length} characters`)
  checks.add('it keeps the cap', length > 0 && length <= 10_000)
  checks.add('it says what the session did', session.brief?.includes('greet') === true)
  const { items } = (await world.api('GET', '/api/snapshots?reason=compaction')) as { items: { cause: string }[] }
  checks.add(
    'a snapshot was taken before it',
    items.some(({ cause }) => cause.includes('about to compact')),
  )

  const again = await compactOnce()
  checks.add('the brief of a later session is its own', again.brief !== null && again.brief !== session.brief)
}

/** The hooks stand in the settings, but no server runs. */
async function unserved(): Promise<void> {
  const session = await compactOnce()
  checks.add('with the server stopped the agent compacts and goes on', session.compactions === 1)
  checks.add('nothing of the hook reaches the request', session.brief === null)
  checks.add('no hook is recorded as failed', !/hook_(?:non_blocking_error|error)/.test(session.transcript))
  checks.add('the agent says nothing of it', session.stderr === '', session.stderr.slice(0, 200))

  const command = (JSON.parse(world.readSettings()) as Settings).hooks.SessionStart[0]?.hooks[0]?.command ?? 'false'
  const { hook, bare } = await world.costs(command, {
    hook_event_name: 'SessionStart',
    source: 'compact',
    session_id: 's',
  })
  const figure = `${hook.cpu.toFixed(0)} ms, a bare Node ${bare.cpu.toFixed(0)} ms`
  checks.add('the hook takes no more than 150 ms above nothing', hook.cpu - bare.cpu <= 150, figure)
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
    await world.agent('-p', 'Please build greet.mjs [plan:build]'),
    await world.agent('--continue', '-p', 'And more of it, never touch NOTES.md [plan:more]'),
    await world.agent('--continue', '-p', '/compact'),
  ]
  const requests = world.requests().length
  outputs.push(await world.agent('--continue', '-p', 'Go on [plan:say]'))
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
  const first = world.requests()[seen]
  if (first === undefined) throw new Error('The agent made no request after the compaction.')
  const { body } = JSON.parse(world.readRequest(first)) as { body: { messages: unknown } }
  for (const text of textsOf(body.messages)) {
    const found = /SessionStart hook additional context: ([\s\S]*?)(?:\n<\/system-reminder>|$)/.exec(text)?.[1]
    if (found !== undefined) return found.trim()
  }
  return null
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (Array.isArray(value)) for (const one of value) yield* textsOf(one)
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* textsOf(one)
}

function transcriptOf(id: string): string {
  const projects = join(world.home, '.claude/projects')
  const file = readdirSync(projects, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith(`${id}.jsonl`))
  return join(projects, file ?? '')
}
