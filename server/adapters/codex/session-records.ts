import type { SessionFact } from '../adapter.ts'
import { countOf, isShape, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import type { Draft } from '../shared/drafts.ts'
import { windowFacts } from './event-messages.ts'
import { bookkeeping, shown, type Reader, type RecordReading } from './reading.ts'
import { totalKey, usageOf } from './usage.ts'

/** Reads the head of a rollout. Further ones were copied with the lines of another session. */
export function readSessionMeta(reader: Reader): RecordReading {
  const meta = reader.record.payload
  const id = textOf(meta['id'])
  if (id !== null && reader.nativeId !== null && id !== reader.nativeId)
    return bookkeeping(reader, { copiedAt: reader.record.at })
  const facts: SessionFact[] = []
  const cwd = textOf(meta['cwd'])
  if (cwd !== null) facts.push({ kind: 'cwd', path: cwd, isProject: true })
  const branch = textOf(shapeOf(meta['git'])['branch'])
  if (branch !== null) facts.push({ kind: 'git-branch', name: branch })
  const version = textOf(meta['cli_version'])
  if (version !== null) facts.push({ kind: 'version', text: version })
  return bookkeeping(reader, {}, [...facts, ...kinFacts(meta, id)])
}

/** Reads the settings of a turn. */
export function readTurnContext(reader: Reader): RecordReading {
  const { payload } = reader.record
  const cwd = textOf(payload['cwd'])
  const facts: SessionFact[] = cwd === null ? [] : [{ kind: 'cwd', path: cwd, isProject: true }]
  return bookkeeping(reader, { model: textOf(payload['model']) ?? reader.memory.model }, facts)
}

/** Reads the tokens of one answer of the API. Those of other threads were copied with their lines. */
export function readUsageRecord(reader: Reader): RecordReading {
  const { payload } = reader.record
  const total = totalKey(payload['thread_token_usage']) ?? reader.memory.total
  const stated = payload['usage']
  const thread = textOf(payload['thread_id'])
  const isOthers = thread !== null && reader.nativeId !== null && thread !== reader.nativeId
  if (!isShape(stated) || isOthers) return bookkeeping(reader, { total })
  const response = textOf(payload['response_id']) ?? reader.idOf('response')
  const usage = usageOf(stated, { key: `codex:${response}`, model: reader.memory.model })
  const facts = windowFacts(reader.memory.window)
  return shown(reader, [{ id: `tokens-${response}`, kind: 'progress', text: null, usage }], { total }, facts)
}

/** Reads the record that replaces the context; what it leaves of it follows in the same record. */
export function readCompacted(reader: Reader): RecordReading {
  const { payload } = reader.record
  const message = textOf(payload['message'])
  const id = reader.idOf('compaction')
  const trigger = triggerOf(reader)
  const events: Draft[] = [
    {
      id,
      kind: 'compaction',
      compaction: { trigger, preTokens: reader.memory.context, postTokens: null, durationMs: null },
    },
    // The API may give a summary that only it can read.
    { id: `${id}#summary`, kind: 'summary', text: message },
  ]
  return shown(reader, events)
}

function triggerOf(reader: Reader): 'manual' | 'auto' | 'unknown' {
  const turn = reader.memory.turn === 'none' ? reader.lookBack() : reader.memory.turn
  if (turn === 'prompted' || turn === 'asked') return 'auto'
  return turn === 'unasked' ? 'manual' : 'unknown'
}

/** Where a session comes from: a fork of another, or the work of a sub-agent. */
function kinFacts(meta: Shape, id: string | null): SessionFact[] {
  const facts: SessionFact[] = []
  const origin = textOf(meta['forked_from_id'])
  if (origin !== null) facts.push({ kind: 'forked-from', nativeId: origin })
  const base = shapeOf(meta['history_base'])
  const thread = textOf(base['thread_id'])
  if (thread !== null) facts.push({ kind: 'continues', nativeId: thread, byte: countOf(base['end_byte_offset']) })
  const told = shapeOf(meta['source'])['subagent']
  if (told === undefined || told === null) return facts
  const spawn = shapeOf(shapeOf(told)['thread_spawn'])
  const root = textOf(meta['session_id'])
  const parent = textOf(meta['parent_thread_id']) ?? textOf(spawn['parent_thread_id']) ?? (root === id ? null : root)
  if (parent === null || parent === id) return facts
  const name = textOf(meta['agent_path']) ?? textOf(spawn['agent_path'])
  const role = textOf(meta['agent_role']) ?? textOf(spawn['agent_role']) ?? textOf(told)
  const nickname = textOf(meta['agent_nickname']) ?? textOf(spawn['agent_nickname'])
  return [
    ...facts,
    { kind: 'parent', nativeId: parent },
    { kind: 'subagent', agentType: role ?? nickname, description: name, toolUseId: null },
  ]
}
