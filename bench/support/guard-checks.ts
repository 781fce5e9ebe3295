import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sampleOf, seeded } from '../../server/redaction/sample.ts'
import type { AgentWorld, Checks, Client, Printed, RunningServer } from './agent-world.ts'

/** How much longer than an answer a server may be waited for that gives none, in milliseconds. */
const FROZEN = 1100
const SEED = Date.now() % 1_000_000
const [ASKED, CALLED, PASSED] = [1, 2, 3].map((count) => sampleOf('ghp_{a62:30}{crc62}', seeded(SEED + count)))
const WORDS = { prompt: 'Lossless held this prompt back', call: 'Lossless held this call back' }

/** The guard in a real agent: what it holds back, what passes, and that nobody notices when it is missing. */
export async function checkGuard(world: AgentWorld, client: Client, checks: Checks): Promise<void> {
  const app = join(world.scratch, 'app')
  writeFileSync(join(world.scratch, 'plans.json'), JSON.stringify(plans()))
  await world.tool('fresh', client)
  await world.withServer(async (server) => {
    await install(world, client, checks)
    await holdsBack(world, client, { checks, app })
    await passes(world, client, checks)
    await frozen(world, { client, server, checks })
  })
  await unserved(world, client, checks)
}

/** What the mock model does. */
function plans(): Record<string, unknown> {
  const edit = { op: 'edit', file: 'held.mjs', old: `a ${CALLED}`, new: `b ${CALLED}` }
  return {
    send: [
      { op: 'shell', cmd: `echo ${CALLED} > sent.txt`, why: 'Send it' },
      { op: 'write', file: 'written.mjs', content: `const key = '${CALLED}'\n` },
      { op: 'write', file: '.env', content: `TOKEN=${CALLED}\n` },
      { op: 'text', text: 'SEND-DONE' },
    ],
    keep: [{ op: 'read', file: 'held.mjs' }, edit, { op: 'text', text: 'KEEP-DONE' }],
    list: [
      { op: 'shell', cmd: 'echo clean > clean.txt', why: 'Nothing of it' },
      { op: 'text', text: 'LIST-DONE' },
    ],
  }
}

async function install(world: AgentWorld, client: Client, checks: Checks): Promise<void> {
  const path = `/api/hooks/${client === 'claude' ? 'claude-code' : 'codex'}`
  const features = ['guard-prompts', 'guard-tools']
  const before = world.readSettings()
  await world.api('PUT', path, { features, dryRun: true })
  checks.add('guard: a plan changes nothing', world.readSettings() === before)
  await world.api('PUT', path, { features })
  checks.add('guard: it is installed', world.readSettings().includes('UserPromptSubmit'))
  // The thread that looks is started by that.
  await sleep(3000)
}

async function holdsBack(
  world: AgentWorld,
  client: Client,
  { checks, app }: { checks: Checks; app: string },
): Promise<void> {
  const clean = await answersOf(world, 'List it [plan:list]')
  checks.add('guard: a clean prompt and a clean call pass', clean.text.includes('LIST-DONE'))
  checks.add('guard: the clean call was made', existsSync(join(app, 'clean.txt')))

  const held = await answersOf(world, `My key is ${ASKED}, use it [plan:say]`)
  checks.add('guard: a prompt with a secret makes no request', held.requests.length === 0)
  if (client === 'claude') checks.add('guard: the person is told why', held.text.includes(WORDS.prompt))
  checks.add('guard: what is told does not hold the value', !held.text.includes(ASKED ?? ''))
  const traces = linesWith(world.home, ASKED ?? '')
  const own = traces.filter((line) => !line.includes('"type":"queue-operation"'))
  checks.add('guard: the agent keeps the prompt nowhere', own.length === 0, keptBy(traces.length - own.length))

  writeFileSync(join(app, 'held.mjs'), `a ${CALLED}\n`)
  const sent = await answersOf(world, 'Send it [plan:send]')
  const told = sent.requests.map((name) => world.readRequest(name)).join('')
  checks.add('guard: a command with a secret is not run', !existsSync(join(app, 'sent.txt')))
  checks.add('guard: a file with a secret is not written', !existsSync(join(app, 'written.mjs')))
  checks.add('guard: a file that is made for secrets is', existsSync(join(app, '.env')))
  checks.add('guard: the model is told why', told.includes(WORDS.call))
  const kept = await answersOf(world, 'Keep it [plan:keep]')
  const edited = readFileSync(join(app, 'held.mjs'), 'utf8') === `b ${CALLED}\n`
  checks.add('guard: an edit keeps what stands there', kept.text.includes('KEEP-DONE') && edited)

  const report = (await world.api('GET', '/api/guard')) as GuardReport
  checks.add(
    'guard: it is counted',
    report.prompts === 1 && report.toolCalls === 2 && report.unchecked === 0,
    `${report.prompts} prompt, ${report.toolCalls} calls, ${report.unchecked} unchecked`,
  )
}

