import type { Secret, SecretSums } from '../../../server/contract/secrets.ts'
import { severityWords, stateWords } from './secret-looks.ts'

/** What the list is narrowed by; null stands for all. */
export interface SecretFilter {
  state: string | null
  severity: string | null
  tier: string | null
  kind: string | null
  project: string | null
  agent: string | null
  words: string
}

export type FacetKey = Exclude<keyof SecretFilter, 'words'>

/** A way to narrow the list, and how many secrets each answer leaves. */
export interface Facet {
  key: FacetKey
  label: string
  /** What stands for no choice. */
  all: string
  options: { value: string; label: string; count: number }[]
}

/** Reads the filter from the address. */
export function readFilter(query: URLSearchParams): SecretFilter {
  const value = (key: FacetKey) => query.get(key)
  return {
    state: value('state'),
    severity: value('severity'),
    tier: value('tier'),
    kind: value('kind'),
    project: value('project'),
    agent: value('agent'),
    words: query.get('q') ?? '',
  }
}

/** What passes the filters of the page. */
export function isShown(secret: Secret, filter: SecretFilter): boolean {
  const { state, severity, tier, kind, project, agent, words } = filter
  if (state !== null && secret.state !== state) return false
  if (severity !== null && secret.severity !== severity) return false
  if (tier !== null && secret.tier !== tier) return false
  if (kind !== null && secret.kind !== kind) return false
  if (project !== null && !secret.projects.includes(project)) return false
  if (agent !== null && !secret.agents.some((one) => one === agent)) return false
  const said = [secret.label, secret.kind, secret.placeholder, secret.severity, ...secret.projects]
    .join(' ')
    .toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word))
}

/** The ways to narrow the list, with the counts that the server gave; answers that nothing has are left out. */
export function facetsOf(sums: SecretSums): Facet[] {
  const counted = (counts: Record<string, number>, words: Record<string, string>) =>
    Object.entries(words).flatMap(([value, label]) => {
      const count = counts[value] ?? 0
      return count === 0 ? [] : [{ value, label, count }]
    })
  const most = <One extends { count: number }>(list: readonly One[]) => list.toSorted((a, b) => b.count - a.count)
  return [
    { key: 'state', label: 'State', all: 'All states', options: counted(sums.states, stateWords) },
    { key: 'severity', label: 'Severity', all: 'Any severity', options: counted(sums.severities, severityWords) },
    {
      key: 'tier',
      label: 'Certainty',
      all: 'Any certainty',
      options: counted(sums.tiers, { definite: 'Definite', likely: 'Likely', candidate: 'Candidate' }),
    },
    {
      key: 'kind',
      label: 'Kind',
      all: 'All kinds',
      options: most(sums.kinds).map(({ kind, label, count }) => ({ value: kind, label, count })),
    },
    {
      key: 'project',
      label: 'Project',
      all: 'All projects',
      options: most(sums.projects).map(({ path, count }) => ({ value: path, label: path, count })),
    },
    {
      key: 'agent',
      label: 'Agent',
      all: 'All agents',
      options: most(sums.agents).map(({ agent, count }) => ({ value: agent, label: agent, count })),
    },
  ]
}
