import type { FastifyInstance } from 'fastify'
import { listCompactions, writeBrief } from '../contract/compaction.ts'
import { mount } from '../mount.ts'
import type { Compactions } from './compactions.ts'

/** What the routes of this feature need. */
export interface CompactionDeps {
  compactions: Compactions
}

/** Tells what compactions dropped and writes recovery briefs. */
export function compactionRoutes(app: FastifyInstance, { compactions }: CompactionDeps): void {
  mount(app, listCompactions, async ({ params }) => ({ items: await compactions.list(params.sessionId) }))
  mount(app, writeBrief, ({ params, body }) => compactions.brief(params.sessionId, body))
}
