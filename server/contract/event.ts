import { z } from 'zod'
import { Tokens } from './session.ts'

/**
 * What happened. `progress`, `hook` and `attachment` are the agent's own noise: kept and shown on request.
 * `unknown` is a record of a kind that no adapter knows yet.
 */
export const EventKind = z.enum([
  'prompt',
  'answer',
  'thinking',
  'tool_call',
  'tool_result',
  'compaction',
  'microcompaction',
  'summary',
  'command',
  'notice',
  'hook',
  'attachment',
  'progress',
  'unknown',
])
export type EventKind = z.infer<typeof EventKind>

export const ToolCall = z.object({
  /** The agent's id of the call; the result carries the same. */
  id: z.string(),
  name: z.string(),
  /** One line: the file, the command, the pattern. */
  summary: z.string(),
  input: z.unknown(),
  /** `seq` of the result; null while none has come. */
  resultSeq: z.number().int().nullable(),
  /** Session id of the sub-agent that the call started. */
  subagent: z.string().nullable(),
})
export type ToolCall = z.infer<typeof ToolCall>

export const ImagePart = z.object({
  mediaType: z.string(),
  bytes: z.number().int(),
  /** Base64; null where it is too large to stand in a page of events. */
  base64: z.string().nullable(),
})
export type ImagePart = z.infer<typeof ImagePart>

export const ToolResult = z.object({
  callId: z.string(),
  /** `seq` of the call; null when the call is not in this session. */
  callSeq: z.number().int().nullable(),
  name: z.string().nullable(),
  isError: z.boolean(),
  exitCode: z.number().int().nullable(),
  images: z.array(ImagePart),
  /** Where the agent put an output too large for the transcript. */
  persisted: z.object({ path: z.string(), bytes: z.number().int().nullable() }).nullable(),
  /** The agent's structured result, as recorded. */
  detail: z.unknown(),
})
export type ToolResult = z.infer<typeof ToolResult>

export const FileChange = z.object({
  path: z.string(),
  change: z.enum(['created', 'modified', 'deleted']),
  added: z.number().int(),
  removed: z.number().int(),
})
export type FileChange = z.infer<typeof FileChange>

export const CompactionMark = z.object({
  trigger: z.enum(['manual', 'auto', 'unknown']),
  preTokens: z.number().int().nullable(),
  postTokens: z.number().int().nullable(),
  durationMs: z.number().int().nullable(),
  /** Ids of earlier events that stay in the context word for word, where the agent names them. */
  preserved: z.array(z.string()).optional(),
})
export type CompactionMark = z.infer<typeof CompactionMark>

/** One thing that happened in a session. */
export const Event = z.object({
  /** Position in the session, from 0 without gaps, in the order of the file. */
  seq: z.number().int(),
  /** The agent's own uuid; `<uuid>#<n>` for the further parts of one record. Unique in its session. */
  id: z.string(),
  /** Null where the record has no time. May run backwards. */
  at: z.iso.datetime().nullable(),
  kind: EventKind,
  /** `seq` of the record before it in the conversation tree. */
  parentSeq: z.number().int().nullable(),
  /** 0 on the conversation's active path, 1 and up on branches that a rewind left, -1 inside a sub-agent's work. */
  branch: z.number().int(),
  /** The main text: prompt, answer, thinking, output, summary. Cut when `truncated`. */
  text: z.string().nullable(),
  truncated: z.boolean(),
  /** Length of the record in the source, in bytes. */
  bytes: z.number().int(),
  /** True for a prompt that was typed while the agent was working. */
  queued: z.boolean(),
  tool: ToolCall.nullable(),
  result: ToolResult.nullable(),
  changes: z.array(FileChange),
  compaction: CompactionMark.nullable(),
  model: z.string().nullable(),
  /** Only on the first event of a model answer. */
  tokens: Tokens.nullable(),
  /** Tokens in the context after this event, where the agent reported it. */
  contextUsed: z.number().int().nullable(),
  /** What kind of record it was in the agent's words, e.g. `system/api_error`. */
  recordKind: z.string(),
  /** The record itself; only for kinds `unknown`, `hook`, `attachment` and `notice`. */
  raw: z.unknown(),
})
export type Event = z.infer<typeof Event>
