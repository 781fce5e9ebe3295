import { afterEach, expect, test, vi } from 'vitest'
import { firstCodeChoice, missingInCode, runCodeRestore, type CodeChoice } from './code-choice.ts'

afterEach(() => void vi.unstubAllGlobals())

test.each<[Partial<CodeChoice>, boolean]>([
  [{ target: 'folder', path: '' }, true],
  [{ target: 'folder', path: 'restored' }, true],
  [{ target: 'folder', path: ' /home/me/restored ' }, false],
  [{ target: 'worktree', path: 'C:\\src\\copy' }, false],
  [{ target: 'project', path: '' }, false],
  [{ target: 'patch', path: '' }, false],
])('%j lacks something: %s', (choice, isMissing) => {
  expect(missingInCode({ ...firstCodeChoice, ...choice }) !== undefined).toBe(isMissing)
})

test('a worktree is asked for with its branch, and nothing that belongs to another target', async () => {
  const asked: { address: string; body: unknown }[] = []
  vi.stubGlobal('fetch', async (address: string, init: { body: string }) => {
    asked.push({ address, body: JSON.parse(init.body) })
    return Response.json({ files: [], applied: false, plan: 'p1', changeId: null, patch: null, unknown: [] })
  })

  await runCodeRestore(
    { sessionId: 'claude-code:1', at: 82 },
    { target: 'worktree', path: ' /home/me/copy ', branch: ' before ', includeProbable: false },
    { dryRun: false, skipRefused: true, plan: 'p1' },
  )

  expect(asked).toEqual([
    {
      address: '/api/sessions/claude-code%3A1/code/restore',
      body: {
        at: '82',
        target: { kind: 'worktree', path: '/home/me/copy', branch: 'before' },
        includeProbable: false,
        dryRun: false,
        skipRefused: true,
        plan: 'p1',
      },
    },
  ])
})
