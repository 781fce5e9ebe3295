import { z } from 'zod'
import { CompactionMark } from './event.ts'
import { defineRoute } from './route.ts'
import { SessionId } from './session.ts'

/** What kind of thing came before a compaction. */
export const LostKind = z.enum(['instruction', 'decision', 'rejected', 'file', 'command', 'error', 'todo'])
export type LostKind = z.infer<typeof LostKind>

/** How much of an item the summary (and what the agent kept beside it) still says. */
export const Coverage = z.enum(['kept', 'partly', 'lost'])
export type Coverage = z.infer<typeof Coverage>

/** One thing that matters, extracted from the events before a compaction. */
export const LostItem = z.object({
  /** Stable for the same session and event: `<kind>:<event id>:<n>`. */
  id: z.string(),
  kind: LostKind,
  /** Up to a few hundred characters, in the words of the session. */
  text: z.string(),
  /** The reason of a decision or rejection, the gist of a command's output, the fix of an error; null when none was found. */
  detail: z.string().nullable(),
  /** `seq` of the event that says it. */
  seq: z.number().int(),
  coverage: Coverage,
  /** Which terms decided the coverage, for the person who doubts it. */
  found: z.array(z.string()),
  missing: z.array(z.string()),
  /** 0 to 1: what the default choice of a brief goes by. */
  importance: z.number(),
  tokens: z.number().int(),
})
export type LostItem = z.infer<typeof LostItem>

export const CompactionLoss = z.object({
  seq: z.number().int(),
  id: z.string(),
  at: z.iso.datetime().nullable(),
  trigger: CompactionMark.shape.trigger,
  preTokens: z.number().int().nullable(),
  postTokens: z.number().int().nullable(),
  /** The summary that the agent went on with; null when it is not in the file. */
  summary: z.string().nullable(),
  /** `seq` of the events between this compaction and the one before: what it dropped. */
  fromSeq: z.number().int(),
  items: z.array(LostItem),
})
export type CompactionLoss = z.infer<typeof CompactionLoss>

export const listCompactions = defineRoute({
  method: 'GET',
  path: '/api/sessions/:sessionId/compactions',
  summary:
    'Lists the compactions of a session: the summary of each, and what came before it, marked kept, partly or lost.',
  area: 'Compaction',
  params: z.object({ sessionId: SessionId }),
  reply: z.object({ items: z.array(CompactionLoss) }),
  trustReply: true,
})

export const writeBrief = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/brief',
  summary: 'Writes a recovery brief in Markdown from what a compaction dropped, within a token budget.',
  area: 'Compaction',
  params: z.object({ sessionId: SessionId }),
  body: z.object({
    /**
     * `seq` or event id of the compaction; absent: the last one, or the whole session when it has none. `next`: one that
     * is under way (a hook asks in the middle of it), which is what came after the last one in the record; where nothing
     * came after it, the last one.
     */
    compaction: z.union([z.number().int().min(0), z.string().min(1).max(400)]).optional(),
    budget: z.number().int().min(100).max(200_000),
    /** Ids of items; absent: the most important of what was lost or partly lost. */
    items: z.array(z.string()).optional(),
    /** Longest text in characters, where an agent cuts what is longer. */
    maxCharacters: z.number().int().min(500).optional(),
    /** A link at each item, or one that says how to make them; absent: `once` where `maxCharacters` is given. */
    links: z.enum(['each', 'once']).optional(),
  }),
  reply: z.object({
    text: z.string(),
    /** By the tokenizer of the docs; its error for other models is stated there. */
    tokens: z.number().int(),
    /** Ids of the items in the text, and of those that did not fit. */
    included: z.array(z.string()),
    leftOut: z.array(z.string()),
  }),
})
