import { expect, test } from 'vitest'
import { classify, codexDir, roots, unpacked } from './locate.ts'

const ID = '01a201f6-4ddb-7141-b29c-a2fce24d4b09'
const HOST = { homeDir: '/h', env: {}, platform: 'linux' } as const

test.each([
  [`sessions/2026/11/22/rollout-2026-11-22T06-34-08-${ID}.jsonl`, 'session'],
  [`sessions/2026/11/22/rollout-2026-11-22T06-34-08-${ID}_01a201f9-bedc-7770-9262-2c372a9adecb.jsonl`, 'session'],
  [`archived_sessions/rollout-2026-11-22T06-34-08-${ID}.jsonl`, 'session'],
  [`sessions/2026/11/22/rollout-2026-11-22T06-34-08-${ID}.jsonl.zst`, 'companion'],
])('%s is of the session', (path, role) => {
  expect(classify(`/h/.codex/${path}`, HOST)).toMatchObject({ role, nativeId: ID, subagentId: null })
})

test.each(['history.jsonl', 'session_index.jsonl'])('%s is kept and of no session', (path) => {
  expect(classify(`/h/.codex/${path}`, HOST)).toMatchObject({ role: 'companion', nativeId: null })
})

test.each([
  'auth.json',
  'config.toml',
  'state_5.sqlite',
  'state_5.sqlite-wal',
  'log/codex-tui.log',
  'sessions/x.jsonl',
])('%s is not read', (path) => {
  expect(classify(`/h/.codex/${path}`, HOST)).toBeNull()
})

test('the folder may be named by the environment, and is never watched as a whole', () => {
  const host = { ...HOST, env: { CODEX_HOME: '/x/codex' } }

  expect(codexDir(host)).toBe('/x/codex')
  expect(roots(host).map(({ path }) => path)).not.toContain('/x/codex')
  expect(classify(`/x/codex/archived_sessions/rollout-2026-11-22T06-34-08-${ID}.jsonl`, host)?.nativeId).toBe(ID)
})

test('a compressed rollout holds the rollout of the name without its ending; nothing else is packed', () => {
  const path = `/h/.codex/sessions/2026/11/22/rollout-2026-11-22T06-34-08-${ID}.jsonl`
  const held = [path, `${path}.zst`, '/h/.codex/history.jsonl'].map((one) => {
    const source = classify(one, HOST)
    return source && unpacked(source, HOST)
  })

  expect(held).toEqual([null, { agent: 'codex', path, role: 'session', nativeId: ID, subagentId: null }, null])
})
