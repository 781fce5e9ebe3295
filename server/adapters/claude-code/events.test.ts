import { describe, expect, it } from 'vitest'
import type { ParsedEvent } from '../adapter.ts'
import { eventsIn, factsIn, readFixture } from './fixture-events.ts'

const main = readFixture('11111111-aaaa-4aaa-8aaa-111111111111.jsonl')
const old = readFixture('22222222-bbbb-4bbb-8bbb-222222222222.jsonl')
const mainEvents = new Map(eventsIn(main).map((event) => [event.id, event]))
const oldEvents = new Map(eventsIn(old).map((event) => [event.id, event]))

function event(id: string): ParsedEvent {
  const found = mainEvents.get(id) ?? oldEvents.get(id)
  if (found === undefined) throw new Error(`There is no event ${id}.`)
  return found
}

describe('what people and the agent said', () => {
  it('tells prompts from everything else in user records', () => {
    const prompts = [...mainEvents.values()].filter((one) => one.kind === 'prompt')
    expect(prompts.map((one) => [one.id, one.text, one.isQueued])).toEqual([
      ['p-1', 'Write a greeting', false],
      ['q-1', 'And test it', true],
      ['q-2', 'Like this picture', true],
      ['p-2', 'Say it 👋', false],
    ])
    expect(event('q-3').kind).toBe('notice')
    expect(event('m-1').kind).toBe('notice')
    expect(event('u-1')).toMatchObject({ kind: 'summary', text: 'Summary: a greeting was written.' })
  })

  it('takes a text beside a tool result as a prompt typed meanwhile', () => {
    expect(event('o-10').kind).toBe('tool_result')
    expect(event('o-10#1')).toMatchObject({
      kind: 'prompt',
      text: 'and the tests too',
      isQueued: true,
      parentId: 'o-10',
    })
    expect(event('r-11#1').kind).toBe('notice')
  })

  it('shows commands as they were typed, and what they printed', () => {
    expect(event('c-1')).toMatchObject({ kind: 'command', text: '/compact keep names' })
    expect(event('s-4')).toMatchObject({ kind: 'command', text: '/model opus' })
    expect(event('b-1')).toMatchObject({ kind: 'command', text: '! ls' })
    expect(event('b-2')).toMatchObject({ kind: 'command', text: 'greet.mjs' })
  })

  it('gives every block of an answer, in order, and the model', () => {
    const parts = ['a-15', 'a-15#1', 'a-15#2', 'a-15#3', 'a-15#4'].map(event)
    expect(parts.map((part) => part.kind)).toEqual(['answer', 'thinking', 'tool_call', 'tool_result', 'unknown'])
    expect(parts[0]).toMatchObject({ text: 'Good day!', model: 'claude-opus-4-8' })
    expect(parts[3]?.result?.callId).toBe('srv-1')
    expect(parts[4]?.raw).toEqual({ type: 'hologram', shape: 'cube' })
    expect(event('a-1')).toMatchObject({ kind: 'thinking', text: 'One small file will do.' })
    expect(event('a-14')).toMatchObject({ kind: 'notice', text: 'API Error: overloaded', model: null, usage: null })
  })

  it('keeps pictures of prompts as attachments', () => {
    expect(event('p-2#1')).toMatchObject({ kind: 'attachment', raw: { type: 'image' } })
    expect(event('q-2#1').kind).toBe('attachment')
  })
})

