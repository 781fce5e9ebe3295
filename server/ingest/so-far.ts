import type { IndexWriter, SessionRow } from '../../db/stores/index-writer.ts'
import type { SessionSoFar } from '../adapters/adapter.ts'

/** What the lines before the one that is read told; looked up where it is asked for. */
export function soFar(parts: { writer: IndexWriter; session: SessionRow; sourceId: number }): SessionSoFar {
  const { writer, session, sourceId } = parts
  return {
    nativeId: session.native_id,
    get startedAt() {
      return session.started_at
    },
    get prompts() {
      return session.prompts
    },
    get model() {
      return (JSON.parse(session.models) as string[]).at(-1) ?? null
    },
    lastNote: (part) => writer.told.lastNote(session.key, part),
    isAfterOpenTurn: () => writer.told.lastKindBefore(sourceId, session.key) === 'prompt',
    openCall: (summary) => writer.told.openCall(session.key, summary),
  }
}
