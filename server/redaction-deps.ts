import { KeptFileStore } from '../db/stores/kept-file-store.ts'
import { PlaceStore } from '../db/stores/place-store.ts'
import { OutsideStore } from '../db/stores/outside-store.ts'
import { RedactionStore } from '../db/stores/redaction-store.ts'
import { SessionSources } from '../db/stores/session-sources.ts'
import type { Sqlite } from '../db/client.ts'
import type { SessionStore } from '../db/stores/session-store.ts'
import type { Host } from './adapters/adapter.ts'
import { notFound } from './errors.ts'
import type { Ingest } from './ingest/ingest.ts'
import type { LiveHub } from './live/hub.ts'
import type { Outside } from './outside/outside.ts'
import { Redactions } from './redactions/redactions.ts'
import type { RedactionDeps } from './redactions/routes.ts'
import { placesOn } from './restore-deps.ts'
import type { Secrets } from './secrets/secrets.ts'

/** Ties redactions together. */
export function composeRedactions(material: {
  vaultDb: Sqlite
  indexDb: Sqlite
  ingest: Ingest
  outside: Outside
  sessions: SessionStore
  secrets: Secrets
  live: LiveHub
  host: Host
}): RedactionDeps {
  const { vaultDb, indexDb, ingest, outside, sessions, secrets, live, host } = material
  const store = new RedactionStore(vaultDb)
  const keptFiles = new KeptFileStore(vaultDb)
  const sessionSources = new SessionSources(vaultDb, indexDb)
  const journal = new OutsideStore(vaultDb)
  const redactions = new Redactions({
    outside,
    store,
    kept: {
      keepNow: (paths) => ingest.keepNow(paths),
      look: (order) => ingest.lookForRedaction(order),
      stage: (request) => ingest.stageRedaction(request),
      stopLook: (job) => ingest.stopLook(job),
      swap: (id, done) => ingest.swapRedacted(id, done),
      step: (id, step) => ingest.stepRedaction(id, step),
    },
    filesOf(ids) {
      const { sourceIds, unknown } = sessionSources.ofSessions(ids)
      const [first] = unknown
      if (first !== undefined) throw notFound('session', first)
      const agents = new Set(ids.map((id) => id.split(':')[0] ?? ''))
      const own = new Set(sourceIds)
      return { sourceIds, sharedIds: store.sharedOf([...agents]).filter((id) => !own.has(id)) }
    },
    sessionsWith(ids) {
      const wanted = new Set(ids)
      const counts = new PlaceStore(indexDb).counts().filter(({ secretId }) => wanted.has(secretId))
      return [...new Set(counts.map(({ sessionId }) => sessionId))]
    },
    sources: (ids) => keptFiles.list(ids),
    titleOf: (id) => sessions.find(id)?.title ?? id,
    placeOf: placesOn(host),
    describe(id) {
      const secret = secrets.find(id)
      if (secret === undefined) return undefined
      const { placeholder, kind, label, tier, hint } = secret
      return { secretId: id, placeholder, kind, label, tier, hint }
    },
    findChange: (id) => journal.findByNote(JSON.stringify({ redaction: id })),
    onChange() {
      live.announce({ kind: 'secrets' })
      live.announce({ kind: 'vault' })
    },
  })
  return { redactions }
}
