import type { IndexWriter, SessionRow } from '../../db/stores/index-writer.ts'

/**
 * Lets a session that has nothing yet begin with the events of another one, up to `last`. They go on standing in the bytes
 * of that one; its answers are counted there alone.
 */
export function takeOver(
  writer: IndexWriter,
  { base, session, last }: { base: SessionRow; session: SessionRow; last: number },
): void {
  const taken = writer.copies.copy(base.key, session.key, last)
  session.events = last + 1
  session.first_event_id = base.first_event_id
  session.fork_of_id = base.id
  session.first_prompt = base.first_prompt
  session.last_chain_seq = writer.lastOnPath(session.key, last)
  session.branches = base.branches
  session.started_at = taken.startedAt
  session.ended_at = taken.endedAt
  session.prompts = taken.prompts
  session.tool_calls = taken.toolCalls
  session.errors = taken.errors
  session.compactions = taken.compactions
  session.files_changed = taken.files
  session.lines_added = taken.added
  session.lines_removed = taken.removed
}
