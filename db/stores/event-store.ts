import type { Problem } from '../../server/contract/session.ts'
import type { Timeline } from '../../server/contract/sessions.ts'
import type { Sqlite } from '../client.ts'

/** One event as the index has it, with where its line stands in the vault. */
export interface StoredEvent {
  seq: number
  id: string
  at: number | null
  kind: string
  parentSeq: number | null
  branch: number
  generationId: number
  offset: number
  length: number
  part: number
  preview: string | null
  callId: string | null
  toolName: string | null
  isError: number
  subagentId: string | null
}

/** Reads events from the index. All lists are in the order of `seq`. */
export class EventStore {
  readonly #statements: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#statements = prepare(sqlite)
  }

  page(sessionKey: number, after: number, limit: number): StoredEvent[] {
    return this.#statements.page.all(sessionKey, after, limit)
  }

  findSeq(sessionKey: number, eventId: string): number | undefined {
    return this.#statements.findSeq.get(sessionKey, eventId)?.seq
  }

  lastSeq(sessionKey: number): number | undefined {
    return this.#statements.lastSeq.get(sessionKey)?.seq ?? undefined
  }

  /** Calls with any of these ids, and results of them: `seq` and name of each. */
  linksOf(sessionKey: number, callIds: readonly string[]): Map<string, CallLink> {
    const links = new Map<string, CallLink>()
    for (const callId of new Set(callIds)) {
      const link: CallLink = { callSeq: null, resultSeq: null, name: null, subagentId: null }
      for (const row of this.#statements.byCall.all(sessionKey, callId)) {
        if (row.kind === 'tool_call') {
          link.callSeq ??= row.seq
          link.name ??= row.toolName
        } else if (row.kind === 'tool_result') link.resultSeq ??= row.seq
        link.subagentId ??= row.subagentId
      }
      links.set(callId, link)
    }
    return links
  }

  /** Everything after `after`, in columns. */
  timeline(sessionKey: number, after: number): Timeline {
    const rows = this.#statements.columns.raw().all(sessionKey, after) as TimelineRow[]
    const last = this.lastSeq(sessionKey)
    const timeline: Timeline = {
      length: last === undefined ? 0 : last + 1,
      at: [],
      kind: [],
      kinds: [],
      branch: [],
      errors: [],
      context: [],
      edits: [],
      paths: [],
      compactions: this.#statements.compactions.all(sessionKey, after),
      commits: [],
      prompts: [],
      results: [],
    }
    const kinds = new Map<string, number>()
    const calls = new Map<string, number>()
    let time = 0
    for (const [seq, at, kind, branch, isError, isCommit, contextUsed, callId, preview] of rows) {
      time = at ?? time
      timeline.at.push(time)
      timeline.kind.push(indexOf(kinds, kind))
      timeline.branch.push(branch)
      if (isError) timeline.errors.push(seq)
      if (isCommit) timeline.commits.push(seq)
      if (contextUsed !== null) timeline.context.push([seq, contextUsed])
      if (kind === 'prompt') timeline.prompts.push([seq, firstLine(preview ?? '')])
      if (callId === null) continue
      const call = calls.get(callId)
      if (kind === 'tool_call') calls.set(callId, seq)
      // Progress of a call names it too.
      if (kind !== 'tool_result') continue
      if (call !== undefined) timeline.results?.push([call, seq])
      else {
        const earlier = this.linksOf(sessionKey, [callId]).get(callId)?.callSeq
        if (typeof earlier === 'number') timeline.results?.push([earlier, seq])
      }
    }
    timeline.kinds = [...kinds.keys()]
    const paths = new Map<string, number>()
    for (const change of this.#statements.changes.all(sessionKey, after)) {
      timeline.edits.push([change.seq, indexOf(paths, change.path), change.added, change.removed])
    }
    timeline.paths = [...paths.keys()]
    return timeline
  }

  /** When each event of a session was, in order; one without a time has that of the one before. */
  times(sessionKey: number): number[] {
    let time = 0
    return this.#statements.times
      .pluck()
      .all(sessionKey)
      .map((at) => (time = at ?? time))
  }

  /** `seq` of the tool call whose work a sub-agent did, known by the call's or its result's record. */
  callOfSubagent(sessionKey: number, subagentId: string): number | undefined {
    return this.#statements.callOfSubagent.get(sessionKey, sessionKey, subagentId)?.seq
  }

  problems(sessionKey: number): (Omit<Problem, 'sourcePath' | 'bytes'> & { sourceId: number; length: number })[] {
    return this.#statements.problems.all(sessionKey)
  }

  /** Each line once, for searching its bytes. */
  linesAfter(sessionKey: number, after: number, limit: number): StoredEvent[] {
    return this.#statements.lines.all(sessionKey, after, limit)
  }
}

