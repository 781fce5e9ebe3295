import type { EventStore } from '../db/stores/event-store.ts'
import type { OwnPatternStore } from '../db/stores/own-pattern-store.ts'
import type { PlaceStore, StoredPlace } from '../db/stores/place-store.ts'
import type { SecretStore } from '../db/stores/secret-store.ts'
import type { SessionStore } from '../db/stores/session-store.ts'
import type { Ingest } from './ingest/ingest.ts'
import type { StoredMask } from './ingest/stored-review.ts'
import type { LiveHub } from './live/hub.ts'
import type { SecretDeps } from './secrets/routes.ts'
import type { Elsewhere } from './elsewhere/elsewhere.ts'
import type { TextScan } from './ingest/text-scan.ts'
import { Secrets } from './secrets/secrets.ts'

/** What secrets are listed from. */
interface SecretMaterial {
  sessions: SessionStore
  events: EventStore
  secretStore: SecretStore
  places: PlaceStore
  mask: StoredMask
  readRange(generationId: number, offset: number, length: number): Uint8Array
  ingest: Ingest
  live: LiveHub
  ownPatterns: OwnPatternStore
  patternTrials: TextScan
  textScan: TextScan
  elsewhere: Elsewhere
}

/** Longer lines are not parsed to show a piece of them. */
const LONGEST_LINE = 500_000

/** Ties the list of secrets together. */
export function composeSecrets(material: SecretMaterial): SecretDeps {
  const { sessions, events, secretStore, places, mask, readRange, ingest, live } = material
  const maskedText = (place: StoredPlace): string | null => {
    if (place.length > LONGEST_LINE) return null
    return mask.textAt(place, readRange(place.generationId, place.offset, place.length))
  }
  const secrets = new Secrets({
    store: secretStore,
    places,
    session: (id) => sessions.find(id),
    eventKind: (key, seq) => events.page(key, seq - 1, 1)[0]?.kind ?? null,
    maskedText,
  })
  return {
    secrets,
    secretStore,
    places,
    live,
    ownPatterns: material.ownPatterns,
    elsewhere: material.elsewhere,
    tryPattern: (trial) => material.patternTrials.tryPattern(trial),
    rulesChanged: () => {
      ingest.rulesChanged()
      material.textScan.rulesChanged()
    },
    revealSecret: (placeId) => ingest.revealSecret(placeId),
    sessionKey: (id) => sessions.find(id)?.key,
  }
}
