// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { firstChoice, missingIn, runRestore, type RestoreFrom } from './restore-choice.ts'

const snapshot: RestoreFrom = {
  kind: 'snapshot',
  snapshotId: 7,
  name: 'snapshot 7',
  sessions: 3,
  ticked: ['a:1', 'a:2'],
}
const session: RestoreFrom = { kind: 'session', sessionId: 'claude-code:1', title: 'One' }
const run = { dryRun: true, skipRefused: false }

let asked: { address: string; body: unknown }[]

beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', (address: string, init: { body: string }) => {
    asked.push({ address, body: JSON.parse(init.body) })
    return Promise.resolve(
      new Response(JSON.stringify({ files: [], applied: false, plan: 'p', changeId: null, resume: [] })),
    )
  })
})

afterEach(() => vi.unstubAllGlobals())

test('ticked sessions are what is restored at first; without any it is all of the snapshot', () => {
  expect(firstChoice(snapshot).scope).toBe('ticked')
  expect(firstChoice({ ...snapshot, ticked: [] }).scope).toBe('all')
})

test('ticked sessions are named to the server, all of them are not', async () => {
  await runRestore(snapshot, firstChoice(snapshot), run)
  await runRestore(snapshot, { ...firstChoice(snapshot), scope: 'all' }, run)

  expect(asked).toEqual([
    {
      address: '/api/snapshots/7/restore',
      body: { dryRun: true, skipRefused: false, sessions: ['a:1', 'a:2'] },
    },
    { address: '/api/snapshots/7/restore', body: { dryRun: true, skipRefused: false } },
  ])
})

test('a session comes back in its longest state unless the last one is asked for', async () => {
  await runRestore(session, firstChoice(session), run)
  await runRestore(session, { ...firstChoice(session), state: 'newest' }, { ...run, dryRun: false, plan: 'p' })

  expect(asked).toEqual([
    {
      address: '/api/sessions/claude-code%3A1/restore',
      body: { dryRun: true, skipRefused: false, newest: false },
    },
    {
      address: '/api/sessions/claude-code%3A1/restore',
      body: { dryRun: false, skipRefused: false, plan: 'p', newest: true },
    },
  ])
})

test('a folder is sent without the blanks around it', async () => {
  await runRestore(session, { ...firstChoice(session), place: 'folder', folder: ' /home/me/back ' }, run)

  expect(asked[0]?.body).toMatchObject({ to: '/home/me/back' })
})

test.each([
  ['', 'Say into which folder'],
  ['   ', 'Say into which folder'],
  ['back', 'whole path'],
  ['~/back', 'whole path'],
])('the folder “%s” is not enough', (folder, sentence) => {
  expect(missingIn({ ...firstChoice(session), place: 'folder', folder })).toContain(sentence)
})

test.each(['/home/me/back', 'C:\\back', 'D:/back'])('the folder %s is enough', (folder) => {
  expect(missingIn({ ...firstChoice(session), place: 'folder', folder })).toBeUndefined()
})

test('where it came from needs no folder', () => {
  expect(missingIn(firstChoice(session))).toBeUndefined()
})
