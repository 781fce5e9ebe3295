import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { Checks } from './support/agent-world.ts'
import { discard, post, type RunningApp, startApp, untilIdle } from './support/app.ts'

/*
 * Forks and restores of sessions that the real Codex wrote, judged by the real Codex: what it sends to the API when it resumes
 * a fork, with nothing but the fork in its folder, has to be what it sends when it resumes the session as it stood at that event.
 *   npm run bench -- codex --agent FOLDER [--versions 0.169.0,0.118.0] [--scratch DIR]
 * FOLDER holds the programs that run real agents offline (scenario, run-codex, resume-check, same-history).
 */

const { values } = parseArgs({
  options: {
    agent: { type: 'string' },
    versions: { type: 'string', default: '0.169.0,0.118.0' },
    scratch: { type: 'string', default: '/tmp/lossless-bench-codex' },
  },
})
const run = promisify(execFile)
const CUTS = 10

interface World {
  tools: string
  env: NodeJS.ProcessEnv
  home: string
  scratch: string
}

/** A rollout that the agent wrote, with those that it goes on from. */
interface Rollout {
  id: string
  path: string
  bases: string[]
}

interface Fork {
  nativeId: string
  path: string
  endsAt: number
  warnings: string[]
}

if (values.agent === undefined || !existsSync(join(values.agent, 'resume-check'))) {
  console.log('Skipped: --agent has to name a folder with the programs that run real agents offline.')
} else {
  const checks = new Checks()
  for (const version of values.versions.split(',')) await judgeVersion(values.agent, version, checks)
  process.exitCode = checks.areAllHeld ? 0 : 1
}

async function judgeVersion(tools: string, version: string, checks: Checks): Promise<void> {
  const scratch = join(values.scratch, version)
  mkdirSync(scratch, { recursive: true })
  const env = { ...process.env, AGENTS_SCRATCH: scratch, CODEX_VERSION: version }
  const world: World = { tools, env, home: join(scratch, 'home'), scratch }
  await call(world, 'install.sh', `codex@${version}`)
  await call(world, 'up.sh')
  const id = /^session (\S+)/m.exec(await call(world, 'scenario', 'codex'))?.[1] ?? ''
  const chain = version === '0.118.0' ? null : await forkedTwice(world, id)
  const app = await startApp(world.home)
  try {
    await untilIdle(app)
    await judgeForks(world, app, { rollout: rolloutOf(world, id), name: `Codex ${version}`, checks })
    if (chain !== null)
      await judgeForks(world, app, { rollout: chain, name: `Codex ${version}, a chain of forks`, checks })
    await judgeRestore(world, app, { id, name: `Codex ${version}`, checks })
  } finally {
    await app.stop()
    discard(app.dataDir)
    await call(world, 'down.sh')
  }
}

/** The agent's own fork of its own fork; newer versions refer to the session that they go on from. */
async function forkedTwice(world: World, id: string): Promise<Rollout> {
  const first = await forked(world, id, 'On another way [plan:build]')
  const second = await forked(world, first, 'And further [plan:more][usage:5000]')
  const bases = [first, id].map((one) => rolloutOf(world, one).path)
  return { ...rolloutOf(world, second), bases }
}

async function forked(world: World, id: string, prompt: string): Promise<string> {
  const before = new Set(rollouts(world))
  await call(world, 'run-codex', '-p', prompt, 'fork', id)
  const [made, ...more] = rollouts(world).filter((path) => !before.has(path))
  if (made === undefined || more.length > 0) throw new Error('The agent was to make one fork.')
  return idIn(made)
}

async function judgeForks(
  world: World,
  app: RunningApp,
  { rollout, name, checks }: { rollout: Rollout; name: string; checks: Checks },
): Promise<void> {
  const before = hashOf(rollout.path)
  let judged = 0
  for (const seq of await cutsOf(app, rollout.id)) {
    if (judged === CUTS) break
    const fork = await post<Fork>(app, `/api/sessions/codex:${rollout.id}/fork`, { at: seq })
    // At this moment calls were open: what the agent makes of them is its own.
    if (fork.warnings.length > 0) continue
    judged += 1
    const said = await judge(world, { rollout, fork })
    checks.add(`${name}: a fork that ends at event ${fork.endsAt}`, said.isSame, said.text)
  }
  checks.add(`${name}: forks at ${CUTS} events`, judged === CUTS, String(judged))
  checks.add(`${name}: the source is untouched`, hashOf(rollout.path) === before)
}

/** Events all over a session, more of them than are needed. */
async function cutsOf(app: RunningApp, id: string): Promise<number[]> {
  const { items } = await app.get<{ items: { seq: number; kind: string }[] }>(
    `/api/sessions/codex:${id}/events?limit=500`,
  )
  const all = items.filter(({ kind }) => ['prompt', 'answer', 'tool_result', 'compaction'].includes(kind))
  const wanted = Array.from({ length: CUTS }, (_, index) => Math.floor(((index + 1) * all.length) / CUTS) - 1)
  const first = all.filter((_, index) => wanted.includes(index))
  const others = all.filter((_, index) => !wanted.includes(index))
  return [...first, ...others].map(({ seq }) => seq)
}

