import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { discard, post, type RunningApp, startApp, untilIdle } from './support/app.ts'

/*
 * Restores of a session that the real Claude Code wrote, judged by the real Claude Code: the bytes and their mode have to
 * be what they were, and what it sends to the API when it resumes has to be what it sent before.
 *   npm run bench -- restore --agent FOLDER [--versions 2.1.330,2.1.197] [--scratch DIR]
 * FOLDER holds the programs that run real agents offline (scenario, resume-check).
 */

const { values } = parseArgs({
  options: {
    agent: { type: 'string' },
    versions: { type: 'string', default: '2.1.330,2.1.197' },
    scratch: { type: 'string', default: '/tmp/lossless-bench-restore' },
  },
})
const run = promisify(execFile)

/** What happened to the file. */
interface Harm {
  name: string
  to(path: string): void
}

const harms: Harm[] = [
  { name: 'deleted', to: (path) => rmSync(path) },
  { name: 'emptied', to: (path) => truncateSync(path, 0) },
  { name: 'cut in the middle', to: (path) => truncateSync(path, Math.floor(statSync(path).size / 2)) },
  { name: 'cut in its last line', to: (path) => truncateSync(path, statSync(path).size - 20) },
  {
    name: 'replaced by a stub',
    to: (path) => writeFileSync(path, '{"type":"summary","summary":"x","leafUuid":"y"}\n'),
  },
  { name: 'rewritten with half of its records', to: rewrite },
]

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
}

/** A session's file, and what is true of it while nothing is lost. */
interface Original {
  id: string
  path: string
  sha256: string
  mode: number
  /** Of what the agent sends when it resumes. */
  digest: string
}

/** Returns how many restores did not hold. */
async function judgeVersion(tools: string, version: string): Promise<number> {
  const scratch = join(values.scratch, version)
  mkdirSync(scratch, { recursive: true })
  const env = { ...process.env, AGENTS_SCRATCH: scratch, CLAUDE_VERSION: version }
  const world: World = { tools, env, home: join(scratch, 'home') }
  await call(world, 'install.sh', `claude@${version}`)
  await call(world, 'up.sh')
  const id = /^session (\S+)/m.exec(await call(world, 'scenario', 'claude'))?.[1] ?? ''
  const app = await startApp(world.home)
  try {
    await untilIdle(app)
    return await judgeAll(world, app, { id, version })
  } finally {
    await app.stop()
    discard(app.dataDir)
    await call(world, 'down.sh')
  }
}

async function judgeAll(
  world: World,
  app: RunningApp,
  { id, version }: { id: string; version: string },
): Promise<number> {
  const original = await lookAt(world, id)
  const snapshot = await post<{ id: number }>(app, '/api/snapshots', { scope: { sessions: [`claude-code:${id}`] } })
  console.log(`Claude Code ${version}`)
  let failed = 0
  for (const harm of harms) {
    for (const way of ['session', 'snapshot'] as const) {
      const path =
        way === 'session' ? `/api/sessions/claude-code:${id}/restore` : `/api/snapshots/${snapshot.id}/restore`
      const said = await judge(world, app, { original, harm, path })
      if (said !== null) failed += 1
      console.log(
        `  ${said === null ? 'ok  ' : 'FAIL'} ${harm.name}, restored by ${way}${said === null ? '' : `: ${said}`}`,
      )
    }
  }
  return failed
}

/** Null when the restore holds, else what is wrong with it. */
async function judge(
  world: World,
  app: RunningApp,
  { original, harm, path }: { original: Original; harm: Harm; path: string },
): Promise<string | null> {
  harm.to(original.path)
  const harmed = hashOf(original.path)
  const first = await post<Reply>(app, path, {})
  if (!first.applied || first.changeId === null) return JSON.stringify(first.files)
  await post(app, `/api/changes/${first.changeId}/undo`, {})
  if (hashOf(original.path) !== harmed) return 'undo did not bring back what was there before'
  const { applied, files } = await post<Reply>(app, path, {})
  if (!applied) return JSON.stringify(files)
  if (hashOf(original.path) !== original.sha256) return 'the bytes differ'
  if ((statSync(original.path).mode & 0o7777) !== original.mode) return 'the mode differs'
  return (await digestOf(world, original.id)) === original.digest ? null : 'the agent tells another history'
}

interface Reply {
  applied: boolean
  changeId: number | null
  files: unknown[]
}

async function lookAt(world: World, id: string): Promise<Original> {
  const projects = join(world.home, '.claude', 'projects')
  const name = readdirSync(projects, { recursive: true, encoding: 'utf8' }).find((one) => one.endsWith(`${id}.jsonl`))
  if (name === undefined) throw new Error(`The scenario left no session below ${projects}.`)
  const path = join(projects, name)
  return { id, path, sha256: hashOf(path), mode: statSync(path).mode & 0o7777, digest: await digestOf(world, id) }
}

function rewrite(path: string): void {
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, `${lines.filter((_, n) => n % 2 === 0).join('\n')}\n`)
}

function hashOf(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'nothing'
}

async function digestOf(world: World, id: string): Promise<string> {
  const { ok, digest } = JSON.parse(await call(world, 'resume-check', 'claude', id)) as { ok: boolean; digest: string }
  return ok ? digest : 'the agent did not resume'
}

async function call(world: World, program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(join(world.tools, program), args, { env: world.env, maxBuffer: 1e8 })
  return stdout
}
