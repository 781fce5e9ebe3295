import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { HookAgent } from '../contract/hooks.ts'
import type { SnapshotReason, SnapshotScope } from '../contract/snapshots.ts'
import { AppError } from '../errors.ts'
import type { Guard, HookAnswer } from './guard.ts'

/** What answering hooks works with. */
export interface HookCallParts {
  /** Keeps what is new in a file of a session and waits a moment until it is understood. */
  catchUp(path: string): Promise<void>
  findSession(sessionId: string): { title: string } | undefined
  brief(
    sessionId: string,
    request: { compaction: 'next'; budget: number; maxCharacters: number },
  ): Promise<{ text: string; included: string[] }>
  /** Reads a session ahead, so that its brief is quick. */
  prepareBrief(sessionId: string): Promise<void>
  snapshot(request: { reason: SnapshotReason; cause: string; scope: SnapshotScope }): Promise<unknown>
  guard: Pick<Guard, 'prompt' | 'toolCall'>
  log: Pick<Logger, 'warn'>
}

/** What hooks say that we act on; agents say more, and what does not fit is answered with nothing. */
const HookInput = z.object({
  hook_event_name: z.string(),
  session_id: z.string().min(1).max(300),
  transcript_path: z.string().max(4096).optional(),
  source: z.string().optional(),
  trigger: z.string().optional(),
  prompt: z.string().optional(),
  tool_name: z.string().max(300).optional(),
  tool_input: z.unknown().optional(),
})
type HookCall = z.infer<typeof HookInput> & { agent: HookAgent; sessionId: string }

/** What an agent takes from a hook; longer text is cut by it or put into a file that it does not read. */
const MOST_CHARACTERS = 10_000
/** More than fits into that many characters of any language: the characters decide. */
const BUDGET = 10_000
/** An agent waits for its hook, in milliseconds; what comes later is not said at all. */
const PATIENCE = 3500

/** Answers what agents tell their hooks: a brief after a compaction, a snapshot before one, and what the guard says. */
export class HookCalls {
  readonly #parts: HookCallParts

  constructor(parts: HookCallParts) {
    this.#parts = parts
  }

  /** What the hook shall print; null for nothing. Never fails: a hook that fails would be the agent's trouble. */
  async run(agent: HookAgent, input: unknown): Promise<HookAnswer> {
    const known = HookInput.safeParse(input)
    if (!known.success) return null
    const call = { ...known.data, agent, sessionId: `${agent}:${known.data.session_id}` }
    const answer = this.#answer(call).catch((error: unknown) => {
      const isExpected = error instanceof AppError && error.code === 'not_found'
      if (!isExpected) this.#parts.log.warn({ err: error, event: call.hook_event_name }, 'a hook could not be answered')
      return null
    })
    return Promise.race([answer, sleep(PATIENCE, null, { ref: false })])
  }

  async #answer(call: HookCall): Promise<HookAnswer> {
    const { guard } = this.#parts
    switch (call.hook_event_name) {
      case 'SessionStart':
        return call.source === 'compact' ? this.#brief(call) : null
      case 'PreCompact':
        await this.#snapshot(call)
        return null
      case 'UserPromptSubmit':
        return call.prompt === undefined ? null : guard.prompt(call.agent, call.prompt)
      case 'PreToolUse':
        return call.tool_input === undefined
          ? null
          : guard.toolCall(call.agent, call.tool_name ?? 'a tool', call.tool_input)
      default:
        return null
    }
  }

  /** The agent's record of the compaction comes after its hook: what is new since the one before is what it drops. */
  async #brief({ sessionId, transcript_path: path }: HookCall) {
    if (path !== undefined) await this.#parts.catchUp(path)
    if (this.#parts.findSession(sessionId) === undefined) return null
    const { text, included } = await this.#parts.brief(sessionId, {
      compaction: 'next',
      budget: BUDGET,
      maxCharacters: MOST_CHARACTERS,
    })
    if (included.length === 0) return null
    return { hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: text } }
  }

  async #snapshot({ sessionId, transcript_path: path, trigger }: HookCall): Promise<void> {
    if (path !== undefined) await this.#parts.catchUp(path)
    const session = this.#parts.findSession(sessionId)
    if (session === undefined) return
    void this.#parts.prepareBrief(sessionId)
    const how = trigger === 'auto' ? 'by itself' : trigger === 'manual' ? 'because it was told to' : ''
    await this.#parts.snapshot({
      reason: 'compaction',
      cause: `The agent is about to compact “${session.title.slice(0, 100)}”${how === '' ? '' : `, ${how}`}.`,
      scope: { sessions: [sessionId] },
    })
  }
}
