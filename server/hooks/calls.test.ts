import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { notFound } from '../errors.ts'
import { HookCalls, type HookCallParts } from './calls.ts'

interface Done {
  caughtUp: string[]
  asked: unknown[]
  snapshots: unknown[]
  logged: unknown[]
}

function callsWith(parts: Partial<HookCallParts> = {}): { calls: HookCalls; done: Done } {
  const done: Done = { caughtUp: [], asked: [], snapshots: [], logged: [] }
  const calls = new HookCalls({
    catchUp: async (path) => void done.caughtUp.push(path),
    findSession: (id) => (id === 'claude-code:known' ? { title: 'Build it' } : undefined),
    brief: async (sessionId, request) => {
      done.asked.push(sessionId, request)
      return { text: '# What was dropped', included: ['a'] }
    },
    prepareBrief: async () => undefined,
    snapshot: async (request) => done.snapshots.push(request),
    guard: { prompt: async () => ({ decision: 'block' }), toolCall: async (_agent, tool) => ({ tool }) },
    log: { warn: (...entry: unknown[]) => void done.logged.push(entry) },
    ...parts,
  })
  return { calls, done }
}

const compacted = {
  hook_event_name: 'SessionStart',
  source: 'compact',
  session_id: 'known',
  transcript_path: '/h/s.jsonl',
  model: 'ignored',
}

test('after a compaction the agent gets the brief of the one that is under way, within its cap', async () => {
  const { calls, done } = callsWith()
  expect(await calls.run('claude-code', compacted)).toEqual({
    hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: '# What was dropped' },
  })
  expect(done.caughtUp).toEqual(['/h/s.jsonl'])
  expect(done.asked).toEqual(['claude-code:known', { compaction: 'next', budget: 10_000, maxCharacters: 10_000 }])
})

test('before a compaction a snapshot of the session is taken and nothing is said', async () => {
  const { calls, done } = callsWith()
  const input = { hook_event_name: 'PreCompact', trigger: 'auto', session_id: 'known', transcript_path: '/h/s.jsonl' }
  expect(await calls.run('claude-code', input)).toBeNull()
  expect(done.snapshots).toEqual([
    {
      reason: 'compaction',
      cause: 'The agent is about to compact “Build it”, by itself.',
      scope: { sessions: ['claude-code:known'] },
    },
  ])
})

test('other events, other starts, unknown sessions and unreadable input are answered with nothing', async () => {
  const { calls, done } = callsWith()
  for (const input of [
    { ...compacted, source: 'startup' },
    { ...compacted, hook_event_name: 'Stop' },
    { ...compacted, session_id: 'unknown' },
    { ...compacted, session_id: 7 },
    {},
  ])
    expect(await calls.run('claude-code', input)).toBeNull()
  expect(await calls.run('codex', compacted)).toBeNull()
  expect(done.asked).toEqual([])
  expect(done.logged).toEqual([])
})

test('a brief with nothing in it is not said', async () => {
  const { calls } = callsWith({ brief: async () => ({ text: '# Nothing', included: [] }) })
  expect(await calls.run('claude-code', compacted)).toBeNull()
})

test('what goes wrong is logged, never told to the agent; a session that is gone meanwhile is no mistake', async () => {
  const failing = callsWith({ brief: () => Promise.reject(new Error('broken')) })
  expect(await failing.calls.run('claude-code', compacted)).toBeNull()
  expect(failing.done.logged).toHaveLength(1)

  const gone = callsWith({ brief: () => Promise.reject(notFound('session', 'x')) })
  expect(await gone.calls.run('claude-code', compacted)).toBeNull()
  expect(gone.done.logged).toEqual([])
})

test('an answer that takes too long is not waited for', async () => {
  const { calls } = callsWith({ catchUp: () => sleep(20_000, undefined, { ref: false }) })
  const begun = performance.now()
  expect(await calls.run('claude-code', compacted)).toBeNull()
  expect(performance.now() - begun).toBeLessThan(10_000)
})

test('prompts and tool calls are answered by the guard, also of sessions that nobody knows yet', async () => {
  const { calls } = callsWith()
  const base = { session_id: 'unknown' }
  const prompt = { ...base, hook_event_name: 'UserPromptSubmit', prompt: 'Hello' }
  const toolCall = { ...base, hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input: { command: 'ls' } }

  expect(await calls.run('claude-code', prompt)).toEqual({ decision: 'block' })
  expect(await calls.run('codex', toolCall)).toEqual({ tool: 'Bash' })
  expect(await calls.run('codex', { ...toolCall, tool_input: undefined })).toBeNull()
  expect(await calls.run('codex', { ...prompt, prompt: undefined })).toBeNull()
})
