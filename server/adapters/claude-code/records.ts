import type { RecordSigns } from '../shared/json-line.ts'
import { isShape, textOf, timeOf, type Shape } from '../shared/shape.ts'

/** Tells records of Claude Code from the blocks of messages in them. */
export const RECORD_SIGNS: RecordSigns = {
  start: /\{"(?:type|parentUuid|logicalParentUuid|uuid|isSidechain|sessionId|agentId|messageId|leafUuid|summary)":/g,
  isRecord: (found) => textOf(found['uuid']) !== null || BOOKKEEPING_KINDS.has(kindOf(found)),
}

/** What every record of the conversation tree states about itself. */
export interface Head {
  /** The record's uuid, or an id derived from its bytes. */
  id: string
  parentId: string | null
  logicalParentId: string | null
  at: number | null
  cwd: string | null
  isSidechain: boolean
  /** `type`, with its subtype where it has one: `system/api_error`. */
  recordKind: string
}

/** Records without a uuid that say something about the session; any other such kind is counted as unknown. */
export const BOOKKEEPING_KINDS: ReadonlySet<string> = new Set([
  'agent-color',
  'agent-name',
  'agent-setting',
  'ai-title',
  'api-request',
  'api-request-blob',
  'api-request-shape',
  'atis-latch',
  'attribution-snapshot',
  'bridge-session',
  'content-replacement',
  'cost-state',
  'custom-title',
  'file-history-delta',
  'file-history-snapshot',
  'fork-context-ref',
  'frame-link',
  'last-prompt',
  'mode',
  'permission-mode',
  'pr-link',
  'queue-operation',
  'relocated',
  'summary',
  'tag',
  'task-summary',
  'tools-used',
  'worktree-state',
])

/** Kinds that stand in the tree of the conversation. */
const CHAIN_KINDS: ReadonlySet<string> = new Set([
  'user',
  'assistant',
  'system',
  'attachment',
  'progress',
  'compact_boundary',
])

/** True for a record that becomes at least one event: it has a uuid, or is of a kind that old versions wrote without. */
export function isChainRecord(record: Shape): boolean {
  return textOf(record['uuid']) !== null || CHAIN_KINDS.has(kindOf(record))
}

/** The record's `type`; empty where it has none. */
export function kindOf(record: Shape): string {
  return textOf(record['type']) ?? ''
}

/** The record's kind with its subtype. */
export function fullKindOf(record: Shape): string {
  const kind = kindOf(record) || 'no type'
  const subtype = subtypeOf(record, kind)
  return subtype === null ? kind : `${kind}/${subtype}`
}

function subtypeOf(record: Shape, kind: string): string | null {
  if (kind === 'system') return textOf(record['subtype'])
  if (kind === 'queue-operation') return textOf(record['operation'])
  const inner = kind === 'attachment' ? record['attachment'] : kind === 'progress' ? record['data'] : null
  return isShape(inner) ? textOf(inner['type']) : null
}

/** Reads what the record states about itself; `fallbackId` serves where it has no uuid. */
export function headOf(record: Shape, fallbackId: () => string): Head {
  return {
    id: textOf(record['uuid']) ?? fallbackId(),
    parentId: textOf(record['parentUuid']),
    logicalParentId: textOf(record['logicalParentUuid']),
    at: timeOf(record['timestamp']),
    cwd: textOf(record['cwd']),
    isSidechain: record['isSidechain'] === true,
    recordKind: fullKindOf(record),
  }
}
