import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedactionFile } from '../../server/contract/redactions.ts'
import { sampleOf } from '../../server/redaction/sample.ts'
import { AgentWorld, Checks, type Client } from './agent-world.ts'

interface Resumed {
  ok: boolean
  parts: number
  turns: number
  request: string
}

interface Redacted {
  applied: boolean
  files: RedactionFile[]
  preview: { secrets: { placeholder: string; kind: string; isTakenOut: boolean }[] }
}

/** A file that was written within this time is refused, in milliseconds. */
const QUIET = 4000

/**
 * A session of the real agent, with tool calls, failures and a compaction, into which secrets are typed; then these are
 * taken out of its files and of what is kept, and the agent resumes it. Prints what holds; false when something does not.
 */
export async function judgeRedactedResume(tools: string, client: Client, random: () => number): Promise<boolean> {
  console.log(`\n${client}`)
  const checks = new Checks()
  const world = new AgentWorld(tools, client, undefined)
  const token = sampleOf('ghp_{a62:30}{crc62}', random)
  const password = `${sampleOf('{a62:5}', random)}!${sampleOf('{a62:8}', random)}#7`
  const encoded = Buffer.from(`GITHUB_TOKEN=${token}\nPORT=8080\n`).toString('base64')
  const values = [token, password, encoded]
  await world.up()
  try {
    const { stdout } = await world.tool('scenario', client)
    const id = /^session (\S+)/m.exec(stdout)?.[1] ?? ''
    await world.agent('--resume', id, '-p', `Deploy with export GITHUB_TOKEN=${token} and say something [plan:say]`)
    const second = `export DB_PASSWORD='${password}' then base64 ${encoded}, and ${token} once more [plan:say]`
    await world.agent('--resume', id, '-p', second)
    const before = await resumed(world, client, id)
    checks.add('the agent resumes the session before', before.ok, `${before.parts} parts, ${before.turns} turns`)
    checks.add(
      'and sends the secrets',
      values.every((value) => sent(before).includes(value)),
    )
    await sleep(QUIET)

    await world.withServer(async () => {
      const sessions = await listed(world, id)
      const body = { sessions, scopes: ['own', 'kept'], before: 'none', skipRefused: true }
      const reply = (await world.api('POST', '/api/redactions', body)) as Redacted
      const refused = reply.files.filter(({ action }) => action === 'refused')
      checks.add('the session is redacted', reply.applied, `${sessions.length} session, ${reply.files.length} files`)
      checks.add('no file is refused', refused.length === 0, refused.map(({ reason }) => reason).join(' '))
    })
    const left = filesWith(world.home, values)
    const databases = left.filter((path) => /\.(?:sqlite|db)(?:-wal|-shm)?$/.test(path))
    checks.add('no session file of the agent has a value', left.length === databases.length, left.join(' '))
    // They are not sessions that are kept: a report names them, a redaction leaves them alone.
    if (databases.length > 0) console.log(`Values also stand in ${databases.join(' ')}`)
    const kept = filesWith(world.dataDir, values)
    checks.add('no file of ours has one', kept.length === 0, kept.join(' '))

    const after = await resumed(world, client, id)
    checks.add('the agent resumes the session after', after.ok, `${after.parts} parts, ${after.turns} turns`)
    checks.add('with as many parts and turns', after.parts === before.parts && after.turns === before.turns)
    checks.add('without a value', !values.some((value) => sent(after).includes(value)))
    checks.add('with marks in their places', /\[REDACTED:github-pat:[A-Z2-7]{4}\]/.test(sent(after)))
  } finally {
    await world.down()
  }
  return checks.areAllHeld
}

async function resumed(world: AgentWorld, client: Client, id: string): Promise<Resumed> {
  const { stdout } = await world.tool('resume-check', client, id, '--clean')
  return JSON.parse(stdout) as Resumed
}

/** What the agent sent, as it reads: strings without their escapes. */
function sent({ request }: Resumed): string {
  const texts: string[] = []
  JSON.parse(readFileSync(request, 'utf8'), (_, value: unknown) => {
    if (typeof value === 'string') texts.push(value)
    return value
  })
  return texts.join('\n')
}

/** Ids of the sessions that the agent's id names, once all is read. */
async function listed(world: AgentWorld, id: string): Promise<string[]> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { ingest } = (await world.api('GET', '/api/health')) as { ingest: { state: string; sourcesTotal: number } }
    const { items } = (await world.api('GET', '/api/sessions?limit=1000')) as {
      items: { id: string; nativeId: string }[]
    }
    // Some agents name their files with the beginning of the id only.
    const found = items.flatMap((session) => (id.startsWith(session.nativeId) ? [session.id] : []))
    if (ingest.state === 'idle' && found.length > 0) return found
    await sleep(200)
  }
  throw new Error(`The session ${id} was not read.`)
}

function filesWith(folder: string, values: readonly string[]): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)
    .filter((path) => {
      const text = readFileSync(path, 'latin1')
      return values.some((value) => text.includes(value))
    })
}