/** What belongs to a tool call's id. */
export interface CallLink {
  callSeq: number | null
  resultSeq: number | null
  name: string | null
  subagentId: string | null
}

/** What the events of a page refer to: calls by id, and sessions of sub-agents by the agent's id of each. */
export interface EventLinks {
  calls: ReadonlyMap<string, CallLink>
  subagents: ReadonlyMap<string, string>
}

type TimelineRow = [
  seq: number,
  at: number | null,
  kind: string,
  branch: number,
  isError: number,
  isCommit: number,
  contextUsed: number | null,
  callId: string | null,
  preview: string | null,
]

function indexOf(map: Map<string, number>, key: string): number {
  const found = map.get(key)
  if (found !== undefined) return found
  map.set(key, map.size)
  return map.size - 1
}

function firstLine(text: string): string {
  const line = text.trimStart().split('\n', 1)[0] ?? ''
  return line.slice(0, 120).toWellFormed()
}

const COLUMNS = `seq, id, at, kind, parent_seq AS parentSeq, branch, generation_id AS generationId, offset, length, part,
  preview, call_id AS callId, tool_name AS toolName, is_error AS isError, subagent_id AS subagentId`

function prepare(sqlite: Sqlite) {
  return {
    page: sqlite.prepare<[number, number, number], StoredEvent>(
      `SELECT ${COLUMNS} FROM events WHERE session_key = ? AND seq > ? ORDER BY seq LIMIT ?`,
    ),
    lines: sqlite.prepare<[number, number, number], StoredEvent>(
      `SELECT ${COLUMNS} FROM events WHERE session_key = ? AND seq > ? AND part = 0 ORDER BY seq LIMIT ?`,
    ),
    findSeq: sqlite.prepare<[number, string], { seq: number }>(
      'SELECT seq FROM events WHERE session_key = ? AND id = ?',
    ),
    lastSeq: sqlite.prepare<[number], { seq: number | null }>(
      'SELECT max(seq) AS seq FROM events WHERE session_key = ?',
    ),
    byCall: sqlite.prepare<
      [number, string],
      { seq: number; kind: string; toolName: string | null; subagentId: string | null }
    >(
      // Named, because without statistics the planner walks the whole session for the order. A call can have hundreds
      // of progress records: they come last, so that they do not push its result out.
      `SELECT seq, kind, tool_name AS toolName, subagent_id AS subagentId FROM events INDEXED BY events_by_call
       WHERE session_key = ? AND call_id = ? ORDER BY kind NOT IN ('tool_call', 'tool_result'), seq LIMIT 10`,
    ),
    times: sqlite.prepare<[number], number | null>('SELECT at FROM events WHERE session_key = ? ORDER BY seq'),
    columns: sqlite.prepare(
      `SELECT seq, at, kind, branch, is_error, is_commit, context_used, call_id,
         CASE WHEN kind = 'prompt' THEN preview END
       FROM events WHERE session_key = ? AND seq > ? ORDER BY seq`,
    ),
    changes: sqlite.prepare<[number, number], { seq: number; path: string; added: number; removed: number }>(
      'SELECT seq, path, added, removed FROM event_changes WHERE session_key = ? AND seq > ? ORDER BY seq',
    ),
    compactions: sqlite.prepare<[number, number], { seq: number; pre: number | null; post: number | null }>(
      `SELECT seq, pre_tokens AS pre, post_tokens AS post FROM compactions
       WHERE session_key = ? AND seq > ? ORDER BY seq`,
    ),
    callOfSubagent: sqlite.prepare<[number, number, string], { seq: number }>(
      `SELECT seq FROM events WHERE session_key = ? AND kind = 'tool_call' AND call_id IN (
         SELECT call_id FROM events WHERE session_key = ? AND subagent_id = ?) ORDER BY seq LIMIT 1`,
    ),
    problems: sqlite.prepare<
      [number],
      { sourceId: number; line: number; offset: number; length: number; reason: string }
    >(
      `SELECT source_id AS sourceId, line, offset, length, reason FROM problems
       WHERE session_key = ? ORDER BY source_id, offset LIMIT 500`,
    ),
  }
}
