import type { PlaceStore, SessionCount, StoredPlace } from '../../db/stores/place-store.ts'
import type { SecretStore, StoredSecret } from '../../db/stores/secret-store.ts'
import { AgentId } from '../contract/agent.ts'
import type { Secret, SecretPlace, SecretSeverity, SecretSums } from '../contract/secrets.ts'
import { markOf } from '../redaction/mark.ts'
import { adviceFor, hintOf, labelOf, severityOf } from './describe.ts'

/** What a list of secrets can be narrowed by. */
export interface SecretFilter {
  state?: string | undefined
  tier?: string | undefined
  severity?: string | undefined
  kind?: string | undefined
  agent?: string | undefined
  project?: string | undefined
  session?: string | undefined
  q?: string | undefined
}

/** What listing works with. */
export interface SecretParts {
  store: SecretStore
  places: PlaceStore
  session(id: string): { title: string; projectPath: string | null } | undefined
  eventKind(sessionKey: number, seq: number): string | null
  /** The masked string that a place is in; null when it cannot be shown here. */
  maskedText(place: StoredPlace): string | null
}

const GRAVITY: readonly SecretSeverity[] = ['critical', 'high', 'medium', 'low']
const AROUND = 70

/** The secrets that stand in sessions, each once, with where and since when. */
export class Secrets {
  readonly #parts: SecretParts

  constructor(parts: SecretParts) {
    this.#parts = parts
  }

  /** All that match, the gravest and newest first, and counts over all for the filters. */
  list(filter: SecretFilter): { items: Secret[]; sums: SecretSums } {
    const all = this.#all()
    const items = all.filter((one) => matches(one, filter)).map(({ secret }) => secret)
    return { items, sums: sumsOf(all.map(({ secret }) => secret)) }
  }

  find(id: number): Secret | undefined {
    const stored = this.#parts.store.get(id)
    return stored && this.#describe(stored, this.#parts.places.countsOf(id))
  }

  /** Newest first. */
  placesOf(id: number, before: number, limit: number): SecretPlace[] {
    return this.#parts.places.ofSecret(id, before, limit).map((place) => this.#describePlace(place))
  }

  #all(): { secret: Secret; counts: SessionCount[] }[] {
    const counts = Map.groupBy(this.#parts.places.counts(), ({ secretId }) => secretId)
    return this.#parts.store
      .list()
      .flatMap((stored) => {
        const own = counts.get(stored.id)
        // One that stands nowhere any more was taken out everywhere: only what was decided about it is worth showing.
        if (own === undefined && stored.state === 'open') return []
        return [{ secret: this.#describe(stored, own ?? []), counts: own ?? [] }]
      })
      .sort(({ secret: a }, { secret: b }) => gravity(a) - gravity(b) || compareTimes(b.lastSeenAt, a.lastSeenAt))
  }

  #describe(stored: StoredSecret, counts: readonly SessionCount[]): Secret {
    const { id, kind, provider, tier, state, reason, length } = stored
    const times = counts.flatMap(({ first, last }) => [first, last]).filter((time) => time !== null)
    return {
      id,
      placeholder: markOf(stored),
      kind,
      label: labelOf(kind, provider),
      provider,
      tier,
      severity: severityOf(stored),
      // One that came back after it was redacted is open again.
      state: state === 'redacted' && counts.length > 0 ? 'open' : state,
      reason,
      hint: hintOf(kind, length),
      length,
      places: counts.reduce((sum, { places }) => sum + places, 0),
      sessions: counts.length,
      agents: [...new Set(counts.map(({ agent }) => agent))].flatMap((agent) => AgentId.safeParse(agent).data ?? []),
      projects: [...new Set(counts.flatMap(({ projectPath }) => projectPath ?? []))].sort(),
      firstSeenAt: times.length === 0 ? null : new Date(Math.min(...times)).toISOString(),
      lastSeenAt: times.length === 0 ? null : new Date(Math.max(...times)).toISOString(),
      advice: adviceFor(kind, provider),
    }
  }

  #describePlace(place: StoredPlace): SecretPlace {
    const sessionId = this.#parts.places.sessionIdOf(place) ?? ''
    const session = this.#parts.session(sessionId)
    const secret = this.#parts.store.get(place.secretId)
    const mark = secret ? markOf(secret) : ''
    return {
      id: place.id,
      sessionId,
      sessionTitle: session?.title ?? sessionId,
      projectPath: session?.projectPath ?? null,
      seq: place.seq,
      eventKind: place.seq === null ? null : this.#parts.eventKind(place.sessionKey, place.seq),
      at: place.at === null ? null : new Date(place.at).toISOString(),
      field: place.path.join(' › '),
      excerpt: excerptOf(this.#parts.maskedText(place), mark, place.start),
      encoding: place.within.length > 0 ? 'base64' : 'plain',
    }
  }
}

/** The text around the mark of a place; of several the one that is nearest to where the value stood. */
function excerptOf(text: string | null, mark: string, start: number): string {
  if (text === null) return ''
  let best = -1
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    if (best < 0 || Math.abs(at - start) < Math.abs(best - start)) best = at
  }
  if (best < 0) return text.slice(0, 2 * AROUND)
  const from = Math.max(0, best - AROUND)
  const to = Math.min(text.length, best + mark.length + AROUND)
  const middle = text.slice(from, to).toWellFormed()
  return `${from > 0 ? '…' : ''}${middle}${to < text.length ? '…' : ''}`
}

