import type { FastifyInstance } from 'fastify'
import { cancelElsewhere, getElsewhere, searchElsewhere, type ElsewhereReport } from '../contract/elsewhere.ts'
import { mount } from '../mount.ts'
import type { Secrets } from './secrets.ts'

/** What the routes of the search in other places need. */
export interface ElsewhereDeps {
  secrets: Secrets
  elsewhere: { report: ElsewhereReport; start(): void; cancel(): Promise<void> }
}

/** Searches other places on disk for known values. */
export function elsewhereRoutes(app: FastifyInstance, { secrets, elsewhere }: ElsewhereDeps): void {
  const reply = () => {
    const { report } = elsewhere
    const ids = [...new Set(report.places.map(({ secretId }) => secretId))]
    // One that turned out to be no secret since then is no news.
    const described = ids.flatMap((id) => secrets.find(id) ?? []).filter(({ state }) => state !== 'ignored')
    const known = new Set(described.map(({ id }) => id))
    return {
      ...report,
      places: report.places
        .filter(({ secretId }) => known.has(secretId))
        .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line)),
      secrets: described.map(({ id, label, placeholder, severity, state }) => ({
        id,
        label,
        placeholder,
        severity,
        state,
      })),
    }
  }

  mount(app, getElsewhere, reply)

  mount(app, searchElsewhere, () => {
    elsewhere.start()
    return reply()
  })

  mount(app, cancelElsewhere, async () => {
    await elsewhere.cancel()
    return reply()
  })
}
