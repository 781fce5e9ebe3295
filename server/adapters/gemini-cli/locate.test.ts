import { expect, test } from 'vitest'
import type { Host } from '../adapter.ts'
import { classify, roots, shortId } from './locate.ts'

const host: Host = { homeDir: '/home/u', env: {}, platform: 'linux' }
const TMP = '/home/u/.gemini/tmp/app'
const ID = 'c4489d41-271c-4721-9f01-4c263df13397'

function read(path: string, on: Host = host): unknown {
  const source = classify(path, on)
  return source && [source.role, source.nativeId, source.subagentId]
}

test.each([
  [`${TMP}/chats/session-2026-11-22T06-49-c4489d41.jsonl`, ['session', 'c4489d41', null]],
  [`${TMP}/chats/session-2026-11-22T06-49-c4489d41.json`, ['session', 'c4489d41', null]],
  // Imported with --session-file.
  [`${TMP}/chats/session-1795599999123-c4489d41.jsonl`, ['session', 'c4489d41', null]],
  [`${TMP}/chats/session-2026-11-22T06-49-c4489d41.jsonl.unreadable-1795599999123`, ['companion', 'c4489d41', null]],
  [`${TMP}/chats/${ID}/6a73544d.jsonl`, ['subagent', 'c4489d41', '6a73544d']],
  [`${TMP}/tool-outputs/session-${ID}/run_shell_command__call_1.txt`, ['companion', 'c4489d41', null]],
  [`${TMP}/tool-outputs/old.txt`, ['companion', null, null]],
  [`${TMP}/checkpoints/2026-01-01T10-00-00_000Z-a.ts-replace.json`, ['companion', null, null]],
  [`${TMP}/checkpoint-before%20lunch.json`, ['companion', null, null]],
  [`${TMP}/logs.json`, ['companion', null, null]],
  [`${TMP}/.project_root`, ['companion', null, null]],
  ['/home/u/.gemini/projects.json', ['companion', null, null]],
  ['/home/u/.gemini/history/app/.git/objects/ab/cdef', ['companion', null, null]],
])('%s is told by its path', (path, expected) => {
  expect(read(path)).toEqual(expected)
})

test.each([
  '/home/u/.gemini/settings.json',
  '/home/u/.gemini/oauth_creds.json',
  '/home/u/.gemini/GEMINI.md',
  '/home/u/.gemini/history/app/.git/index',
  `${TMP}/chats/session-2026-11-22T06-49-c4489d41.jsonl.tmp-4711`,
  `${TMP}/chats/a.lock`,
  `${TMP}/shell_history`,
  '/home/u/.gemini-other/tmp/app/chats/session-x-c4489d41.jsonl',
])('%s is not read', (path) => {
  expect(read(path)).toBeNull()
})

test('the folder can be another one, and paths those of Windows', () => {
  expect(roots({ ...host, env: { GEMINI_CLI_HOME: '/srv/g' } }).map(({ path }) => path)).toEqual([
    '/srv/g/.gemini/tmp',
    '/srv/g/.gemini/history',
    '/srv/g/.gemini/projects.json',
  ])
  const windows: Host = { homeDir: 'C:\\Users\\u', env: {}, platform: 'win32' }
  expect(read('C:\\Users\\u\\.gemini\\tmp\\app\\chats\\session-2026-11-22T06-49-c4489d41.jsonl', windows)).toEqual([
    'session',
    'c4489d41',
    null,
  ])
})

test('an id is cut as the agent cuts it for names of files', () => {
  expect(shortId(ID)).toBe('c4489d41')
  expect(shortId('my id/1')).toBe('my_id_1')
})
