import { z } from 'zod'
import { AgentId } from './agent.ts'
import { defineRoute, pageOf } from './route.ts'
import { SessionId } from './session.ts'

/**
 * How sure it is. `definite`: a published format, a checksum or a parsed structure. `likely`: a random value beside the
 * name of a secret. `candidate`: looks like a secret of somebody unknown; not masked where it is shown, left out of what
 * is shared.
 */
export const SecretTier = z.enum(['definite', 'likely', 'candidate'])
export type SecretTier = z.infer<typeof SecretTier>

/** What somebody who has it could do. */
export const SecretSeverity = z.enum(['critical', 'high', 'medium', 'low'])
export type SecretSeverity = z.infer<typeof SecretSeverity>

/** `open`: nobody has looked at it. `ignored`: no secret, or one that may be seen; masked all the same. */
export const SecretState = z.enum(['open', 'ignored', 'redacted', 'rotated'])
export type SecretState = z.infer<typeof SecretState>

/** One secret, however often it stands somewhere. Its value is in no answer but that of `revealSecret`. */
export const Secret = z.object({
  id: z.number().int(),
  /** What stands in its place wherever text is shown: `[REDACTED:github-pat:7F3A]`. The same value, the same text. */
  placeholder: z.string(),
  /** Id of the format or structure. */
  kind: z.string(),
  /** What people call it: “GitHub personal access token”. */
  label: z.string(),
  /** Null when the kind does not say whose it is. */
  provider: z.string().nullable(),
  tier: SecretTier,
  severity: SecretSeverity,
  state: SecretState,
  /** Why it is ignored; null when no reason was given. */
  reason: z.string().nullable(),
  /** Its published prefix, dots and its length, for those who know their keys by sight: `ghp_••••(40)`. */
  hint: z.string(),
  /** Characters. */
  length: z.number().int(),
  places: z.number().int(),
  sessions: z.number().int(),
  agents: z.array(AgentId),
  projects: z.array(z.string()),
  firstSeenAt: z.iso.datetime().nullable(),
  lastSeenAt: z.iso.datetime().nullable(),
  /** How it is made worthless: one or two sentences, and where. */
  advice: z.object({ text: z.string(), url: z.string().nullable() }),
})
export type Secret = z.infer<typeof Secret>

/** Where a secret stands. */
export const SecretPlace = z.object({
  id: z.number().int(),
  sessionId: SessionId,
  sessionTitle: z.string(),
  projectPath: z.string().nullable(),
  /** The event that shows it; null for a record that makes none. */
  seq: z.number().int().nullable(),
  eventKind: z.string().nullable(),
  at: z.iso.datetime().nullable(),
  /** The way to the string in the record, as words: `message › content › 0 › text`. */
  field: z.string(),
  /** The text around it, masked. */
  excerpt: z.string(),
  /** How it is written there: `plain`, `base64`, … */
  encoding: z.string(),
})
export type SecretPlace = z.infer<typeof SecretPlace>

/** Counts of secrets by what they have in common; each secret once in each list. */
export const SecretSums = z.object({
  all: z.number().int(),
  states: z.record(SecretState, z.number().int()),
  tiers: z.record(SecretTier, z.number().int()),
  severities: z.record(SecretSeverity, z.number().int()),
  kinds: z.array(z.object({ kind: z.string(), label: z.string(), count: z.number().int() })),
  projects: z.array(z.object({ path: z.string(), count: z.number().int() })),
  agents: z.array(z.object({ agent: AgentId, count: z.number().int() })),
})
export type SecretSums = z.infer<typeof SecretSums>

export const listSecrets = defineRoute({
  method: 'GET',
  path: '/api/secrets',
  summary: 'Lists the secrets that were found in sessions, each once, the gravest first, with counts for filters.',
  area: 'Secrets',
  query: z.object({
    state: SecretState.optional(),
    tier: SecretTier.optional(),
    severity: SecretSeverity.optional(),
    kind: z.string().max(100).optional(),
    agent: AgentId.optional(),
    project: z.string().max(4096).optional(),
    session: SessionId.optional(),
    /** In kind, label, provider, placeholder and project. */
    q: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    cursor: z.string().optional(),
  }),
  reply: pageOf(Secret).extend({ sums: SecretSums }),
})

const SecretParams = z.object({ secretId: z.coerce.number().int() })

export const getSecret = defineRoute({
  method: 'GET',
  path: '/api/secrets/:secretId',
  summary: 'Returns one secret and the places where it stands, newest first.',
  area: 'Secrets',
  params: SecretParams,
  query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(100), cursor: z.string().optional() }),
  reply: z.object({ secret: Secret, places: pageOf(SecretPlace) }),
})

export const setSecretState = defineRoute({
  method: 'PUT',
  path: '/api/secrets/:secretId/state',
  summary: 'Says what was done about a secret: ignored (with a reason), rotated, or open again.',
  area: 'Secrets',
  params: SecretParams,
  body: z.object({
    state: z.enum(['open', 'ignored', 'rotated']),
    reason: z.string().max(500).nullable().default(null),
  }),
  reply: Secret,
})

export const revealSecret = defineRoute({
  method: 'POST',
  path: '/api/secrets/places/:placeId/reveal',
  summary: 'Shows the value at one place, read from the kept bytes. Never cached, never logged.',
  area: 'Secrets',
  params: z.object({ placeId: z.coerce.number().int() }),
  reply: z.object({ value: z.string() }),
})

/** What was found of a session; `unchecked` parts were too costly to look at and block sharing. */
export const sessionFindings = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/findings',
  summary: 'Lists where in a session secrets stand, by event, so that they can be marked.',
  area: 'Secrets',
  params: z.object({ sessionId: SessionId }),
  reply: z.object({
    items: z.array(
      z.object({
        seq: z.number().int().nullable(),
        secretId: z.number().int(),
        placeId: z.number().int(),
        tier: SecretTier,
      }),
    ),
    unchecked: z.number().int(),
    /** False while a part of it has not been looked at yet. */
    isComplete: z.boolean(),
  }),
})

export const getSecretReport = defineRoute({
  method: 'GET',
  path: '/api/secrets/report',
  summary: 'Says what stands where: secrets by project and agent, and what to rotate first.',
  area: 'Secrets',
  reply: z.object({
    rows: z.array(
      z.object({
        project: z.string().nullable(),
        agent: AgentId,
        secrets: z.number().int(),
        open: z.number().int(),
        worst: SecretSeverity,
        sessions: z.number().int(),
      }),
    ),
    /** Open secrets in the order in which they should be rotated. */
    rotateFirst: z.array(Secret).max(20),
  }),
})
