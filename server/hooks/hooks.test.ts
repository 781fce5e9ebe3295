import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOutsideBench, type OutsideBench } from '../outside/testing.ts'
import { Hooks } from './hooks.ts'

let bench: OutsideBench
let causes: string[]

beforeEach(() => {
  bench = createOutsideBench()
  causes = []
})
afterEach(() => bench.close())

function hooksOf(script = '/opt/lossless/scripts/lossless.mjs'): Hooks {
  return new Hooks({
    host: { homeDir: bench.root, env: {}, platform: 'linux' },
    command: { node: '/usr/bin/node', script, dataDir: bench.dataDir, platform: 'linux' },
    outside: bench.outside,
    snapshot: async (cause) => causes.push(cause),
  })
}

const settingsFile = () => bench.at('.claude/settings.json')

function writeSettings(text: string): void {
  mkdirSync(dirname(settingsFile()), { recursive: true })
  writeFileSync(settingsFile(), text)
}

async function statesOf(hooks: Hooks, agent: string): Promise<Record<string, string>> {
  const state = (await hooks.list()).find((one) => one.agent === agent)
  return Object.fromEntries(state?.features.map(({ feature, state: standing }) => [feature, standing]) ?? [])
}

const mine = '{\n  "model": "opus"\n}\n'

test('a plan shows the change as a diff and changes nothing', async () => {
  writeSettings(mine)
  const { files, applied, changeId } = await hooksOf().put('claude-code', ['brief'], { dryRun: true })

  expect({ applied, changeId }).toEqual({ applied: false, changeId: null })
  expect(files).toHaveLength(1)
  expect(files[0]).toMatchObject({ path: settingsFile(), action: 'replace', bytesBefore: 22 })
  expect(files[0]?.patch).toContain('+    "SessionStart": [')
  expect(readFileSync(settingsFile(), 'utf8')).toBe(mine)
  expect(causes).toEqual([])
})

test('installed features show as installed, and undo gives the bytes and the mode back', async () => {
  writeSettings(mine)
  chmodSync(settingsFile(), 0o640)
  const hooks = hooksOf()
  const done = await hooks.put('claude-code', ['brief', 'snapshot', 'statusline'], { dryRun: false })

  expect(done.applied).toBe(true)
  expect(await statesOf(hooks, 'claude-code')).toEqual({
    brief: 'installed',
    snapshot: 'installed',
    statusline: 'installed',
    'guard-prompts': 'absent',
    'guard-tools': 'absent',
  })
  expect(causes).toEqual(['The hooks of Claude Code are changed.'])
  expect(statSync(settingsFile()).mode & 0o777).toBe(0o640)

  await bench.outside.undo(done.changeId ?? 0, { dryRun: false })
  expect(readFileSync(settingsFile(), 'utf8')).toBe(mine)
  expect(statSync(settingsFile()).mode & 0o777).toBe(0o640)
})

test('exactly the features that are asked for stay', async () => {
  writeSettings(mine)
  const hooks = hooksOf()
  await hooks.put('claude-code', ['brief', 'snapshot', 'statusline'], { dryRun: false })
  await hooks.put('claude-code', ['snapshot'], { dryRun: false })
  expect(await statesOf(hooks, 'claude-code')).toMatchObject({
    brief: 'absent',
    snapshot: 'installed',
    statusline: 'absent',
  })

  await hooks.put('claude-code', [], { dryRun: false })
  expect(readFileSync(settingsFile(), 'utf8')).toBe(mine)
})

test('asking for what is there already writes nothing', async () => {
  writeSettings(mine)
  const hooks = hooksOf()
  await hooks.put('claude-code', ['brief'], { dryRun: false })
  const again = await hooks.put('claude-code', ['brief'], { dryRun: false })

  expect(again.files[0]?.action).toBe('unchanged')
  expect(again.changeId).toBeNull()
  expect(causes).toHaveLength(1)
})

test('settings that are not there are made, and go with undo', async () => {
  mkdirSync(bench.at('.claude'))
  const done = await hooksOf().put('claude-code', ['brief'], { dryRun: false })
  expect(done.files[0]?.action).toBe('create')
  await bench.outside.undo(done.changeId ?? 0, { dryRun: false })
  expect(existsSync(settingsFile())).toBe(false)
})

test('nothing to take out of settings that are not there is no refusal', async () => {
  expect(await hooksOf().put('claude-code', [], { dryRun: false })).toEqual({
    files: [],
    applied: true,
    changeId: null,
  })
})

test('an agent that was never used here is refused with a sentence', async () => {
  const { files, applied } = await hooksOf().put('claude-code', ['brief'], { dryRun: false })
  expect(applied).toBe(false)
  expect(files[0]).toMatchObject({ action: 'refused' })
  expect(files[0]?.reason).toContain('Claude Code was not used here yet')
  expect(existsSync(bench.at('.claude'))).toBe(false)
})

