import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { discard, post, type RunningApp, startApp, untilIdle } from './support/app.ts'
import { cutsOf, linesOf, referenceFor, type Cut } from './support/fork-cuts.ts'

/*
 * Forks of a session that the real Claude Code wrote, judged by the real Claude Code: what it sends to the API when it
 * resumes the fork has to be what it sends when it resumes the source as it stood at the cut.
 *   npm run bench -- fork --agent FOLDER [--versions 2.1.330,2.1.197] [--scratch DIR]
 * FOLDER holds the programs that run real agents offline (scenario, resume-check, same-history).
 */

const { values } = parseArgs({
  options: {
    agent: { type: 'string' },
    versions: { type: 'string', default: '2.1.330,2.1.197' },
    scratch: { type: 'string', default: '/tmp/lossless-bench-fork' },
  },
})
const run = promisify(execFile)

if (values.agent === undefined || !existsSync(join(values.agent, 'resume-check'))) {
  console.log('Skipped: --agent has to name a folder with the programs that run real agents offline.')
} else {
  let failed = 0
  for (const version of values.versions.split(',')) failed += await judgeVersion(values.agent, version)
  process.exitCode = failed === 0 ? 0 : 1
}

interface World {
  tools: string
  env: NodeJS.ProcessEnv
  home: string
  scratch: string
}

interface Fork {
  nativeId: string
  path: string
  endsAt: number
  warnings: string[]
  alternatives: { seq: number; contextUsed: number | null; reason: string }[]
}

/** Returns how many forks did not hold. */
async function judgeVersion(tools: string, version: string): Promise<number> {
  const scratch = join(values.scratch, version)
  mkdirSync(scratch, { recursive: true })
  const env = { ...process.env, AGENTS_SCRATCH: scratch, CLAUDE_VERSION: version }
  const world: World = { tools, env, home: join(scratch, 'home'), scratch }
  await call(world, 'install.sh', `claude@${version}`)
  await call(world, 'up.sh')
  const app = await madeSession(world)
  try {
    return await judgeAll(world, app, version)
  } finally {
    await app.stop()
    discard(app.dataDir)
    await call(world, 'down.sh')
  }
}

async function judgeAll(world: World, app: RunningApp, version: string): Promise<number> {
  const source = sessionFile(world)
  const id = source.split('/').at(-1)?.replace('.jsonl', '') ?? ''
  const before = hashOf(source)
  const lines = linesOf(readFileSync(source, 'utf8'))
  let failed = 0
  console.log(`Claude Code ${version}`)
  for (const cut of cutsOf(lines)) {
    const verdict = await judge(world, app, { id, source, lines, cut })
    if (!verdict.isRight) failed += 1
    console.log(`  ${verdict.isRight ? 'ok  ' : 'FAIL'} ${cut.name.padEnd(46)} ${verdict.said}`)
  }
  const isUntouched = hashOf(source) === before
  if (!isUntouched) failed += 1
  console.log(`  ${isUntouched ? 'ok  ' : 'FAIL'} the source is untouched`)
  return failed
}

async function judge(
  world: World,
  app: RunningApp,
  asked: { id: string; source: string; lines: string[]; cut: Cut },
): Promise<{ isRight: boolean; said: string }> {
  const { id, cut, lines } = asked
  const session = `claude-code:${id}`
  let fork = await post<Fork>(app, `/api/sessions/${session}/fork`, { at: cut.at })
  let end = await lineOfEvent(app, session, { seq: fork.endsAt, lines })
  let check = await resumed(world, fork.nativeId)
  let note = ''
  if (check.compactedFirst) {
    // As foretold: then the first place that is offered instead has to be exact.
    const [offered] = fork.alternatives
    if (!cut.isFull || offered === undefined) return { isRight: false, said: 'the agent compacted first' }
    note = `compacts again as foretold; offered ${offered.reason} There: `
    fork = await post<Fork>(app, `/api/sessions/${session}/fork`, { at: offered.seq })
    end = await lineOfEvent(app, session, { seq: fork.endsAt, lines })
    check = await resumed(world, fork.nativeId)
  } else if (cut.isFull) note = 'does not compact with the window it has here: '
  const reference = await referenceRequest(world, { ...asked, end })
  const { isSame, said } = await compare(world, reference, check.request)
  const listed = await untilListed(app, `claude-code:${fork.nativeId}`)
  const origin = listed?.forkOf === session ? '' : ', but is not listed as its fork'
  return { isRight: isSame && origin === '', said: `${note}${said}${origin} (line ${end + 1} of ${lines.length})` }
}

