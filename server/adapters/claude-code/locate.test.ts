import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Host } from '../adapter.ts'
import { classify, isFiledUnder, listLive, roots } from './locate.ts'

const host: Host = { homeDir: '/h', env: {}, platform: 'linux' }
const P = '/h/.claude/projects/-w-app'

describe('where Claude Code is looked for', () => {
  it('is below the home', () => {
    expect(roots(host).map((root) => root.path)).toEqual([
      '/h/.claude/projects',
      '/h/.claude/file-history',
      '/h/.claude/sessions',
      '/h/.claude/history.jsonl',
      '/h/.config/claude/projects',
      '/h/.config/claude/file-history',
      '/h/.config/claude/sessions',
      '/h/.config/claude/history.jsonl',
    ])
  })

  it('is where CLAUDE_CONFIG_DIR says, also in several folders', () => {
    const moved = { ...host, env: { CLAUDE_CONFIG_DIR: '/a, rel ,/a' } }
    expect(roots(moved).filter((root) => root.path.endsWith('projects'))).toEqual([
      { path: '/a/projects' },
      { path: '/h/rel/projects' },
    ])
    expect(classify('/a/projects/-w/s.jsonl', moved)?.role).toBe('session')
    expect(classify('/h/.claude/projects/-w/s.jsonl', moved)).toBeNull()
  })

  it('follows the paths of Windows', () => {
    const windows: Host = { homeDir: 'C:\\Users\\x', env: {}, platform: 'win32' }
    expect(roots(windows)[0]?.path).toBe('C:\\Users\\x\\.claude\\projects')
    expect(classify('C:\\Users\\x\\.claude\\projects\\C--w\\s1.jsonl', windows)).toMatchObject({
      role: 'session',
      nativeId: 's1',
    })
  })
})

it.each([
  [`${P}/s1.jsonl`, 'session', 's1', null],
  [`${P}/agent-a9.jsonl`, 'subagent', null, 'a9'],
  [`${P}/s1/subagents/agent-a9.jsonl`, 'subagent', 's1', 'a9'],
  [`${P}/s1/subagents/workflows/wf_1/agent-a9.jsonl`, 'subagent', 's1', 'a9'],
  [`${P}/s1/subagents/agent-a9.meta.json`, 'companion', 's1', 'a9'],
  [`${P}/s1/tool-results/b1.txt`, 'companion', 's1', null],
  [`${P}/s1/workflows/wf_1.json`, 'companion', 's1', null],
  [`${P}/s1.jsonl.orphaned-1790000000000`, 'companion', 's1', null],
  [`${P}/memory/MEMORY.md`, 'companion', null, null],
  [`${P}/.session-aliases`, 'companion', null, null],
  ['/h/.claude/file-history/s1/00ff@v2', 'companion', 's1', null],
  ['/h/.claude/history.jsonl', 'companion', null, null],
])('takes %s as %s', (path, role, nativeId, subagentId) => {
  expect(classify(path, host)).toEqual({ agent: 'claude-code', path, role, nativeId, subagentId })
})

it.each([
  '/h/.claude/sessions/4242.json',
  '/h/.claude/sessions/4242.key',
  '/h/.claude/settings.json',
  '/h/.claude/.claude.json',
  '/h/.claude/projects/stray.jsonl',
  `${P}/sessions-index.json`,
  `${P}/s1.jsonl.lock`,
  `${P}/s1.jsonl.tmp.4242`,
  `${P}/id_rsa.key`,
  '/h/projects/-w-app/s1.jsonl',
  '/h/.claude/projects/../../x/s1.jsonl',
])('does not take %s', (path) => {
  expect(classify(path, host)).toBeNull()
})

it('knows the project by the name of the folder', () => {
  expect(isFiledUnder('/h/.claude/projects/-w-my-app-1/s.jsonl', '/w/my_app.1')).toBe(true)
  expect(isFiledUnder('/h/.claude/projects/-w-my-app-1/s.jsonl', '/w/my_app.1/src')).toBe(false)
  expect(isFiledUnder('/h/.claude/projects/-w-caf-/s.jsonl', '/w/café')).toBe(true)
})

it('knows a project whose folder name was cut and hashed', () => {
  const cwd = `/w/${'x'.repeat(250)}`
  expect(isFiledUnder(`/h/.claude/projects/-w-${'x'.repeat(197)}-1a2b3c/s.jsonl`, cwd)).toBe(true)
  expect(isFiledUnder(`/h/.claude/projects/-v-${'x'.repeat(197)}-1a2b3c/s.jsonl`, cwd)).toBe(false)
})

it('lists sessions whose process is alive, and minds no damaged entry', async () => {
  const homeDir = await mkdtemp(join(tmpdir(), 'live-'))
  const folder = join(homeDir, '.claude/sessions')
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, `${process.pid}.json`),
    JSON.stringify({ pid: process.pid, sessionId: 's1', status: 'busy' }),
  )
  await writeFile(join(folder, '999999999.json'), JSON.stringify({ pid: 999_999_999, sessionId: 's2', status: 'idle' }))
  await writeFile(join(folder, '1.json'), '{"pid":')
  await writeFile(join(folder, '2.json'), '{"pid":-1,"sessionId":"s3"}')
  await writeFile(join(folder, `${process.pid}.key`), 'secret')
  await mkdir(join(folder, '3.json'))
  expect(await listLive({ ...host, homeDir })).toEqual([{ nativeId: 's1', pid: process.pid, status: 'busy' }])
})
