import type { FastifyInstance } from 'fastify'
import { contextOf } from '../../scripts/from-agent.mjs'
import { getGuard, putHeldBack } from '../contract/guard.ts'
import { listHooks, putHooks, reportStatus, runHook } from '../contract/hooks.ts'
import { notFound } from '../errors.ts'
import type { LiveHub } from '../live/hub.ts'
import { mount } from '../mount.ts'
import type { HookCalls } from './calls.ts'
import type { HeldBackList } from './held-back.ts'
import type { Hooks } from './hooks.ts'
import { lineOf } from './status-line.ts'

/** What the routes of this feature need. */
export interface HookDeps {
  hooks: Hooks
  hookCalls: HookCalls
  /** Makes the guard ready where it is installed: the first prompt need not wait for that. */
  warmGuard(): Promise<void>
  heldBack: HeldBackList
  live: LiveHub
  status: {
    /** Takes what an agent says of its context; null when it says nothing yet. */
    note(sessionId: string, context: { used: number; window: number } | null): void
    turnsLeft(sessionId: string): number | null
    levels(): number[]
    snapshotAt(sessionId: string): number | null
  }
}

/** Installs hooks, answers them, tells what the guard did, and answers the status line. */
export function hookRoutes(app: FastifyInstance, deps: HookDeps): void {
  const { hooks, hookCalls, heldBack, live, status } = deps

  mount(app, listHooks, async () => ({ items: await hooks.list() }))

  mount(app, putHooks, async ({ params, body }) => {
    const change = await hooks.put(params.agent, body.features, body)
    if (change.applied) void deps.warmGuard()
    return change
  })

  mount(app, runHook, async ({ body }) => ({ output: await hookCalls.run(body.agent, body.input) }))

  mount(app, getGuard, () => heldBack.report())

  mount(app, putHeldBack, ({ params, body }) => {
    if (!heldBack.letThrough(params.heldId, body.isLetThrough))
      throw notFound('secret that was held back', String(params.heldId))
    live.announce({ kind: 'settings' })
    return heldBack.report()
  })

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