/** A scripted session of seven stages, then a turn from an earlier answer on, as a rewind makes it. */
async function madeSession(world: World): Promise<RunningApp> {
  await call(world, 'scenario', 'claude')
  const source = sessionFile(world)
  const id = source.split('/').at(-1)?.replace('.jsonl', '') ?? ''
  const said = readFileSync(source, 'utf8')
    .split('\n')
    .findLast((line) => line.includes('CONTINUED-AFTER-COMPACTION') && line.includes('"type":"assistant"'))
  const { uuid } = JSON.parse(said ?? '{}') as { uuid?: string }
  const rewound = ['-p', 'After the rewind [plan:say]', '--resume', id, '--resume-session-at', uuid ?? '']
  await call(world, 'run-claude', ...rewound)
  const app = await startApp(world.home)
  await untilIdle(app)
  return app
}

function sessionFile(world: World): string {
  const projects = join(world.home, '.claude', 'projects')
  const files = readdirSync(projects, { recursive: true, encoding: 'utf8' })
  // The first one; forks come later.
  const kept = files.filter((name) => /^[^/]+\/[^/]+\.jsonl$/.test(name)).map((name) => join(projects, name))
  const stages = readFileSync(
    join(world.scratch, 'scenario', `claude-${world.env['CLAUDE_VERSION']}`, 'stages.json'),
    'utf8',
  )
  const found = kept.find((path) => stages.includes(path.split('/').at(-1) ?? path))
  if (found === undefined) throw new Error(`The scenario left no session below ${projects}.`)
  return found
}

async function lineOfEvent(
  app: RunningApp,
  session: string,
  { seq, lines }: { seq: number; lines: string[] },
): Promise<number> {
  const { id } = await app.get<{ id: string }>(`/api/sessions/${session}/events/${seq}`)
  return lines.findIndex((line) => line.includes(`"uuid":"${id.split('#')[0] ?? id}"`))
}

async function resumed(world: World, id: string, from?: string): Promise<{ compactedFirst: boolean; request: string }> {
  const printed = await call(world, 'resume-check', 'claude', id, ...(from ? ['--from', from] : []), '--clean')
  return JSON.parse(printed) as { compactedFirst: boolean; request: string }
}

/** What the agent sends when it resumes the source as it stood at the cut. */
async function referenceRequest(
  world: World,
  { id, source, lines, cut, end }: { id: string; source: string; lines: string[]; cut: Cut; end: number },
): Promise<string> {
  const folder = join(world.scratch, 'reference')
  rmSync(folder, { recursive: true, force: true })
  cpSync(world.home, folder, { recursive: true, filter: (path) => !path.endsWith('.sock') })
  rmSync(join(folder, '.claude', 'projects'), { recursive: true })
  const path = join(folder, relative(world.home, source))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${referenceFor(lines, end, cut).join('\n')}\n`)
  return (await resumed(world, id, folder)).request
}

async function compare(world: World, one: string, other: string): Promise<{ isSame: boolean; said: string }> {
  try {
    return { isSame: true, said: (await call(world, 'same-history', one, other)).trim() }
  } catch (error) {
    return { isSame: false, said: String((error as { stdout?: string }).stdout ?? error).slice(0, 600) }
  }
}

async function untilListed(app: RunningApp, id: string): Promise<{ forkOf: string | null } | null> {
  for (let tries = 0; tries < 50; tries += 1) {
    const { items } = await app.get<{ items: { id: string; forkOf: string | null }[] }>('/api/sessions?limit=1000')
    const found = items.find((session) => session.id === id)
    if (found) return found
    await sleep(100)
  }
  return null
}

async function call(world: World, program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(join(world.tools, program), args, { env: world.env, maxBuffer: 1e8 })
  return stdout
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
