import type { FastifyInstance } from 'fastify'
import { getWarnings, putWarnings } from '../contract/hooks.ts'
import type { LiveHub } from '../live/hub.ts'
import { mount } from '../mount.ts'
import type { ContextWatch } from './context-watch.ts'
import type { WarningLevels } from './settings.ts'

/** What the routes of this feature need. */
export interface WarningDeps {
  contextWatch: ContextWatch
  warningLevels: WarningLevels
  live: LiveHub
}

/** Tells and sets at which levels Lossless warns, and which warnings stand. */
export function warningRoutes(app: FastifyInstance, { contextWatch, warningLevels, live }: WarningDeps): void {
  mount(app, getWarnings, () => ({ ...warningLevels.get(), active: contextWatch.active() }))

  mount(app, putWarnings, ({ body }) => {
    const settings = warningLevels.put(body)
    contextWatch.levelsChanged()
    live.announce({ kind: 'settings' })
    return settings
  })
}
