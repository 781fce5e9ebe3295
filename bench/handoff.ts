import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { discard, post, startApp, untilIdle, type RunningApp } from './support/app.ts'

/*
 * Sessions that real agents wrote, handed off to each other: the target has to resume what it is given, and send every
 * text of the user and of the other agent to its API, in order.
 *   npm run bench -- handoff --agent FOLDER [--scratch DIR] [--only claude,gemini]
 * FOLDER holds the programs that run real agents offline (scenario, fresh, run-*).
 */

const { values } = parseArgs({
  options: {
    agent: { type: 'string' },
    scratch: { type: 'string', default: '/tmp/lossless-bench-handoff' },
    only: { type: 'string', default: 'claude,codex,gemini' },
  },
})
const run = promisify(execFile)

/** By the names of the programs. */
const AGENTS: Record<string, string> = { claude: 'claude-code', codex: 'codex', gemini: 'gemini-cli' }

interface World {
  tools: string
  env: NodeJS.ProcessEnv
  scratch: string
}

interface Handoff {
  nativeId: string
  path: string
  prompts: number
  answers: number
  calls: number
  losses: { text: string }[]
}

if (values.agent === undefined || !existsSync(join(values.agent, 'scenario'))) {
  console.log('Skipped: --agent has to name a folder with the programs that run real agents offline.')
} else {
  const names = values.only.split(',')
  let failed = 0
  for (const source of names) failed += await judgeSource(values.agent, source, names)
  process.exitCode = failed === 0 ? 0 : 1
}

/** Returns how many hand-offs of a session of one agent did not hold. */
async function judgeSource(tools: string, source: string, names: readonly string[]): Promise<number> {
  const scratch = join(values.scratch, source)
  mkdirSync(scratch, { recursive: true })
  const world: World = { tools, scratch, env: { ...process.env, AGENTS_SCRATCH: scratch } }
  for (const name of names) await call(world, 'install.sh', name)
  await call(world, 'up.sh')
  let app: RunningApp | null = null
  let failed = 0
  try {
    await call(world, 'fresh', 'all')
    await call(world, 'scenario', source)
    app = await startApp(join(scratch, 'home'))
    await untilIdle(app)
    const id = await sessionOf(app, source)
    for (const target of names.filter((name) => name !== source)) {
      const said = await judge(world, app, { id, target }).catch((error: unknown) => `it failed: ${String(error)}`)
      const isRight = said.startsWith('every')
      if (!isRight) failed += 1
      console.log(`  ${isRight ? 'ok  ' : 'FAIL'} ${source} → ${target}: ${said}`)
    }
  } finally {
    await app?.stop()
    if (app) discard(app.dataDir)
    await call(world, 'down.sh')
  }
  return failed
}

async function judge(world: World, app: RunningApp, { id, target }: { id: string; target: string }): Promise<string> {
  await call(world, 'fresh', target)
  const made = await post<Handoff>(app, `/api/sessions/${id}/handoff`, { to: AGENTS[target] })
  const expected = await saidIn(app, id)
  const tag = `handoff-${target}-${Date.now()}`
  const resume = target === 'gemini' ? ['--session-file', made.path] : ['--resume', made.nativeId]
  await call({ ...world, env: { ...world.env, AGENTS_TAG: tag } }, `run-${target}`, '-p', 'Go on [plan:say]', ...resume)
  const sent = sentIn(join(world.scratch, 'log', tag))
  let at = 0
  for (const [index, text] of expected.entries()) {
    const found = sent.indexOf(text, at)
    if (found === -1) return `text ${index + 1} of ${expected.length} is missing: ${JSON.stringify(text.slice(0, 60))}`
    at = found + text.length
  }
  return `every one of ${expected.length} texts in order (${made.prompts} prompts, ${made.answers} answers, ${made.calls} calls as text)`
}

/** The session with the most events. */
async function sessionOf(app: RunningApp, source: string): Promise<string> {
  for (let tries = 0; tries < 40; tries += 1) {
    const { items } = await app.get<{ items: { id: string; agent: string; events: number }[] }>('/api/sessions')
    const [found] = items.filter(({ agent }) => agent === AGENTS[source]).sort((a, b) => b.events - a.events)
    if (found) return encodeURIComponent(found.id)
    await sleep(250)
  }
  throw new Error(`No session of ${source} was found.`)
}

async function saidIn(app: RunningApp, id: string): Promise<string[]> {
  const texts: string[] = []
  for (let after = -1; ;) {
    const { items } = await app.get<{ items: { seq: number; kind: string; branch: number; text: string | null }[] }>(
      `/api/sessions/${id}/events?after=${after}&limit=200`,
    )
    const last = items.at(-1)
    if (last === undefined) return texts
    after = last.seq
    for (const { kind, branch, text } of items) {
      if ((kind === 'prompt' || kind === 'answer') && branch === 0 && text?.trim()) texts.push(text.trim())
    }
  }
}

/** All texts of the largest request, one after the other. */
function sentIn(folder: string): string {
  const requests = readdirSync(folder)
    .filter((name) => /^\d+-.*\.json$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
  const [largest = '{}'] = requests.sort((a, b) => b.length - a.length)
  return textsIn(JSON.parse(largest) as unknown).join('\n')
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

async function call(world: World, program: string, ...args: string[]): Promise<string> {
  const options = { env: world.env, maxBuffer: 64 * 1024 * 1024 }
  return (await run(join(world.tools, program), args, options)).stdout
}
