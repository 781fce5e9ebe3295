import type { Session } from '../../../server/contract/session.ts'
import { getTimeline, listSessions, type Timeline } from '../../../server/contract/sessions.ts'
import { call } from '../../api/call.ts'

/** A compaction that happened while nobody looked. */
export interface MissedCompaction {
  session: Session
  seq: number
  /** Milliseconds since 1970. */
  at: number
  pre: number | null
  post: number | null
}

export interface AwayReport {
  /** The newest first. */
  compactions: MissedCompaction[]
  /** Sessions that worked since then. */
  active: number
  /** Sessions that are no longer where the agent kept them. */
  gone: number
}

/** So many sessions are looked at, the last active ones, and so many of them looked into. */
const looked = 1_000
const lookedInto = 40

/** Tells what happened since a time; the sources of the answer are the ordinary routes. */
export async function reportSince(since: number, signal: AbortSignal): Promise<AwayReport> {
  const { items } = await call(listSessions, { query: { limit: looked }, signal })
  const active = items.filter((session) => session.endedAt !== null && Date.parse(session.endedAt) >= since)
  const missed: MissedCompaction[] = []
  for (const session of active.filter(({ compactions }) => compactions > 0).slice(0, lookedInto)) {
    const timeline = await call(getTimeline, { params: { sessionId: session.id }, signal })
    missed.push(...compactionsSince(since, session, timeline))
  }
  return {
    compactions: missed.sort((a, b) => b.at - a.at),
    active: active.length,
    gone: items.filter((session) => session.sourceState === 'gone').length,
  }
}

/** The compactions of one session at or after a time. */
export function compactionsSince(since: number, session: Session, timeline: Timeline): MissedCompaction[] {
  return timeline.compactions
    .map(({ seq, pre, post }) => ({ session, seq, pre, post, at: timeline.at[seq] ?? 0 }))
    .filter(({ at }) => at >= since)
}
