import { z } from 'zod'
import { defineRoute } from './route.ts'

/** What a user says about secrets that no rule knows. */
export const PatternDraft = z.object({
  name: z.string().trim().min(1).max(60),
  /** A regular expression of RE2. Its first group is the secret; all of it when it has none. */
  pattern: z.string().min(1).max(500),
  /** What stands within 1,000 characters of every such secret, as it is written. */
  keyword: z.string().min(3).max(60),
})
export type PatternDraft = z.infer<typeof PatternDraft>

export const OwnPattern = PatternDraft.extend({
  id: z.number().int(),
  /** What its findings are called: `own-` and the name in lower-case letters, digits and hyphens. */
  kind: z.string(),
})
export type OwnPattern = z.infer<typeof OwnPattern>

const PatternParams = z.object({ patternId: z.coerce.number().int() })

export const listOwnPatterns = defineRoute({
  method: 'GET',
  path: '/api/secrets/patterns',
  summary: 'Lists the user’s own patterns of secrets, and how many secrets each has found.',
  area: 'Secrets',
  reply: z.object({ items: z.array(OwnPattern.extend({ secrets: z.number().int() })) }),
})

export const createOwnPattern = defineRoute({
  method: 'POST',
  path: '/api/secrets/patterns',
  summary: 'Adds a pattern. What was read before is looked through again in the background.',
  area: 'Secrets',
  body: PatternDraft,
  reply: OwnPattern,
})

export const changeOwnPattern = defineRoute({
  method: 'PUT',
  path: '/api/secrets/patterns/:patternId',
  summary: 'Changes a pattern. What it found before stays found.',
  area: 'Secrets',
  params: PatternParams,
  body: PatternDraft,
  reply: OwnPattern,
})

export const deleteOwnPattern = defineRoute({
  method: 'DELETE',
  path: '/api/secrets/patterns/:patternId',
  summary: 'Removes a pattern. What it found stays found and masked.',
  area: 'Secrets',
  params: PatternParams,
  reply: z.object({}),
})

/** Longest text that a pattern is tried on. */
export const LONGEST_TRIAL = 100_000

export const testOwnPattern = defineRoute({
  method: 'POST',
  path: '/api/secrets/patterns/test',
  summary: 'Tries a pattern on a text, without noting anything. The answer holds no part of what was found.',
  area: 'Secrets',
  body: z.object({ draft: PatternDraft.omit({ name: true }), text: z.string().max(LONGEST_TRIAL) }),
  reply: z.object({
    /** Why the pattern cannot be used, as a sentence; null when it can. */
    problem: z.string().nullable(),
    /** False when the text is not looked at, because the keyword does not stand in it. */
    hasKeyword: z.boolean(),
    /** Offsets in UTF-16 units, the end exclusive. */
    hits: z.array(z.object({ start: z.number().int(), end: z.number().int() })),
    /** The text as it would be shown: every hit replaced. */
    masked: z.string(),
    /** False when the text is too costly for the pattern: what holds it would not be shared. */
    isComplete: z.boolean(),
  }),
})
