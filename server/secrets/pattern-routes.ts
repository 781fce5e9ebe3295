import type { FastifyInstance } from 'fastify'
import type { OwnPatternStore } from '../../db/stores/own-pattern-store.ts'
import type { SecretStore } from '../../db/stores/secret-store.ts'
import {
  changeOwnPattern,
  createOwnPattern,
  deleteOwnPattern,
  listOwnPatterns,
  testOwnPattern,
  type PatternDraft,
} from '../contract/own-patterns.ts'
import { AppError, notFound } from '../errors.ts'
import type { LiveHub } from '../live/hub.ts'
import { mount } from '../mount.ts'

/** What a pattern finds in a text. */
interface Trial {
  problem: string | null
  hasKeyword: boolean
  hits: { start: number; end: number }[]
  masked: string
  isComplete: boolean
}

/** What the routes of the user's own patterns need. */
export interface PatternDeps {
  ownPatterns: OwnPatternStore
  secretStore: SecretStore
  live: LiveHub
  /** In a thread of its own: neither compiling nor matching may hold up anybody. */
  tryPattern(trial: { pattern: string; keyword: string; text: string }): Promise<Trial>
  /** Lets the patterns be used from now on, and what was read before be looked through again. */
  rulesChanged(): void
}

/** Each pattern costs time on every text that is read. */
const MOST_PATTERNS = 50

/** Keeps the user's own patterns of secrets. */
export function patternRoutes(app: FastifyInstance, deps: PatternDeps): void {
  const { ownPatterns, secretStore } = deps

  mount(app, listOwnPatterns, () => {
    const kinds = Map.groupBy(secretStore.list(), ({ kind }) => kind)
    return { items: ownPatterns.list().map((one) => ({ ...one, secrets: kinds.get(one.kind)?.length ?? 0 })) }
  })

  mount(app, createOwnPattern, async ({ body }) => {
    if (ownPatterns.list().length >= MOST_PATTERNS) {
      throw new AppError('conflict', `There are ${MOST_PATTERNS} patterns, which is the most. Delete one first.`)
    }
    await check(deps, body, null)
    const added = ownPatterns.add(body)
    changed(deps)
    return added
  })

  mount(app, changeOwnPattern, async ({ params, body }) => {
    await check(deps, body, params.patternId)
    const after = ownPatterns.change(params.patternId, body)
    if (after === undefined) throw notFound('pattern', String(params.patternId))
    changed(deps)
    return after
  })

  mount(app, deleteOwnPattern, ({ params }) => {
    if (!ownPatterns.remove(params.patternId)) throw notFound('pattern', String(params.patternId))
    changed(deps)
    return {}
  })

  mount(app, testOwnPattern, ({ body }) => deps.tryPattern({ ...body.draft, text: body.text }))
}

async function check(deps: PatternDeps, draft: PatternDraft, id: number | null): Promise<void> {
  const isTaken = deps.ownPatterns
    .list()
    .some((one) => one.id !== id && one.name.toLowerCase() === draft.name.toLowerCase())
  if (isTaken) throw new AppError('conflict', `There is a pattern called “${draft.name}” already. Choose another name.`)
  const { problem } = await deps.tryPattern({ ...draft, text: '' })
  if (problem !== null) throw new AppError('bad_request', problem)
}

function changed({ live, rulesChanged }: PatternDeps): void {
  rulesChanged()
  live.announce({ kind: 'settings' })
}
