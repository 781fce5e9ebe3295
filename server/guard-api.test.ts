import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import { getGuard } from './contract/guard.ts'
import type { HookAgent } from './contract/hooks.ts'
import { runHook } from './contract/hooks.ts'
import type { LiveMessage } from './contract/live.ts'
import { listSecrets } from './contract/secrets.ts'
import type { Deps } from './deps.ts'
import { HeldBackList } from './hooks/held-back.ts'
import { line } from './ingest/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { labelOf } from './secrets/describe.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(41))
const OTHER = sampleOf('ghp_{a62:30}{crc62}', seeded(42))
const PASSWORD = ['wu7', 'Kd!', 'qP0x', 'z9'].join('')

let folder: TemporaryFolder
let app: AppUnderTest
let deps: Deps
let messages: LiveMessage[]

beforeEach(async () => {
  folder = createTemporaryFolder()
  messages = []
  const project = join(folder.path, 'home', '.claude', 'projects', '-w-app')
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 's.jsonl'), line(`export DB_PASSWORD='${PASSWORD}'`))
  app = await AppUnderTest.start(folder.path)
  deps = app.deps
  deps.live.listen((message) => messages.push(message))
  await deps.ingest.start()
  await expect.poll(() => deps.places.counts().length, { timeout: 20_000 }).toBe(1)
})

afterEach(async () => {
  await app.close()
  folder.remove()
})

async function hook(input: object, agent: HookAgent = 'claude-code'): Promise<Record<string, unknown> | null> {
  const payload = { agent, input: { session_id: 'x', ...input } }
  const answer = await app.ask('/api/hooks/run', { method: 'POST', payload })
  expect(answer.statusCode, answer.body).toBe(200)
  for (const value of [TOKEN, OTHER, PASSWORD]) expect(answer.body).not.toContain(value)
  return runHook.reply.parse(answer.json()).output
}

/** The thread starts with the first text, which is not waited for longer than an agent would. */
async function ready(): Promise<void> {
  await expect.poll(() => prompt(TOKEN), { timeout: 20_000 }).not.toBeNull()
}

const prompt = (text: string, agent?: HookAgent) => hook({ hook_event_name: 'UserPromptSubmit', prompt: text }, agent)
const toolCall = (tool: string, input: unknown, agent?: HookAgent) =>
  hook({ hook_event_name: 'PreToolUse', tool_name: tool, tool_input: input }, agent)

async function report() {
  return getGuard.reply.parse((await app.ask('/api/guard')).json())
}

async function put(url: string, payload: object): Promise<void> {
  const answer = await app.ask(url, { method: 'PUT', payload })
  expect(answer.statusCode, answer.body).toBe(200)
}

test('a prompt that carries a secret is held back with a sentence, told and counted; a clean one passes', async () => {
  await ready()
  const before = await report()

  expect(await prompt('Say hello')).toBeNull()
  expect(await prompt(`Push it\nwith ${OTHER} please`)).toEqual({
    decision: 'block',
    reason:
      'Lossless held this prompt back, because it carries a secret (GitHub personal access token, line 2). Take the value out and send it again. To send it as it is, let it through in Lossless (Settings, Guard) first.',
    hookSpecificOutput: { hookEventName: 'UserPromptSubmit', suppressOriginalPrompt: true },
  })

  const after = await report()
  expect(after.prompts).toBe(before.prompts + 1)
  expect(after.items[0]).toMatchObject({
    kind: 'github-pat',
    label: 'GitHub personal access token',
    agent: 'claude-code',
    tool: null,
    times: 1,
    isLetThrough: false,
  })
  const told = { kind: 'held-back', agent: 'claude-code', tool: null, labels: ['GitHub personal access token'] }
  expect(messages.at(-1)).toMatchObject(told)
  for (const text of [app.log, JSON.stringify(after), JSON.stringify(messages)]) expect(text).not.toContain(OTHER)
})

test('Codex is told in the shape that it takes', async () => {
  await ready()

  expect(Object.keys((await prompt(`Push with ${TOKEN}`, 'codex')) ?? {})).toEqual(['decision', 'reason'])
  expect(await toolCall('Bash', { command: `curl -H 'Authorization: Bearer ${TOKEN}' http://x` }, 'codex')).toEqual({
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: expect.stringContaining('GitHub personal access token in “command”') as string,
    },
  })
})

test('a value that a session is known to hold is held back without anything beside it that tells', async () => {
  await ready()

  await expect.poll(() => prompt(`look at ${PASSWORD} again`), { timeout: 20_000 }).not.toBeNull()
  expect(await toolCall('Grep', { pattern: PASSWORD })).not.toBeNull()
})

test('tools of an agent that edit may keep what stands there; tools of others may not', async () => {
  await ready()
  const edit = { file_path: '/w/a.ts', old_string: `a ${TOKEN}`, new_string: `b ${TOKEN}` }

  expect(await toolCall('Edit', edit)).toBeNull()
  expect(await toolCall('Write', { file_path: '/w/.env', content: `A=${TOKEN}` })).toBeNull()
  expect(await toolCall('mcp__git__put', { path: '.env', content: `A=${TOKEN}` })).not.toBeNull()
  expect(await toolCall('Write', { file_path: '/w/a.ts', content: `A=${TOKEN}` })).not.toBeNull()
})

test('what is let through passes until it is not any more', async () => {
  await ready()
  await prompt(`Push with ${OTHER}`)
  const [item] = (await report()).items

  await put(`/api/guard/${item?.id}`, { isLetThrough: true })
  expect(await prompt(`Push with ${OTHER}`)).toBeNull()
  expect(await prompt(`Push with ${OTHER} and ${TOKEN}`)).toMatchObject({
    reason: expect.stringContaining('a secret (GitHub') as string,
  })
  await put(`/api/guard/${item?.id}`, { isLetThrough: false })
  expect(await prompt(`Push with ${OTHER}`)).not.toBeNull()
  expect((await app.ask('/api/guard/999', { method: 'PUT', payload: { isLetThrough: true } })).statusCode).toBe(404)
})

test('a secret that is ignored passes', async () => {
  await ready()
  await expect.poll(() => prompt(`look at ${PASSWORD} again`), { timeout: 20_000 }).not.toBeNull()
  const { items } = listSecrets.reply.parse((await app.ask('/api/secrets')).json())

  await put(`/api/secrets/${items[0]?.id}/state`, { state: 'ignored', reason: 'Of a test' })
  expect(await prompt(`look at ${PASSWORD} again`)).toBeNull()
})

test('what is too large passes and is counted', async () => {
  await ready()
  const before = await report()

  expect(await prompt(`${'word '.repeat(250_000)}${TOKEN}`)).toBeNull()
  expect((await report()).unchecked).toBe(before.unchecked + 1)
})

test('counts and what is let through outlive a start', async () => {
  await ready()
  const [item] = (await report()).items
  await put(`/api/guard/${item?.id}`, { isLetThrough: true })
  const before = await report()

  expect(new HeldBackList(deps.vaultNotes, labelOf).report()).toEqual(before)
})