describe('tool calls and results', () => {
  it.each([
    ['a-3', 'Write', 'greet.mjs'],
    ['a-5', 'Bash', 'node greet.mjs echo done'],
    ['a-8', 'mcp__demo__shot', 'window'],
    ['a-10', 'Agent', 'general-purpose: Look around'],
    ['a-12', 'NotebookEdit', 'n.ipynb'],
    ['a-13', 'Grep', 'hello in src'],
    ['a-15#2', 'web_search', 'greetings'],
  ])('sums up the call %s of %s in one line', (id, name, summary) => {
    expect(event(id).tool).toMatchObject({ name, summary })
  })

  it('reads results that are text, lists, pictures, errors and files', () => {
    expect(event('r-3')).toMatchObject({
      text: 'good day\nbye\ndone',
      result: { callId: 'call-3', isError: false, exitCode: 0 },
    })
    expect(event('r-4')).toMatchObject({ text: 'Exit code 3\nno tests', result: { isError: true, exitCode: 3 } })
    expect(event('r-6').text).toBe('a picture')
    expect(event('r-6').result?.images).toEqual([{ mediaType: 'image/png', bytes: 8, base64: 'iVBORw0KGgo=' }])
    expect(event('r-7').result?.persisted).toEqual({ path: '/w/out/b1.txt', bytes: 228_894 })
    expect(event('r-11').result).toMatchObject({ isError: true, exitCode: null })
  })

  it('keeps parallel results below the calls that they answer', () => {
    expect(event('r-2')).toMatchObject({ parentId: 'a-4', result: { callId: 'call-2' } })
    expect(event('r-3')).toMatchObject({ parentId: 'a-5', result: { callId: 'call-3' } })
  })

  it('knows a commit, and which sub-agent reports', () => {
    const commits = [...mainEvents.values()].filter((one) => one.result?.isCommit)
    expect(commits.map((one) => one.id)).toEqual(['r-5'])
    expect(event('r-8').result?.subagentId).toBe('a1b2')
    expect(event('o-10').result?.subagentId).toBe('f00')
  })

  it('counts the lines that changed', () => {
    expect(event('r-1').changes).toEqual([{ path: '/w/app/greet.mjs', change: 'created', added: 2, removed: 0 }])
    expect(event('r-2').changes).toEqual([{ path: '/w/app/greet.mjs', change: 'modified', added: 1, removed: 1 }])
    expect(event('r-9').changes).toEqual([
      { path: '/w/app/old.txt', change: 'deleted', added: 0, removed: 1 },
      { path: '/w/app/new.txt', change: 'created', added: 0, removed: 0 },
      { path: '/w/app/big.bin', change: 'modified', added: 0, removed: 0 },
    ])
    expect(event('r-10').changes).toEqual([{ path: '/w/app/n.ipynb', change: 'modified', added: 2, removed: 1 }])
    expect(event('r-11').changes).toEqual([])
  })
})

describe('what the agent notes', () => {
  it('reads compactions in both shapes, and micro-compactions', () => {
    expect(event('s-7')).toMatchObject({
      kind: 'compaction',
      parentId: null,
      logicalParentId: 'c-1',
      compaction: { trigger: 'manual', preTokens: 91_000, postTokens: 3000, durationMs: 1200 },
    })
    expect(event('o-11')).toMatchObject({
      kind: 'compaction',
      logicalParentId: 'o-10',
      compaction: { trigger: 'auto', preTokens: 167_000, postTokens: null, durationMs: null },
    })
    expect(event('s-6')).toMatchObject({
      kind: 'microcompaction',
      compaction: { preTokens: 90_000, postTokens: 60_000 },
    })
  })

  it.each([
    ['h-1', 'hook', 'hello from the hook\n', 'attachment/hook_success'],
    ['s-2', 'hook', 'stop.sh', 'system/stop_hook_summary'],
    ['at-1', 'attachment', 'skills', 'attachment/skill_listing'],
    ['at-2', 'attachment', '/w/app/greet.mjs', 'attachment/file'],
    ['at-4', 'attachment', "Today's date is 2026-09-01.", 'attachment/date'],
    ['s-1', 'notice', 'overloaded', 'system/api_error'],
    ['s-5', 'notice', 'You were away for an hour.', 'system/away_summary'],
    ['s-3', 'progress', 'The turn took 2.5 s.', 'system/turn_duration'],
    ['s-8', 'unknown', 'From a later version', 'system/quantum_jump'],
    ['w-1', 'unknown', null, 'weather'],
  ])('reads %s as %s', (id, kind, text, recordKind) => {
    expect(event(id)).toMatchObject({ kind, text, recordKind })
  })

  it('keeps the record of what is shown raw', () => {
    expect(event('w-1').raw).toMatchObject({ report: { sky: 'clear' } })
    expect(event('h-1').raw).toMatchObject({ attachment: { exitCode: 0 } })
    expect(event('p-1').raw).toBeNull()
  })

  it('keeps progress addressable, with what a sub-agent did inside of it', () => {
    expect(event('o-4')).toMatchObject({ kind: 'progress', tool: { id: 'call-n1', name: 'Write' } })
    expect(event('o-4').fileOps).toEqual([{ op: 'write', path: '/w/app/review.md', after: 'fine\n', by: 'write' }])
    expect(event('o-5')).toMatchObject({ kind: 'progress', result: { callId: 'call-n1' } })
    expect(event('o-6')).toMatchObject({ kind: 'progress', text: 'half way' })
    expect(event('o-7')).toMatchObject({ kind: 'progress', text: 'Stop' })
    expect(event('o-3')).toMatchObject({ kind: 'progress', text: 'Review it', isQueued: false })
  })
})

