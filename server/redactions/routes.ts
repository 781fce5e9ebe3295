import type { FastifyInstance } from 'fastify'
import { forgetRedacted, listRedactions, redactSessions, stopRedaction, undoRedaction } from '../contract/redactions.ts'
import { mount } from '../mount.ts'
import type { Redactions } from './redactions.ts'

/** What the routes of this feature need. */
export interface RedactionDeps {
  redactions: Redactions
}

/** Takes secrets out of sessions, and puts them back. */
export function redactionRoutes(app: FastifyInstance, { redactions }: RedactionDeps): void {
  mount(app, redactSessions, ({ body }) => redactions.redact(body))
  mount(app, stopRedaction, ({ params }) => ({ stopped: redactions.stop(params.job) }))
  mount(app, listRedactions, () => ({ items: redactions.list() }))
  mount(app, undoRedaction, ({ params, body }) => redactions.undo(params.redactionId, body))
  mount(app, forgetRedacted, ({ params }) => redactions.forget(params.redactionId))
}
