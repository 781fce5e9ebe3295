import type { Sqlite } from '../client.ts'

/** A place in a session, as a list of places to cut shows it. */
export interface StoredPlace {
  seq: number
  id: string
  preview: string | null
}

/** Answers what has to be known to choose where a session is cut. `branch` is the one that the cut is on. */
export class ForkStore {
  readonly #statements: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#statements = prepare(sqlite)
  }

  /** Tokens in the context after an event, as they were last told up to there; null when they never were. */
  contextAt(sessionKey: number, seq: number, branch: number): number | null {
    return this.#statements.contextAt.get(sessionKey, seq, branch)?.used ?? null
  }

  /** The first compaction after an event, when no prompt stands between; undefined when the session went on otherwise. */
  compactionRightAfter(sessionKey: number, seq: number): { seq: number; preTokens: number | null } | undefined {
    const compaction = this.#statements.nextCompaction.get(sessionKey, seq)
    if (!compaction || this.#statements.promptBetween.get(sessionKey, seq, compaction.seq)) return undefined
    return compaction
  }

  /** `seq` of the last compaction up to an event; -1 when there is none. */
  compactionBefore(sessionKey: number, seq: number): number {
    return this.#statements.lastCompaction.get(sessionKey, seq)?.seq ?? -1
  }

  /** Prompts after `after` and up to `seq`, the last first. */
  promptsBefore(sessionKey: number, range: { after: number; seq: number; branch: number }): StoredPlace[] {
    return this.#statements.prompts.all(sessionKey, range.after, range.seq, range.branch)
  }

  /** Results of calls after `after` and up to `seq`, the last first: places inside of a turn. */
  resultsBefore(sessionKey: number, range: { after: number; seq: number; branch: number }): StoredPlace[] {
    return this.#statements.results.all(sessionKey, range.after, range.seq, range.branch)
  }

  /** The last answer or result before an event: what a turn ended with. */
  turnEndBefore(sessionKey: number, seq: number, branch: number): StoredPlace | undefined {
    return this.#statements.turnEnd.get(sessionKey, seq, branch)
  }
}

const PLACES = `SELECT seq, id, preview FROM events WHERE session_key = ?`

function prepare(sqlite: Sqlite) {
  return {
    contextAt: sqlite.prepare<[number, number, number], { used: number }>(
      `SELECT context_used AS used FROM events
       WHERE session_key = ? AND seq <= ? AND context_used IS NOT NULL AND branch IN (0, ?) ORDER BY seq DESC LIMIT 1`,
    ),
    nextCompaction: sqlite.prepare<[number, number], { seq: number; preTokens: number | null }>(
      `SELECT seq, pre_tokens AS preTokens FROM compactions WHERE session_key = ? AND seq > ? ORDER BY seq LIMIT 1`,
    ),
    lastCompaction: sqlite.prepare<[number, number], { seq: number }>(
      'SELECT seq FROM compactions WHERE session_key = ? AND seq <= ? ORDER BY seq DESC LIMIT 1',
    ),
    promptBetween: sqlite.prepare<[number, number, number], { one: number }>(
      `SELECT 1 AS one FROM events WHERE session_key = ? AND seq > ? AND seq < ? AND kind IN ('prompt', 'command') LIMIT 1`,
    ),
    prompts: sqlite.prepare<[number, number, number, number], StoredPlace>(
      `${PLACES} AND seq > ? AND seq <= ? AND kind = 'prompt' AND branch IN (0, ?) ORDER BY seq DESC LIMIT 200`,
    ),
    results: sqlite.prepare<[number, number, number, number], StoredPlace>(
      `${PLACES} AND seq > ? AND seq <= ? AND kind = 'tool_result' AND branch IN (0, ?) ORDER BY seq DESC LIMIT 500`,
    ),
    turnEnd: sqlite.prepare<[number, number, number], StoredPlace>(
      `${PLACES} AND seq < ? AND kind IN ('answer', 'tool_result', 'summary') AND branch IN (0, ?)
       ORDER BY seq DESC LIMIT 1`,
    ),
  }
}
