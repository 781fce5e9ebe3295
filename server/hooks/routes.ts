import type { FastifyInstance } from 'fastify'
import { contextOf } from '../../scripts/from-agent.mjs'
import { listHooks, putHooks, reportStatus, runHook } from '../contract/hooks.ts'
import { mount } from '../mount.ts'
import type { HookCalls } from './calls.ts'
import type { Hooks } from './hooks.ts'
import { lineOf } from './status-line.ts'

/** What the routes of this feature need. */
export interface HookDeps {
  hooks: Hooks
  hookCalls: HookCalls
  status: {
    /** Takes what an agent says of its context; null when it says nothing yet. */
    note(sessionId: string, context: { used: number; window: number } | null): void
    turnsLeft(sessionId: string): number | null
    levels(): number[]
    snapshotAt(sessionId: string): number | null
  }
}

/** Installs hooks, answers them, and answers the status line. */
export function hookRoutes(app: FastifyInstance, { hooks, hookCalls, status }: HookDeps): void {
  mount(app, listHooks, async () => ({ items: await hooks.list() }))

  mount(app, putHooks, ({ params, body }) => hooks.put(params.agent, body.features, body))

  mount(app, runHook, async ({ body }) => ({ output: await hookCalls.run(body.agent, body.input) }))

  mount(app, reportStatus, ({ body }) => {
    const nativeId = body.input['session_id']
    const sessionId = `${body.agent}:${typeof nativeId === 'string' ? nativeId : ''}`
    const context = contextOf(body.input)
    status.note(sessionId, context)
    const facts = { context, levels: status.levels(), now: Date.now() }
    const turnsLeft = context === null ? null : status.turnsLeft(sessionId)
    return { line: lineOf({ ...facts, turnsLeft, snapshotAt: status.snapshotAt(sessionId) }) }
  })
}
