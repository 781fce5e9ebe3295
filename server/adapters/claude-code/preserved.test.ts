import { expect, test } from 'vitest'
import type { Source } from '../adapter.ts'
import { claudeCode } from './index.ts'

const source: Source = {
  agent: 'claude-code',
  path: '/home/u/.claude/projects/-w-app/s.jsonl',
  role: 'session',
  nativeId: 's',
  subagentId: null,
}

function markOf(meta: object) {
  const record = { type: 'system', subtype: 'compact_boundary', uuid: 'b', compactMetadata: meta }
  const reading = claudeCode.readLine(Buffer.from(JSON.stringify(record)), { source, offset: 0 })
  return reading.kind === 'events' ? reading.events[0]?.compaction : undefined
}

test('a compaction names the records that stayed in the context', () => {
  const preservedMessages = { anchorUuid: 'x', uuids: ['m-1', 'm-3'], allUuids: ['m-1', 'm-2', 'm-3'] }
  expect(markOf({ trigger: 'manual', preservedMessages })?.preserved).toEqual(['m-1', 'm-2', 'm-3'])
  expect(markOf({ trigger: 'manual', preservedMessages: { uuids: ['m-1', 7] } })?.preserved).toEqual(['m-1'])
})

test('an older compaction that names none says nothing of them', () => {
  expect(markOf({ trigger: 'auto', preTokens: 5 })).toEqual({
    trigger: 'auto',
    preTokens: 5,
    postTokens: null,
    durationMs: null,
  })
})