function matches({ secret, counts }: { secret: Secret; counts: SessionCount[] }, filter: SecretFilter): boolean {
  if (filter.state !== undefined && secret.state !== filter.state) return false
  if (filter.tier !== undefined && secret.tier !== filter.tier) return false
  if (filter.severity !== undefined && secret.severity !== filter.severity) return false
  if (filter.kind !== undefined && secret.kind !== filter.kind) return false
  if (filter.agent !== undefined && !counts.some(({ agent }) => agent === filter.agent)) return false
  if (filter.project !== undefined && !secret.projects.includes(filter.project)) return false
  if (filter.session !== undefined && !counts.some(({ sessionId }) => sessionId === filter.session)) return false
  const words = (filter.q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const said = [secret.kind, secret.label, secret.provider, secret.placeholder, ...secret.projects]
    .join(' ')
    .toLowerCase()
  return words.every((word) => said.includes(word))
}

function sumsOf(secrets: readonly Secret[]): SecretSums {
  const count = <Key extends string>(keys: readonly Key[], keyOf: (secret: Secret) => Key) =>
    Object.fromEntries(keys.map((key) => [key, secrets.filter((one) => keyOf(one) === key).length])) as Record<
      Key,
      number
    >
  const kinds = Map.groupBy(secrets, ({ kind }) => kind)
  const projects = Map.groupBy(
    secrets.flatMap((secret) => secret.projects),
    (path) => path,
  )
  const agents = Map.groupBy(
    secrets.flatMap((secret) => secret.agents),
    (agent) => agent,
  )
  return {
    all: secrets.length,
    states: count(['open', 'ignored', 'redacted', 'rotated'], ({ state }) => state),
    tiers: count(['definite', 'likely', 'candidate'], ({ tier }) => tier),
    severities: count(GRAVITY, ({ severity }) => severity),
    kinds: [...kinds].map(([kind, group]) => ({ kind, label: group[0]?.label ?? kind, count: group.length })),
    projects: [...projects].map(([path, group]) => ({ path, count: group.length })),
    agents: [...agents].map(([agent, group]) => ({ agent, count: group.length })),
  }
}

function gravity(secret: Secret): number {
  return (secret.state === 'open' ? 0 : 10) + GRAVITY.indexOf(secret.severity)
}

function compareTimes(one: string | null, other: string | null): number {
  return (one ?? '').localeCompare(other ?? '')
}
