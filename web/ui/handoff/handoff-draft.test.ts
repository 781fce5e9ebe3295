// @vitest-environment node
import { expect, test } from 'vitest'
import { HandoffDraft, type HandoffApi, type HandoffChoice, type HandoffReply } from './handoff-draft.svelte.ts'

function reply({ to, budget }: HandoffChoice, changeId: number | null): HandoffReply {
  return {
    ...{ to, form: to === 'brief' ? 'brief' : 'session', changeId, tokens: budget / 2 },
    ...{ nativeId: 'new', path: '/home/ada/new.jsonl', text: null, resume: { cwd: '/w', command: 'go on' } },
    ...{ endsAt: 7, prompts: 1, answers: 1, calls: 0, losses: [], warnings: [] },
  }
}

/** A server that notes what it was asked to write. */
function serverWith(parts: Partial<HandoffApi> = {}): { api: HandoffApi; written: HandoffChoice[] } {
  const written: HandoffChoice[] = []
  const api: HandoffApi = {
    handOff: async (choice, { dryRun }) => {
      if (!dryRun) written.push(choice)
      return reply(choice, dryRun ? null : 7)
    },
    undo: async () => ({ applied: true, reason: undefined }),
    ...parts,
  }
  return { api, written }
}

test('a choice says what would be handed over, and writes nothing', async () => {
  const { api, written } = serverWith()
  const draft = new HandoffDraft(api, 'codex')

  await draft.choose()
  expect(draft.plan).toMatchObject({ to: 'codex', tokens: 60_000 })

  await draft.choose({ to: 'brief' })
  await draft.choose({ budget: 8_000 })

  expect(draft.plan).toMatchObject({ to: 'brief', tokens: 4_000 })
  expect(written).toEqual([])
})

test('an answer for a choice that is no longer wanted is not shown', async () => {
  const answers: (() => void)[] = []
  const { api } = serverWith({
    handOff: (choice) => new Promise((resolve) => answers.push(() => resolve(reply(choice, null)))),
  })
  const draft = new HandoffDraft(api, 'codex')
  const first = draft.choose()
  const second = draft.choose({ to: 'gemini-cli' })

  answers[1]?.()
  answers[0]?.()
  await Promise.all([first, second])

  expect(draft.plan?.to).toBe('gemini-cli')
})

test('what was chosen last is written, and taken away again', async () => {
  const { api, written } = serverWith()
  const draft = new HandoffDraft(api, 'codex')
  await draft.choose({ budget: 30_000 })

  await draft.write()
  expect([written, draft.written?.changeId]).toEqual([[{ to: 'codex', budget: 30_000 }], 7])

  expect(await draft.undo()).toBeUndefined()
  expect(draft.written).toBeUndefined()
})

test('a refusal is said, and what was written stays', async () => {
  const { api } = serverWith({ undo: async () => ({ applied: false, reason: 'An agent is at work on it.' }) })
  const draft = new HandoffDraft(api, 'codex')
  await draft.choose()
  await draft.write()

  expect(await draft.undo()).toBe('An agent is at work on it.')
  expect(draft.written?.changeId).toBe(7)
})

test('a choice that cannot be handed over says why, and the next one is asked anew', async () => {
  const { api } = serverWith({
    handOff: (choice) =>
      choice.to === 'aider' ? Promise.reject(new Error('No folder.')) : Promise.resolve(reply(choice, null)),
  })
  const draft = new HandoffDraft(api, 'aider')
  await draft.choose()
  expect([draft.plan, draft.error]).toEqual([undefined, new Error('No folder.')])

  await draft.choose({ to: 'codex' })

  expect([draft.plan?.to, draft.error]).toEqual(['codex', undefined])
})
