import type { KeptFile } from '../adapter.ts'
import { shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { linesIn, type Chain, type ForkLine } from './fork-lines.ts'

/** Where a fork ends, and what of the lines before is left out. */
export interface End {
  /** In the last file: the byte after the last line. */
  to: number
  /** Starts of lines in the last file that are left out. */
  dropped: Set<number>
  /** Names of calls that are left out because they have no result up to there. */
  openCalls: string[]
}

/** What follows a compaction and belongs to it. */
const AFTER_COMPACTION =
  /^(?:world_state|turn_context|event_msg\/(?:token_count|context_compacted|thread_settings_applied|ContextCompaction))$/

/** Finds the end of a fork at an event whose line begins at `offset`; yields now and then. */
export function* endOf(file: KeptFile, chain: Chain, offset: number): Generator<void, End> {
  const open = new Map<string, { from: number; name: string }>()
  let thoughts: number[] = []
  let to = 0
  let goesOn: ((line: ForkLine) => 'on' | 'last' | 'over') | null = null
  const own = chain.spans.at(-1)
  for (const line of own ? linesIn(file, own) : []) {
    yield
    const isAfter = line.from > offset
    const step = isAfter ? (goesOn?.(line) ?? 'over') : 'on'
    if (step === 'over') break
    to = line.to
    if (line.record !== null) thoughts = noted(line, open, thoughts)
    if (line.from === offset && line.record !== null) goesOn = continuation(line.record)
    if (step === 'last') break
  }
  const calls = [...open.values()]
  // Thoughts before nothing would be refused by the API.
  return {
    to,
    dropped: new Set([...calls.map(({ from }) => from), ...thoughts]),
    openCalls: calls.map(({ name }) => name),
  }
}

/** Keeps account of calls without a result in the turn, and of thoughts that nothing follows yet; returns these. */
function noted(line: ForkLine, open: Map<string, { from: number; name: string }>, thoughts: number[]): number[] {
  const kind = kindOf(line.record ?? {})
  const payload = shapeOf(line.record?.['payload'])
  if (kind === 'event_msg/task_started' || kind === 'event_msg/turn_started') open.clear()
  if (!kind.startsWith('response_item/')) return thoughts
  if (kind === 'response_item/reasoning') return [...thoughts, line.from]
  const callId = textOf(payload['call_id'])
  if (callId !== null && /_call$/.test(kind)) {
    open.set(callId, { from: line.from, name: textOf(payload['name']) ?? 'shell' })
    return thoughts
  }
  if (callId !== null && /_output$/.test(kind)) open.delete(callId)
  // What is said to the model by the client stands between a thought and its call at times.
  return kind === 'response_item/message' && payload['role'] !== 'assistant' ? thoughts : []
}

/** Says of the lines after the one that is cut at which belong to it. */
function continuation(record: Shape): ((line: ForkLine) => 'on' | 'last' | 'over') | null {
  const kind = kindOf(record)
  if (kind === 'compacted') return (line) => (AFTER_COMPACTION.test(kindOf(line.record ?? {})) ? 'on' : 'over')
  if (!/^event_msg\/(?:CommandExecution|FileChange|SubAgentActivity|exec_command_end|patch_apply_end)$/.test(kind)) {
    return null
  }
  const payload = shapeOf(record['payload'])
  const call = textOf(shapeOf(payload['item'])['id']) ?? textOf(payload['call_id'])
  if (call === null || call.startsWith('exec-')) return null
  let isOver = false
  return (line) => {
    const next = shapeOf(line.record?.['payload'])
    const nextKind = kindOf(line.record ?? {})
    if (/_output$/.test(nextKind) && next['call_id'] === call) return 'last'
    isOver ||= /^(?:compacted|event_msg\/(?:task_started|task_complete|UserMessage|user_message))$/.test(nextKind)
    return isOver ? 'over' : 'on'
  }
}

/** A short name of what a record is. */
export function kindOf(record: Shape): string {
  const type = textOf(record['type']) ?? ''
  const payload = shapeOf(record['payload'])
  const inner = textOf(shapeOf(payload['item'])['type']) ?? textOf(payload['type'])
  return inner === null || type === 'compacted' || type === 'turn_context' ? type : `${type}/${inner}`
}
