import type { Sqlite } from '../client.ts'

/** What events that were copied amount to. */
export interface CopiedEvents {
  startedAt: number | null
  endedAt: number | null
  prompts: number
  toolCalls: number
  errors: number
  compactions: number
  files: number
  added: number
  removed: number
}

const EVENT_COLUMNS = `seq, id, at, kind, parent_seq, branch, generation_id, offset, length, part, preview, call_id,
  tool_name, is_error, is_commit, subagent_id, context_used`

/** Lets a session begin with events of another one. Callers hold the transaction. */
export class EventCopier {
  readonly #statements: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#statements = prepare(sqlite)
  }

  /** Copies the events of a session up to `last` into one without any, and says what they amount to. */
  copy(from: number, to: number, last: number): CopiedEvents {
    const { copyEvents, copyChanges, copyFiles, copyCompactions, amounts } = this.#statements
    for (const copy of [copyEvents, copyChanges, copyCompactions]) copy.run({ from, to, last })
    copyFiles.run({ to })
    const found = amounts.get({ to })
    if (!found) throw new Error('A sum has to have a row.')
    return found
  }
}

function prepare(sqlite: Sqlite) {
  return {
    copyEvents: sqlite.prepare(
      `INSERT INTO events (session_key, ${EVENT_COLUMNS})
       SELECT @to, ${EVENT_COLUMNS} FROM events WHERE session_key = @from AND seq <= @last`,
    ),
    copyChanges: sqlite.prepare(
      `INSERT INTO event_changes (session_key, seq, path, added, removed)
       SELECT @to, seq, path, added, removed FROM event_changes WHERE session_key = @from AND seq <= @last`,
    ),
    copyCompactions: sqlite.prepare(
      `INSERT INTO compactions (session_key, seq, pre_tokens, post_tokens)
       SELECT @to, seq, pre_tokens, post_tokens FROM compactions WHERE session_key = @from AND seq <= @last`,
    ),
    copyFiles: sqlite.prepare(
      `INSERT INTO session_files (session_key, path)
       SELECT DISTINCT session_key, path FROM event_changes WHERE session_key = @to`,
    ),
    amounts: sqlite.prepare<[{ to: number }], CopiedEvents>(
      `SELECT min(at) AS startedAt, max(at) AS endedAt, total(kind = 'prompt' AND branch >= 0) AS prompts,
         total(kind = 'tool_call') AS toolCalls, total(kind = 'tool_result' AND is_error) AS errors,
         total(kind = 'compaction') AS compactions,
         (SELECT count(*) FROM session_files WHERE session_key = @to) AS files,
         (SELECT total(added) FROM event_changes WHERE session_key = @to) AS added,
         (SELECT total(removed) FROM event_changes WHERE session_key = @to) AS removed
       FROM events WHERE session_key = @to`,
    ),
  }
}
