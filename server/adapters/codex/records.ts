import type { RecordSigns } from '../shared/json-line.ts'
import { isShape, textOf, timeOf, type Shape } from '../shared/shape.ts'

/** A record without what all records have. */
export interface RolloutRecord {
  /** `session_meta`, `response_item`, `event_msg` and others. */
  type: string
  payload: Shape
  /** What newer versions note beside a payload. */
  metadata: Shape
  at: number | null
  /** The time as it is written; empty in the first era, whose items have none. */
  stamp: string
  /** True in the first era (until September 2025): items stand in the file by themselves. */
  isBare: boolean
}

/** Tells records of a rollout from the objects in them. */
export const RECORD_SIGNS: RecordSigns = {
  start: /\{"timestamp":/g,
  isRecord: (found) =>
    textOf(found['timestamp']) !== null && textOf(found['type']) !== null && isShape(found['payload']),
}

/** Reads a record of any era. */
export function recordOf(record: Shape): RolloutRecord {
  const { payload } = record
  const stamp = textOf(record['timestamp']) ?? ''
  const metadata = isShape(record['metadata']) ? record['metadata'] : {}
  if (isShape(payload)) {
    return { type: textOf(record['type']) ?? 'no type', payload, metadata, at: timeOf(stamp), stamp, isBare: false }
  }
  const bare = { payload: record, metadata, at: timeOf(stamp), stamp, isBare: true }
  if (record['record_type'] !== undefined) return { ...bare, type: 'state' }
  // The first line of the first era is the only one without a type.
  if (record['type'] === undefined && textOf(record['id']) !== null) return { ...bare, type: 'session_meta' }
  return { ...bare, type: 'response_item' }
}