test('broken settings are refused, left as they are, and named in the list', async () => {
  writeSettings('{ "model": ')
  const hooks = hooksOf()
  const { files, applied } = await hooks.put('claude-code', ['brief'], { dryRun: false })

  expect(applied).toBe(false)
  expect(files[0]?.reason).toContain('It is not valid JSON (line 1')
  expect(readFileSync(settingsFile(), 'utf8')).toBe('{ "model": ')
  expect((await hooks.list())[0]?.note).toContain('not valid JSON')
})

test('settings that are a link into a folder of dotfiles are changed there, and stay a link', async () => {
  const real = bench.at('dotfiles/claude.json')
  mkdirSync(dirname(real))
  mkdirSync(bench.at('.claude'))
  writeFileSync(real, mine)
  symlinkSync(real, settingsFile())

  const { files } = await hooksOf().put('claude-code', ['brief'], { dryRun: false })
  expect(files[0]?.path).toBe(real)
  expect(readFileSync(settingsFile(), 'utf8')).toContain('SessionStart')
})

test('hooks of a Lossless that was moved are outdated, and installing again mends them', async () => {
  writeSettings(mine)
  await hooksOf('/old/lossless.mjs').put('claude-code', ['brief', 'statusline'], { dryRun: false })
  const hooks = hooksOf()
  expect(await statesOf(hooks, 'claude-code')).toEqual({
    brief: 'outdated',
    snapshot: 'absent',
    statusline: 'outdated',
    'guard-prompts': 'absent',
    'guard-tools': 'absent',
  })

  await hooks.put('claude-code', ['brief', 'statusline'], { dryRun: false })
  expect(readFileSync(settingsFile(), 'utf8')).not.toContain('/old/')
  expect(await statesOf(hooks, 'claude-code')).toMatchObject({ brief: 'installed', statusline: 'installed' })
})

test('a status line of someone else is foreign, and installing ours is refused as a whole', async () => {
  writeSettings('{"statusLine":{"type":"command","command":"mine.sh"}}')
  const hooks = hooksOf()
  expect(await statesOf(hooks, 'claude-code')).toMatchObject({ statusline: 'foreign' })
  const { applied, files } = await hooks.put('claude-code', ['brief', 'statusline'], { dryRun: false })
  expect(applied).toBe(false)
  expect(files[0]?.reason).toContain('mine.sh')
  expect(readFileSync(settingsFile(), 'utf8')).not.toContain('SessionStart')
})

test('Codex has its own file and no status line, Gemini has nothing', async () => {
  mkdirSync(bench.at('.codex'))
  const hooks = hooksOf()
  await hooks.put('codex', ['brief', 'snapshot'], { dryRun: false })
  expect(JSON.parse(readFileSync(join(bench.root, '.codex/hooks.json'), 'utf8'))).toMatchObject({
    hooks: { SessionStart: [{ matcher: 'compact' }], PreCompact: [{}] },
  })
  expect(await statesOf(hooks, 'codex')).toEqual({
    brief: 'installed',
    snapshot: 'installed',
    statusline: 'unsupported',
    'guard-prompts': 'absent',
    'guard-tools': 'absent',
  })
  expect(await statesOf(hooks, 'gemini-cli')).toEqual({
    brief: 'unsupported',
    snapshot: 'unsupported',
    statusline: 'unsupported',
    'guard-prompts': 'unsupported',
    'guard-tools': 'unsupported',
  })
  const { files } = await hooks.put('gemini-cli', ['brief'], { dryRun: false })
  expect(files[0]?.action).toBe('refused')
})

test('the two guards are installed one by one, each at its own event and for every tool', async () => {
  writeSettings(mine)
  const hooks = hooksOf()
  expect(await hooks.hasGuard()).toBe(false)
  await hooks.put('claude-code', ['guard-tools'], { dryRun: false })

  expect(await hooks.hasGuard()).toBe(true)
  expect(JSON.parse(readFileSync(settingsFile(), 'utf8'))).toEqual({
    model: 'opus',
    hooks: {
      PreToolUse: [
        {
          hooks: [
            {
              type: 'command',
              command: `"/usr/bin/node" "/opt/lossless/scripts/lossless.mjs" hook claude-code --data "${bench.dataDir}" 2>/dev/null || true`,
              timeout: 10,
            },
          ],
        },
      ],
    },
  })
  await hooks.put('claude-code', ['guard-prompts'], { dryRun: false })
  expect(await statesOf(hooks, 'claude-code')).toMatchObject({ 'guard-prompts': 'installed', 'guard-tools': 'absent' })
})
