import type { ParsedEvent, SessionFact, Source } from '../adapter.ts'
import { isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { isFiledUnder } from './locate.ts'
import { kindOf } from './records.ts'

/** Which statement of a title counts; the highest. */
const TITLE_RANK = { custom: 4, agent: 3, ai: 2, summary: 1 } as const

/** What a record without a place in the conversation says about the session. */
export function bookkeepingFacts(record: Shape): SessionFact[] {
  switch (kindOf(record)) {
    case 'custom-title':
      return titled(TITLE_RANK.custom, record['customTitle'])
    case 'agent-name':
      return titled(TITLE_RANK.agent, record['agentName'] ?? record['name'])
    case 'ai-title':
      return titled(TITLE_RANK.ai, record['aiTitle'])
    case 'summary':
      return titled(TITLE_RANK.summary, record['summary'], textOf(record['leafUuid']))
    case 'last-prompt':
      return leafFacts(record)
    case 'relocated':
      return projectFacts(record['relocatedCwd'])
    case 'api-request':
      return windowFacts(record)
    default:
      return []
  }
}

/** What a record of the conversation says about the session. */
export function chainFacts(record: Shape, events: ParsedEvent[], source: Source): SessionFact[] {
  const facts: SessionFact[] = []
  const cwd = textOf(record['cwd'])
  if (cwd !== null) facts.push({ kind: 'cwd', path: cwd, isProject: isFiledUnder(source.path, cwd) })
  const parent = source.role === 'subagent' && source.nativeId === null ? textOf(record['sessionId']) : null
  if (parent !== null) facts.push({ kind: 'parent', nativeId: parent })
  const branch = textOf(record['gitBranch'])
  if (branch !== null) facts.push({ kind: 'git-branch', name: branch })
  const version = textOf(record['version'])
  if (version !== null) facts.push({ kind: 'version', text: version })
  for (const event of events) {
    if (event.kind === 'prompt' && !event.isSidechain && event.text !== null) {
      facts.push({ kind: 'first-prompt', text: event.text })
    }
  }
  return facts
}

/** What the meta file beside a sub-agent's transcript says. */
export function subagentFacts(meta: unknown): SessionFact[] {
  if (!isShape(meta)) return []
  return [
    {
      kind: 'subagent',
      agentType: textOf(meta['agentType']),
      description: textOf(meta['description']),
      toolUseId: textOf(meta['toolUseId']),
    },
  ]
}

function titled(rank: number, text: unknown, leafId: string | null = null): SessionFact[] {
  const title = textOf(text)?.trim() ?? ''
  if (title === '') return []
  return [leafId === null ? { kind: 'title', rank, text: title } : { kind: 'title', rank, text: title, leafId }]
}

function leafFacts(record: Shape): SessionFact[] {
  const id = textOf(record['leafUuid'])
  return id === null ? [] : [{ kind: 'leaf', id, isRewind: record['rewound'] === true || record['explicit'] === true }]
}

function projectFacts(path: unknown): SessionFact[] {
  const cwd = textOf(path)
  return cwd === null ? [] : [{ kind: 'cwd', path: cwd, isProject: true }]
}

function windowFacts(record: Shape): SessionFact[] {
  const betas = listOf(shapeOf(record['params'])['betas'])
  const isLong = betas.some((beta) => typeof beta === 'string' && beta.startsWith('context-1m'))
  return isLong ? [{ kind: 'context-window', tokens: 1_000_000 }] : []
}