interface GuardReport {
  prompts: number
  toolCalls: number
  unchecked: number
  items: { id: number; tool: string | null }[]
}

async function passes(world: AgentWorld, client: Client, checks: Checks): Promise<void> {
  const { items } = (await world.api('GET', '/api/guard')) as GuardReport
  const id = items.find(({ tool }) => tool === null)?.id
  await world.api('PUT', `/api/guard/${id}`, { isLetThrough: true })
  const let1 = await answersOf(world, `My key is ${ASKED} [plan:say]`)
  checks.add('guard: what is let through passes', let1.text.includes('SAY-DONE'))
  if (client === 'codex') return
  // The calls that were refused stand in the session: so the secret is listed, and can be ignored.
  const path = '/api/secrets?kind=github-pat'
  let listed: { id: number; state: string }[] = []
  for (let count = 0; count < 50 && listed.length < 2; count += 1) {
    listed = ((await world.api('GET', path)) as { items: typeof listed }).items
    await sleep(200)
  }
  for (const secret of listed) {
    await world.api('PUT', `/api/secrets/${secret.id}/state`, { state: 'ignored', reason: 'Of a test' })
  }
  const ignored = await answersOf(world, `My key is ${CALLED} [plan:say]`)
  checks.add('guard: a secret that is ignored passes', ignored.text.includes('SAY-DONE'))
}

async function frozen(
  world: AgentWorld,
  { client, server, checks }: { client: Client; server: RunningServer; checks: Checks },
): Promise<void> {
  const command = commandIn(world)
  const input = { hook_event_name: 'UserPromptSubmit', session_id: 's', prompt: 'Say hello' }
  const { hook, bare } = await world.costs(command, input)
  const figure = `${(hook.cpu - bare.cpu).toFixed(0)} ms of the processor, ${(hook.clock - bare.clock).toFixed(0)} ms of the clock`
  checks.add('guard: it takes no more than 150 ms above nothing', hook.cpu - bare.cpu <= 150, figure)

  server.freeze()
  try {
    const { hook: waiting } = await world.costs(command, input, 5)
    const took = waiting.clock - hook.clock
    checks.add(
      'guard: a server that does not answer is waited for a second at most',
      took < FROZEN,
      `${took.toFixed(0)} ms of the clock more than for an answer`,
    )
    const passed = await answersOf(world, `My key is ${PASSED} [plan:say]`)
    checks.add('guard: and the agent goes on', passed.text.includes('SAY-DONE') && quiet(client, passed))
  } finally {
    server.thaw()
  }
}

async function unserved(world: AgentWorld, client: Client, checks: Checks): Promise<void> {
  const passed = await answersOf(world, `My key is ${PASSED} [plan:list]`)
  checks.add('guard: with the server stopped everything passes', passed.text.includes('LIST-DONE'))
  checks.add('guard: and the agent says nothing of it', quiet(client, passed), passed.stderr.slice(0, 200))
  const { hook, bare } = await world.costs(commandIn(world), {
    hook_event_name: 'PreToolUse',
    session_id: 's',
    tool_name: 'Bash',
    tool_input: { command: 'ls' },
  })
  const figure = `${(hook.cpu - bare.cpu).toFixed(0)} ms of the processor, ${(hook.clock - bare.clock).toFixed(0)} ms of the clock`
  checks.add('guard: then it takes no more than 150 ms above nothing', hook.cpu - bare.cpu <= 150, figure)
}

interface Answers extends Printed {
  text: string
  /** Names of the requests that were made. */
  requests: string[]
}

async function answersOf(world: AgentWorld, prompt: string): Promise<Answers> {
  const before = world.requests().length
  const printed = await world.agent('-p', prompt)
  return { ...printed, text: printed.stdout, requests: world.requests().slice(before) }
}

/** Codex always says that it reads on; it must not say more. */
function quiet(client: Client, { stderr, stdout }: Printed): boolean {
  const said = client === 'codex' ? stderr.replace(/^Reading additional input from stdin\.\.\.\n?/, '') : stderr
  return said === '' && !/hook.{0,40}(?:failed|error)/i.test(stdout)
}

function commandIn(world: AgentWorld): string {
  const settings = JSON.parse(world.readSettings()) as {
    hooks: { PreToolUse: { hooks: { command: string }[] }[] }
  }
  return settings.hooks.PreToolUse[0]?.hooks[0]?.command ?? 'false'
}

/** Lines of all files below a folder that hold a text. */
function linesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .flatMap((path) => readFileSync(path, 'latin1').split('\n'))
    .filter((line) => line.includes(text))
}

function keptBy(queued: number): string {
  return queued === 0 ? '' : `but for ${queued} record of its queue, written before any hook is asked`
}
