import type { FileOp } from '../../code-state/file-op.ts'

/** What a `user` record with a tool result tells about files on disk. */
export function resultFileOps(record: Record<string, unknown>): FileOp[] {
  return []
}

/** What a tool call asks for. It counts only when its result came, was no error, and does not tell the truth itself. */
export function callFileOps(name: string, input: unknown, cwd: string): FileOp[] {
  return []
}

/** What a record outside the conversation tells: file-history snapshots and deltas, notes on edited files. */
export function bookkeepingFileOps(record: Record<string, unknown>): FileOp[] {
  return []
}
