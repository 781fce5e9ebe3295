import { Session } from '../../server/contract/session.ts'

/** A session of the contract's shape with the given parts; the rest is small and unremarkable. */
export function sessionWith(parts: Partial<Session>): Session {
  return Session.parse({
    id: 'claude-code:one',
    agent: 'claude-code',
    nativeId: 'one',
    title: 'A session',
    projectPath: '/home/me/src/atlas',
    localPath: null,
    gitBranch: null,
    startedAt: '2026-11-24T10:00:00.000Z',
    endedAt: '2026-11-24T11:00:00.000Z',
    isLive: false,
    events: 10,
    prompts: 1,
    compactions: 0,
    toolCalls: 0,
    errors: 0,
    models: ['claude-opus-4-5-20251101'],
    tokens: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    costUsd: 0,
    context: null,
    filesChanged: 0,
    linesAdded: 0,
    linesRemoved: 0,
    sourceState: 'present',
    problems: 0,
    lines: { total: 10, events: 10, bookkeeping: 0, problems: 0, blank: 0 },
    parentId: null,
    forkOf: null,
    subagents: 0,
    ...parts,
  })
}