async function judge(
  world: World,
  { rollout, fork }: { rollout: Rollout; fork: Fork },
): Promise<{ isSame: boolean; text: string }> {
  const files = [rollout.path, ...rollout.bases]
  const last = linesOf(fork.path).at(-1) ?? ''
  // What a session goes on from can be cut as well: then it is judged by the session that was first to have the event.
  const at = files.findIndex((path) => linesOf(path).some((line) => alike(line) === alike(last)))
  const [path = rollout.path, ...bases] = files.slice(Math.max(0, at))
  const own = linesOf(path)
  const end = own.findLastIndex((line) => alike(line) === alike(last)) + 1
  const reference = await resumed(world, idIn(path), [
    { path, bytes: Buffer.from(`${own.slice(0, end).join('\n')}\n`) },
    ...bases.map((base) => ({ path: base, bytes: readFileSync(base) })),
  ])
  const judged = await resumed(world, fork.nativeId, [{ path: fork.path, bytes: readFileSync(fork.path) }])
  try {
    const said = (await call(world, 'same-history', reference, judged)).trim()
    return { isSame: true, text: `${said}, line ${end} of ${own.length}${at > 0 ? ' of what it goes on from' : ''}` }
  } catch (error) {
    return { isSame: false, text: String((error as { stdout?: string }).stdout ?? error).slice(0, 600) }
  }
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n')
}

/** A line without what is another one in a fork: its number and ids of sessions. */
function alike(line: string): string {
  return line
    .replace(/^(\{"timestamp":"[^"]*"),"ordinal":\d+/, '$1')
    .replace(/"(thread_id|session_id)":"[0-9a-f-]{36}"/g, '')
}

/** What the agent sends when it resumes a session with nothing but these rollouts in its folder, and no database of them. */
async function resumed(world: World, id: string, files: { path: string; bytes: Uint8Array }[]): Promise<string> {
  const folder = join(world.scratch, 'alone')
  rmSync(folder, { recursive: true, force: true })
  const isLeftOut = (path: string) =>
    /\.sock$|\.sqlite(?:-\w+)?$|session_index\.jsonl$|\/\.codex\/(?:sessions|archived_sessions)$/.test(path)
  cpSync(world.home, folder, { recursive: true, filter: (path) => !isLeftOut(path) })
  for (const { path, bytes } of files) {
    const place = join(folder, relative(world.home, path))
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, bytes)
  }
  const printed = await call(world, 'resume-check', 'codex', id, '--from', folder, '--clean')
  return (JSON.parse(printed) as { request: string }).request
}

/** Deletes the session's file and has it put back, once by its session and once by a snapshot. */
async function judgeRestore(
  world: World,
  app: RunningApp,
  { id, name, checks }: { id: string; name: string; checks: Checks },
): Promise<void> {
  const { path } = rolloutOf(world, id)
  const before = { hash: hashOf(path), digest: await digestOf(world, id) }
  const snapshot = await post<{ id: number }>(app, '/api/snapshots', { scope: { sessions: [`codex:${id}`] } })
  for (const [way, route] of [
    ['session', `/api/sessions/codex:${id}/restore`],
    ['snapshot', `/api/snapshots/${snapshot.id}/restore`],
  ] as const) {
    rmSync(path)
    const { applied } = await post<{ applied: boolean }>(app, route, {})
    const isSame = applied && hashOf(path) === before.hash
    checks.add(`${name}: restored by ${way} after deletion, byte for byte`, isSame)
    checks.add(`${name}: and resumed with the same history`, isSame && (await digestOf(world, id)) === before.digest)
  }
}

async function digestOf(world: World, id: string): Promise<string> {
  return (JSON.parse(await call(world, 'resume-check', 'codex', id)) as { digest: string }).digest
}

function rollouts(world: World): string[] {
  const folder = join(world.home, '.codex', 'sessions')
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  return names.filter((one) => /rollout-[^/]*\.jsonl$/.test(one)).map((one) => join(folder, one))
}

function rolloutOf(world: World, id: string): Rollout {
  const path = rollouts(world).find((one) => one.endsWith(`${id}.jsonl`))
  if (path === undefined) throw new Error(`The agent left no session ${id}.`)
  return { id, path, bases: [] }
}

function idIn(path: string): string {
  return /([0-9a-f-]{36})\.jsonl$/.exec(path)?.[1] ?? ''
}

async function call(world: World, program: string, ...args: string[]): Promise<string> {
  const running = run(join(world.tools, program), args, { env: world.env, maxBuffer: 1e8 })
  running.child.stdin?.end()
  return (await running).stdout
}

function hashOf(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'nothing'
}