describe('tokens', () => {
  it('stand on the first event of a record, once per record', () => {
    expect(event('a-1').usage).toEqual({
      key: 'msg-1:req-1',
      messageId: 'msg-1',
      isSidechain: false,
      model: 'claude-opus-4-8',
      tokens: { input: 10, output: 5, cacheRead: 100, cacheWrite: 2000 },
      cacheWrite1h: 2000,
      speed: 'standard',
      statedCostUsd: null,
      contextUsed: 2110,
    })
    expect(event('a-15').usage).toMatchObject({ speed: 'fast', tokens: { output: 40 } })
    expect(event('a-15#1').usage).toBeNull()
  })

  it('of sub-agents are told apart from those of the session', () => {
    expect(event('o-9').usage).toMatchObject({ isSidechain: true, statedCostUsd: 0.5 })
    expect(event('o-9').isSidechain).toBe(true)
    expect(event('o-4').usage).toMatchObject({
      key: 'msg-n1:req-n1',
      isSidechain: true,
      model: 'claude-haiku-4-5-20251001',
    })
    expect(event('o-4').isSidechain).toBe(false)
  })
})

describe('facts', () => {
  it('give titles by rank; a summary names the event that it belongs to', () => {
    const titles = factsIn(main).filter((fact) => fact.kind === 'title')
    expect(titles.sort((a, b) => a.rank - b.rank).map((fact) => fact.text)).toEqual([
      'A greeting',
      'Greeting module',
      'greeter',
      'My greeting',
    ])
    expect(factsIn(old).find((fact) => fact.kind === 'title')).toMatchObject({ leafId: 'not-in-this-file' })
  })

  it('give the project, the leaf, the window and the first prompt', () => {
    expect(factsIn(main)).toContainEqual({ kind: 'cwd', path: '/w/app', isProject: true })
    expect(factsIn(main)).toContainEqual({ kind: 'cwd', path: '/w/app/src', isProject: false })
    expect(factsIn(main)).toContainEqual({ kind: 'leaf', id: 's-8', isRewind: false })
    expect(factsIn(main)).toContainEqual({ kind: 'leaf', id: 'p-2', isRewind: true })
    expect(factsIn(main)).toContainEqual({ kind: 'context-window', tokens: 1_000_000 })
    expect(factsIn(main).find((fact) => fact.kind === 'first-prompt')).toEqual({
      kind: 'first-prompt',
      text: 'Write a greeting',
    })
  })

  it('count kinds of bookkeeping that are not known', () => {
    const unknown = [...main, ...old].flatMap((reading) =>
      reading.kind === 'bookkeeping' && reading.unknownKind ? [reading.unknownKind] : [],
    )
    expect(unknown).toEqual(['moon-phase'])
  })
})

describe('sub-agents', () => {
  it('have a main chain of their own', () => {
    const events = eventsIn(readFixture('11111111-aaaa-4aaa-8aaa-111111111111/subagents/agent-a1b2.jsonl'))
    expect(events.map((one) => [one.id, one.kind, one.isSidechain])).toEqual([
      ['sub-1', 'prompt', false],
      ['sub-2', 'tool_call', false],
      ['sub-3', 'tool_result', false],
      ['sub-4', 'answer', false],
    ])
    expect(events[3]?.usage?.isSidechain).toBe(true)
  })

  it('of old versions name the session that started them', () => {
    const facts = factsIn(readFixture('agent-0ld1.jsonl'))
    expect(facts).toContainEqual({ kind: 'parent', nativeId: '22222222-bbbb-4bbb-8bbb-222222222222' })
    expect(factsIn(main).some((fact) => fact.kind === 'parent')).toBe(false)
  })
})
