import { getCode, getCodeDiff, getCodeFile } from '../../../server/contract/replay.ts'
import { findInSession, getSession, getTimeline, listEvents } from '../../../server/contract/sessions.ts'
import { call, type ReplyOf } from '../../api/call.ts'

export type CodeList = ReplyOf<typeof getCode>
export type CodeFileReply = ReplyOf<typeof getCodeFile>
export type CodeDiffReply = ReplyOf<typeof getCodeDiff>
export type FindReply = ReplyOf<typeof findInSession>

/** What the replay asks the server about one session. An interface, so that tests can answer themselves. */
export type ReplayApi = ReturnType<typeof createReplayApi>

/** Binds the routes that the replay needs to a session. */
export function createReplayApi(sessionId: string) {
  const params = { sessionId }
  return {
    getSession: (signal: AbortSignal) => call(getSession, { params, signal }),
    getTimeline: (after: number, signal: AbortSignal) => call(getTimeline, { params, query: { after }, signal }),
    listEvents: async (after: number, limit: number, signal: AbortSignal) =>
      (await call(listEvents, { params, query: { after, limit }, signal })).items,
    find: (q: string, signal: AbortSignal): Promise<FindReply> =>
      call(findInSession, { params, query: { q, limit: 5000 }, signal }),
    getCode: (at: string, signal: AbortSignal): Promise<CodeList> => call(getCode, { params, query: { at }, signal }),
    getCodeFile: (at: string, path: string, signal: AbortSignal): Promise<CodeFileReply> =>
      call(getCodeFile, { params, query: { at, path }, signal }),
    getCodeDiff: (query: { path: string; from?: string; to?: string }, signal: AbortSignal): Promise<CodeDiffReply> =>
      call(getCodeDiff, { params, query, signal }),
  }
}
