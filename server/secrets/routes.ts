import type { FastifyInstance } from 'fastify'
import type { PlaceStore } from '../../db/stores/place-store.ts'
import type { SecretStore } from '../../db/stores/secret-store.ts'
import {
  getSecret,
  getSecretReport,
  listSecrets,
  revealSecret,
  sessionFindings,
  setSecretState,
  type Secret,
} from '../contract/secrets.ts'
import { AppError, notFound } from '../errors.ts'
import { mount } from '../mount.ts'
import { rulesWith } from '../redaction/rules-version.ts'
import { elsewhereRoutes, type ElsewhereDeps } from './elsewhere-routes.ts'
import { patternRoutes, type PatternDeps } from './pattern-routes.ts'
import { reportRows } from './report.ts'
import type { Secrets } from './secrets.ts'

/** What the routes of this feature need. */
export interface SecretDeps extends PatternDeps, ElsewhereDeps {
  secretStore: SecretStore
  places: PlaceStore
  /** Null when the value does not stand there any more. */
  revealSecret(placeId: number): Promise<string | null>
  sessionKey(sessionId: string): number | undefined
}

const MOST_TO_ROTATE = 20

/** Lists the secrets that stand in sessions, and notes what is decided about them. */
export function secretRoutes(app: FastifyInstance, deps: SecretDeps): void {
  const { secrets, secretStore, places, live } = deps
  patternRoutes(app, deps)
  elsewhereRoutes(app, deps)

  mount(app, listSecrets, ({ query }) => {
    const { items, sums } = secrets.list(query)
    const from = Math.max(0, Number(query.cursor ?? 0) || 0)
    const next = from + query.limit
    return { items: items.slice(from, next), nextCursor: next < items.length ? String(next) : null, sums }
  })

  mount(app, getSecret, ({ params, query }) => {
    const before = Number(query.cursor ?? Number.MAX_SAFE_INTEGER) || Number.MAX_SAFE_INTEGER
    const items = secrets.placesOf(params.secretId, before, query.limit)
    const last = items.length === query.limit ? items.at(-1) : undefined
    return { secret: getOne(secrets, params.secretId), places: { items, nextCursor: last ? String(last.id) : null } }
  })

  mount(app, setSecretState, ({ params, body }) => {
    if (!secretStore.setState(params.secretId, body.state, body.reason))
      throw notFound('secret', String(params.secretId))
    live.announce({ kind: 'secrets' })
    return getOne(secrets, params.secretId)
  })

  mount(app, revealSecret, async ({ params }) => {
    const value = await deps.revealSecret(params.placeId)
    if (value === null)
      throw new AppError('not_found', 'The value does not stand there any more. Look at the list again.')
    return { value }
  })

  mount(app, sessionFindings, ({ params }) => {
    const key = deps.sessionKey(params.sessionId)
    if (key === undefined) throw notFound('session', params.sessionId)
    const items = places.ofSession(key).map(({ id, seq, secretId, tier }) => ({ seq, secretId, placeId: id, tier }))
    return {
      items,
      unchecked: places.uncheckedOf(key),
      isComplete: !places.isBehind(key, rulesWith(deps.ownPatterns.revision), secretStore.countSure()),
    }
  })

  mount(app, getSecretReport, () => {
    const { items } = secrets.list({})
    const open = items.filter(({ state, tier }) => state === 'open' && tier !== 'candidate')
    return { rows: reportRows(items, places.counts()), rotateFirst: open.slice(0, MOST_TO_ROTATE) }
  })
}

function getOne(secrets: Secrets, id: number): Secret {
  const secret = secrets.find(id)
  if (!secret) throw notFound('secret', String(id))
  return secret
}
