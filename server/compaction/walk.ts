import { setImmediate } from 'node:timers/promises'
import type { EventLinks, StoredEvent } from '../../db/stores/event-store.ts'
import type { Event } from '../contract/event.ts'
import type { Told } from './candidate.ts'

/** Where events come from. */
export interface EventSource {
  events: { page(sessionKey: number, after: number, limit: number): StoredEvent[] }
  bodies: { page(rows: readonly StoredEvent[], links: EventLinks): Event[] }
}

/** Kinds that say nothing of what was meant or done. */
const SKIPPED = new Set(['progress', 'hook', 'unknown', 'microcompaction', 'notice'])
/** Tools that only look: of their results no more is needed than that they went well, and these are most of the bytes. */
const LOOKING = new Set([
  'Read',
  'Grep',
  'Glob',
  'LS',
  'WebFetch',
  'WebSearch',
  'ToolSearch',
  'NotebookRead',
  'TodoWrite',
  'TaskUpdate',
  'TaskList',
  'BashOutput',
  'Skill',
])
const NO_LINKS: EventLinks = { calls: new Map(), subagents: new Map() }
const ROWS_AT_ONCE = 200
const BYTES_AT_ONCE = 200_000
const SLICE_MS = 8

/** Gives a session's events in order, yielding to other requests every few milliseconds. */
export async function walk(
  source: EventSource,
  { sessionKey, after: from }: { sessionKey: number; after: number },
  take: (event: Told) => void,
): Promise<void> {
  const names = new Map<string, string>()
  let begun = performance.now()
  let after = from
  for (;;) {
    const rows = source.events.page(sessionKey, after, ROWS_AT_ONCE)
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.seq
    for (const group of groupsOf(rows)) {
      for (const event of read(source, group, names)) {
        take(event)
        if (performance.now() - begun < SLICE_MS) continue
        await setImmediate()
        begun = performance.now()
      }
      if (performance.now() - begun < SLICE_MS) continue
      await setImmediate()
      begun = performance.now()
    }
  }
}

function read(source: EventSource, rows: StoredEvent[], names: Map<string, string>): Told[] {
  for (const row of rows) if (row.kind === 'tool_call' && row.callId !== null) names.set(row.callId, row.toolName ?? '')
  const isBare = (row: StoredEvent) =>
    row.kind === 'tool_result' && row.isError === 0 && LOOKING.has(names.get(row.callId ?? '') ?? '')
  const whole = new Map(
    source.bodies
      .page(
        rows.filter((row) => !isBare(row)),
        NO_LINKS,
      )
      .map((event) => [event.seq, event]),
  )
  return rows.map((row) => whole.get(row.seq) ?? bareResult(row))
}

function bareResult(row: StoredEvent): Told {
  return {
    seq: row.seq,
    id: row.id,
    at: null,
    kind: 'tool_result',
    branch: row.branch,
    parentSeq: row.parentSeq,
    text: null,
    tool: null,
    result: {
      callId: row.callId ?? '',
      callSeq: null,
      name: null,
      isError: false,
      exitCode: null,
      images: [],
      persisted: null,
      detail: null,
    },
    changes: [],
    compaction: null,
  }
}

/** Rows whose lines are read at once: enough to be quick, few enough to be no burden. Parts of one line stay together. */
function groupsOf(rows: StoredEvent[]): StoredEvent[][] {
  const groups: StoredEvent[][] = []
  let group: StoredEvent[] = []
  let bytes = 0
  for (const row of rows) {
    if (SKIPPED.has(row.kind) || row.branch < 0) continue
    if (bytes > BYTES_AT_ONCE && row.part === 0) {
      groups.push(group)
      group = []
      bytes = 0
    }
    bytes += row.part === 0 ? row.length : 0
    group.push(row)
  }
  if (group.length > 0) groups.push(group)
  return groups
}
