import type { Sqlite } from '../db/client.ts'
import type { EventStore } from '../db/stores/event-store.ts'
import { ForkStore } from '../db/stores/fork-store.ts'
import type { SessionStore } from '../db/stores/session-store.ts'
import { ForkError, type ForkRequest, type Host } from './adapters/adapter.ts'
import { adapters } from './adapters/registry.ts'
import { AppError } from './errors.ts'
import type { ForkDeps, Forker } from './forks/routes.ts'
import type { EventBodies } from './ingest/event-bodies.ts'
import type { Ingest } from './ingest/ingest.ts'
import type { Outside } from './outside/outside.ts'

/** What forking is made of. */
interface ForkMaterial extends Pick<ForkDeps, 'resolveMoment' | 'readRange' | 'localPath' | 'keptFiles'> {
  indexDb: Sqlite
  sessions: SessionStore
  events: EventStore
  bodies: EventBodies
  ingest: Ingest
  outside: Outside
  host: Host
}

/** Ties forking together: here, as in deps.ts, adapters meet the feature. */
export function composeForks(material: ForkMaterial): ForkDeps {
  const { indexDb, events, bodies, ingest, host, ...rest } = material
  return {
    ...rest,
    events,
    forkPlaces: new ForkStore(indexDb),
    forkerOf: (agent) => forkerOf(agent, host),
    whyNoFork: (agent) => adapterOf(agent)?.refusesWrites ?? null,
    resumeCommand: (agent, nativeId, cwd, file) => adapterOf(agent)?.resumeCommand?.(nativeId, cwd, host, file) ?? null,
    isAutomaticCompaction: (sessionKey, seq) => {
      const [row] = events.page(sessionKey, seq - 1, 1)
      const event = row && bodies.whole(row, { calls: new Map(), subagents: new Map() })
      return event?.compaction?.trigger === 'auto'
    },
    keepNow: (paths) => ingest.keepNow(paths),
  }
}

function forkerOf(agent: string, host: Host): Forker | undefined {
  const maker = adapterOf(agent)?.fork
  if (!maker) return undefined
  return {
    idFrom: (seed) => maker.idFrom(seed),
    plan: (request) => maker.plan(request satisfies ForkRequest, host).catch(toldAsRequestError),
  }
}

/** What the adapter says is meant for the person who asked. */
function toldAsRequestError(error: unknown): never {
  throw error instanceof ForkError ? new AppError('bad_request', error.message, { cause: error }) : error
}

function adapterOf(agent: string) {
  return adapters.find(({ id }) => id === agent)
}
