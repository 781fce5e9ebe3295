import type { Host } from '../adapters/adapter.ts'
import type { IngestProgress } from '../contract/live.ts'

/** What the worker is started with. */
export interface IngestStart {
  vaultPath: string
  indexPath: string
  host: Host
}

/** What the server tells the worker. */
export type IngestOrder =
  /** A path below an agent's folders is new, grew, changed or vanished. */
  | { kind: 'changed'; path: string }
  /** Walk all folders and look at every file. */
  | { kind: 'sweep' }
  | { kind: 'stop' }

/** What the worker tells the server. */
export type IngestReport =
  | { kind: 'progress'; progress: IngestProgress }
  | { kind: 'session'; sessionId: string; isNew: boolean; events: number; isGrowing: boolean }
  | { kind: 'state'; sessionId: string; isGone: boolean }
  /** Something that a person should know; ingest goes on. */
  | { kind: 'trouble'; message: string; path: string | null }
