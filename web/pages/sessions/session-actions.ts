import type { Session } from '../../../server/contract/session.ts'

/** What can be done with a session from the list, besides opening it. */
export interface SessionActions {
  /** Asks where to, shows the plan, then writes. */
  restore: (session: Pick<Session, 'id' | 'title'>) => void
  /** Names the moment now. */
  snapshot: (session: Pick<Session, 'id' | 'title'>) => void
  /** Removes the files of the import that it came with. */
  removeImport: (session: Pick<Session, 'id'>) => void
}
