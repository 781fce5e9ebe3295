import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Session } from '../server/contract/session.ts'
import type { Event } from '../server/contract/event.ts'
import type { CodeFile } from '../server/contract/replay.ts'
import { AgentWorld, Checks, type Client } from './support/agent-world.ts'

/*
 * The code that is shown at each step of a session of a real agent, beside the files that stood on the disk while it ran:
 *   npm run bench -- agent-code --agent FOLDER [--clients claude,codex,gemini]
 * FOLDER holds the programs that run real agents offline (scenario). The project's folder is looked at all the time while the
 * agent works. After each step, what is shown must be how the disk stood at some moment, never at an earlier one than for
 * the step before, and after the last step how it stood at the end.
 */

const { values } = parseArgs({
  options: { agent: { type: 'string' }, clients: { type: 'string', default: 'claude,codex,gemini' } },
})
const CLIENTS = ['claude', 'codex', 'gemini'] as const

/** Hashes of the files of a folder, by their paths below it. */
type Disk = ReadonlyMap<string, string>

if (values.agent === undefined || !existsSync(join(values.agent, 'scenario'))) {
  console.log('Skipped: --agent has to name a folder with the programs that run real agents offline.')
} else {
  const checks = new Checks()
  for (const client of CLIENTS.filter((one) => values.clients.split(',').includes(one)))
    await judge(values.agent, client, checks)
  process.exitCode = checks.areAllHeld ? 0 : 1
}

async function judge(tools: string, client: Client, checks: Checks): Promise<void> {
  const world = new AgentWorld(tools, client, undefined)
  await world.up()
  // Sessions of another agent in the same folder would count, and nobody saw how their files went.
  await world.tool('fresh', 'all')
  try {
    const { id, disks } = await watched(world, client)
    await world.withServer(async () => {
      const session = await sessionOf(world, id)
      const steps = await stepsOf(world, session)
      const shown = await shownAfter(world, session, steps)
      const paths = new Set(shown.flatMap(({ disk }) => [...disk.keys()]))
      const stood = disks.map((disk) => new Map([...disk].filter(([path]) => paths.has(path))))
      let at = 0
      const wrong: string[] = []
      for (const { seq, disk } of shown) {
        const found = stood.findIndex((one, index) => index >= at && isSame(one, disk))
        if (found < 0) wrong.push(`${seq}: ${[...disk.keys()].join(' ')}`)
        else at = found
      }
      const isExact = shown.every((one) => one.isExact)
      const last = stood.at(-1)
      checks.add(
        `${client}: what is shown stood on the disk, in order`,
        wrong.length === 0,
        `${steps.length - wrong.length} of ${steps.length} steps, ${disks.length} states of the disk${wrong.length > 0 ? `; not after ${wrong.join(', ')}` : ''}`,
      )
      checks.add(
        `${client}: at the end it is what stands there`,
        last !== undefined && shown.at(-1) !== undefined && isSame(last, shown.at(-1)?.disk ?? new Map()),
      )
      console.log(`       every file ${isExact ? 'is' : 'is not'} called exact at every step`)
    })
  } finally {
    await world.down()
  }
}

interface Shown {
  seq: number
  disk: Disk
  isExact: boolean
}

/** The files inside the project as they are shown after each step. */
async function shownAfter(world: AgentWorld, session: Session, steps: readonly number[]): Promise<Shown[]> {
  const shown: Shown[] = []
  for (const seq of steps) {
    const { files } = (await world.api('GET', `${pathOf(session)}/code?at=${seq}`)) as { files: CodeFile[] }
    const inside = files.filter(({ path }) => !path.startsWith('/'))
    const present = inside.filter(({ state }) => state === 'present')
    shown.push({
      seq,
      disk: new Map(present.map(({ path, sha256 }) => [path, sha256 ?? ''])),
      isExact: inside.every(({ confidence }) => confidence === 'exact'),
    })
  }
  return shown
}

/** Runs the whole scenario; returns how the project's folder stood, each state once. */
async function watched(world: AgentWorld, client: Client): Promise<{ id: string; disks: Disk[] }> {
  const folder = process.env['AGENTS_APP'] ?? join(world.scratch, 'app')
  const disks: Disk[] = []
  let isDone = false
  const look = (): void => {
    const disk = diskOf(folder)
    const before = disks.at(-1)
    if (before === undefined || !isSame(before, disk)) disks.push(disk)
  }
  const ran = world.tool('scenario', client).finally(() => (isDone = true))
  while (!isDone) {
    look()
    await sleep(5)
  }
  look()
  const { stdout } = await ran
  return { id: /^session (\S+)/m.exec(stdout)?.[1] ?? '', disks: disks.slice(firstEmpty(disks)) }
}

/** What an earlier run left is not of this one. */
function firstEmpty(disks: readonly Disk[]): number {
  return Math.max(
    0,
    disks.findIndex((disk) => disk.size === 0),
  )
}

function diskOf(folder: string): Disk {
  return new Map(
    filesOf(folder).flatMap((path) => {
      try {
        return [[relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')]]
      } catch {
        // It went while it was looked at: the next look tells.
        return []
      }
    }),
  )
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (entry.name === '.git') return []
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesOf(path) : [path]
    })
  } catch {
    return []
  }
}

function isSame(one: Disk, other: Disk): boolean {
  return one.size === other.size && [...one].every(([path, hash]) => other.get(path) === hash)
}

/** The session with this id of the agent, or with the beginning of it, once all is read. */
async function sessionOf(world: AgentWorld, id: string): Promise<Session> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { ingest } = (await world.api('GET', '/api/health')) as { ingest: { state: string } }
    const { items } = (await world.api('GET', '/api/sessions?limit=1000')) as { items: Session[] }
    const found = items.find(({ nativeId }) => id.startsWith(nativeId))
    if (ingest.state === 'idle' && found) return found
    await sleep(200)
  }
  throw new Error(`The session ${id} was not read.`)
}

/** Events after which the code may be another: results of tools, and the last event. */
async function stepsOf(world: AgentWorld, session: Session): Promise<number[]> {
  const seqs: number[] = []
  let last = 0
  for (let after = -1; after < session.events - 1; after = last) {
    const { items } = (await world.api('GET', `${pathOf(session)}/events?after=${after}&limit=1000`)) as {
      items: Event[]
    }
    if (items.length === 0) break
    for (const { seq, kind } of items) {
      if (kind === 'tool_result') seqs.push(seq)
      last = seq
    }
  }
  return [...seqs, last]
}

function pathOf({ id }: Session): string {
  return `/api/sessions/${encodeURIComponent(id)}`
}
