import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runLine, startTestServer, type Ran, type TestServer } from './testing.ts'

const fixtures = fileURLToPath(new URL('../adapters/claude-code/fixtures/home', import.meta.url))
const session = '11111111-aaaa-4aaa-8aaa-111111111111'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer(fixtures)
}, 60_000)
afterAll(async () => {
  await server.close()
})

function run(...argv: string[]): Promise<Ran> {
  return runLine([...argv, '--data', server.dataDir])
}

function file(): string {
  return join(server.homeDir, '.claude/projects/-w-app', `${session}.jsonl`)
}

interface Plan {
  files: { path: string; action: string }[]
  applied: boolean
  changeId: number | null
}

test('a snapshot of everything is taken, listed, and what it holds comes back after a loss', async () => {
  const taken = JSON.parse((await run('snapshot', '--label', 'before', '--json')).out) as {
    id: number
    sources: number
  }
  expect(taken.sources).toBeGreaterThan(3)
  expect((await run('snapshot', '--list')).out).toMatch(new RegExp(`^ *${taken.id}  .*manual .*before$`, 'm'))

  const kept = readFileSync(file())
  rmSync(file())
  const planned = await run('restore', String(taken.id), '--session', session, '--dry-run', '--json')
  expect(planned.code).toBe(0)
  const plan = JSON.parse(planned.out) as Plan
  expect(plan.applied).toBe(false)
  expect(plan.files.find(({ path }) => path === file())?.action).toBe('create')
  expect(existsSync(file())).toBe(false)

  const asked = await run('restore', String(taken.id), '--session', session)
  expect(asked.code).toBe(4)
  expect(asked.err).toContain('Give --yes')
  expect(existsSync(file())).toBe(false)

  const done = JSON.parse((await run('restore', String(taken.id), '--session', session, '--yes', '--json')).out) as Plan
  expect(done.applied).toBe(true)
  expect(readFileSync(file()).equals(kept)).toBe(true)

  expect((await run('restore', '--undo', String(done.changeId), '--yes')).code).toBe(0)
  expect(existsSync(file())).toBe(false)
  expect((await run('restore', session, '--yes')).out).toContain('1 file was written. “lossless restore --undo')
  expect(readFileSync(file()).equals(kept)).toBe(true)
})

test('a place where nothing can be written is refused with 4, and nothing is changed', async () => {
  const blocked = join(server.folder.path, 'blocked')
  writeFileSync(blocked, 'a file, not a folder')
  const { code, out } = await run('restore', session, '--to', blocked, '--yes')
  expect(code).toBe(4)
  expect(out).toContain('refused')
  expect(readFileSync(blocked, 'utf8')).toBe('a file, not a folder')
})

test('a snapshot of a scope takes only one kind of it', async () => {
  const { err, code } = await run('snapshot', '--session', session, '--project', '/w/app')
  expect(code).toBe(2)
  expect(err).toContain('only one of --all, --session and --project')
  const one = JSON.parse((await run('snapshot', '--session', session, '--json')).out) as { scope: unknown }
  expect(one.scope).toEqual({ sessions: [`claude-code:${session}`] })
})

test('a fork is written where the agent finds it, and says how it is resumed', async () => {
  expect((await run('fork', session)).err).toContain('either --at or --before-compaction')
  const dry = JSON.parse((await run('fork', session, '--before-compaction', '--dry-run', '--json')).out) as {
    path: string
    changeId: number | null
  }
  expect(dry.changeId).toBeNull()
  expect(existsSync(dry.path)).toBe(false)

  const { code, out } = await run('fork', session, '--before-compaction')
  expect(code).toBe(0)
  const path = /^Wrote (\S+\.jsonl) \(/m.exec(out)?.[1] ?? ''
  expect(path.startsWith(join(server.homeDir, '.claude/projects/'))).toBe(true)
  expect(existsSync(path)).toBe(true)
  expect(out).toContain('claude --resume')
})

test('a brief is Markdown within its budget, printed or written into a file', async () => {
  const { code, out } = await run('brief', session, '--budget', '500')
  expect(code).toBe(0)
  expect(out).toContain('#')
  const target = join(server.folder.path, 'brief.md')
  expect((await run('brief', session, '--budget', '500', '--out', target)).out).toContain(`Wrote ${target} (`)
  expect(readFileSync(target, 'utf8')).toBe(out)
  expect((await run('brief', session, '--budget', '5')).code).toBe(2)
})

test('a sound vault is verified with 0', async () => {
  const { code, out } = await run('verify')
  expect(out).toMatch(/^\S+ \S+ in \d+ files were read: every byte is as it was kept\.$/m)
  expect(code).toBe(0)
})
