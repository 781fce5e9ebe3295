import type { FastifyInstance } from 'fastify'
import { handOffSession } from '../contract/handoff.ts'
import { mount } from '../mount.ts'
import { handOff, type HandoffDeps } from './hand-off.ts'

export type { Composer, HandoffDeps } from './hand-off.ts'

/** Lets sessions go on in other agents. */
export function handoffRoutes(app: FastifyInstance, deps: HandoffDeps): void {
  mount(app, handOffSession, ({ params, body }) =>
    handOff(deps, {
      ...body,
      sessionId: params.sessionId,
      at: body.at === undefined ? undefined : String(body.at),
    }),
  )
}
