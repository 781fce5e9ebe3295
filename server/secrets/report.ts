import type { SessionCount } from '../../db/stores/place-store.ts'
import { AgentId } from '../contract/agent.ts'
import type { Secret, SecretSeverity } from '../contract/secrets.ts'

/** What stands in the sessions of one agent in one project. */
export interface ReportRow {
  project: string | null
  agent: AgentId
  secrets: number
  open: number
  worst: SecretSeverity
  sessions: number
}

const GRAVITY: readonly SecretSeverity[] = ['critical', 'high', 'medium', 'low']

/** Sums by project and agent, the gravest first. */
export function reportRows(secrets: readonly Secret[], counts: readonly SessionCount[]): ReportRow[] {
  const byId = new Map(secrets.map((secret) => [secret.id, secret]))
  const groups = Map.groupBy(counts, ({ projectPath, agent }) => JSON.stringify([projectPath, agent]))
  const rows = [...groups.values()].flatMap((group): ReportRow[] => {
    const agent = AgentId.safeParse(group[0]?.agent).data
    const own = [...new Set(group.map(({ secretId }) => secretId))].flatMap((id) => byId.get(id) ?? [])
    if (agent === undefined || own.length === 0) return []
    return [
      {
        project: group[0]?.projectPath ?? null,
        agent,
        secrets: own.length,
        open: own.filter(({ state }) => state === 'open').length,
        worst: GRAVITY.find((severity) => own.some((secret) => secret.severity === severity)) ?? 'low',
        sessions: new Set(group.map(({ sessionId }) => sessionId)).size,
      },
    ]
  })
  return rows.sort((a, b) => GRAVITY.indexOf(a.worst) - GRAVITY.indexOf(b.worst) || b.open - a.open)
}
