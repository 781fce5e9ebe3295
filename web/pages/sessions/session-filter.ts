import type { Session } from '../../../server/contract/session.ts'

/** What a session can have that one looks for. */
export const traits = ['live', 'kept', 'compactions', 'edits', 'errors'] as const
export type Trait = (typeof traits)[number]

/** Which sessions to show. The words are looked up by the server, which also knows first prompts; the rest here. */
export interface SessionFilter {
  words: string
  /** Folder, or `none` for sessions without one. */
  project: string | undefined
  model: string | undefined
  has: readonly Trait[]
}

/** Reads a filter from the address; unknown traits are left out. */
export function readFilter(query: URLSearchParams): SessionFilter {
  const named = (query.get('has') ?? '').split(',')
  return {
    words: query.get('q') ?? '',
    project: query.get('project') ?? undefined,
    model: query.get('model') ?? undefined,
    has: traits.filter((trait) => named.includes(trait)),
  }
}

/** True when anything but the words narrows the list. */
export function isNarrowed(filter: SessionFilter): boolean {
  return filter.project !== undefined || filter.model !== undefined || filter.has.length > 0
}

/** What stands in the address for a session's project. */
export function projectKey(session: Session): string {
  return session.projectPath ?? 'none'
}

/** Says whether a session has a trait. */
export function hasTrait(session: Session, trait: Trait): boolean {
  switch (trait) {
    case 'live':
      return session.isLive
    case 'kept':
      return session.sourceState === 'gone'
    case 'compactions':
      return session.compactions > 0
    case 'edits':
      return session.filesChanged > 0
    case 'errors':
      return session.errors > 0
  }
}

/** True when a session passes everything but the words, which the server has looked up. */
export function passes(session: Session, filter: SessionFilter): boolean {
  if (filter.project !== undefined && projectKey(session) !== filter.project) return false
  if (filter.model !== undefined && !session.models.includes(filter.model)) return false
  return filter.has.every((trait) => hasTrait(session, trait))
}

/** How many sessions each choice would leave, the other choices kept. */
export interface FacetCounts {
  /** Most sessions first. */
  projects: { key: string; count: number }[]
  models: { key: string; count: number }[]
  traits: Record<Trait, number>
}

/** Counts sessions for the facets at the left. */
export function countFacets(sessions: readonly Session[], filter: SessionFilter): FacetCounts {
  const projects = new Map<string, number>()
  const models = new Map<string, number>()
  const counts: FacetCounts = {
    projects: [],
    models: [],
    traits: { live: 0, kept: 0, compactions: 0, edits: 0, errors: 0 },
  }
  for (const session of sessions) {
    if (passes(session, { ...filter, project: undefined })) add(projects, projectKey(session))
    if (passes(session, { ...filter, model: undefined })) for (const model of session.models) add(models, model)
    if (!passes(session, filter)) continue
    for (const trait of traits) if (hasTrait(session, trait)) counts.traits[trait] += 1
  }
  counts.projects = byCount(projects)
  counts.models = byCount(models)
  return counts
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function byCount(counts: Map<string, number>): { key: string; count: number }[] {
  return [...counts]
    .map(([key, count]) => ({ key, count }))
    .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
}
